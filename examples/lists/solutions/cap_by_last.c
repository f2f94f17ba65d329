// Limit every value from above by the last.
int * func_1(int a[])
{
    for (int i = 0; i < 4; i++)
    {
        if (a[i] > a[4])
        {
            a[i] = a[4];
        }
    }
    return a;
}
