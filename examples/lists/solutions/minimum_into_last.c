// Overwrite the last value by the smallest.
int * func_1(int a[])
{
    for (int i = 0; i < 4; i++)
    {
        if (a[i] < a[4])
        {
            a[4] = a[i];
        }
    }
    return a;
}
