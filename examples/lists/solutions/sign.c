// Replace every value by its sign: -1, 0 or 1.
int * func_1(int a[])
{
    for (int i = 0; i < 5; i++)
    {
        if (a[i] > 0)
        {
            a[i] = 1;
        }
        if (a[i] < 0)
        {
            a[i] = -1;
        }
    }
    return a;
}
