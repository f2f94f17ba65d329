// Reverse the list.
int * func_1(int a[])
{
    int k = 4;
    int t;
    for (int i = 0; i < 2; i++)
    {
        t = a[i];
        a[i] = a[k];
        a[k] = t;
        k--;
    }
    return a;
}
