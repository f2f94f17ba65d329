// Add 1 to every value but the first.
int * func_1(int a[])
{
    for (int i = 1; i < 5; i++)
    {
        a[i]++;
    }
    return a;
}
