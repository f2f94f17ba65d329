// Overwrite the first value by the largest.
int * func_1(int a[])
{
    for (int i = 1; i < 5; i++)
    {
        if (a[i] > a[0])
        {
            a[0] = a[i];
        }
    }
    return a;
}
