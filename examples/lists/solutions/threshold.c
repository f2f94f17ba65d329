// Replace positive values by 1 and all others by 0.
int * func_1(int a[])
{
    for (int i = 0; i < 5; i++)
    {
        if (a[i] > 0)
        {
            a[i] = 1;
        }
        else
        {
            a[i] = 0;
        }
    }
    return a;
}
