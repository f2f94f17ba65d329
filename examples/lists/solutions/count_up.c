// Keep the first value and count up from it.
int * func_1(int a[])
{
    int n;
    n = a[0];
    for (int i = 1; i < 5; i++)
    {
        n++;
        a[i] = n;
    }
    return a;
}
