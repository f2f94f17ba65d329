// Limit every value to the range from -2 to 2.
int * func_1(int a[])
{
    for (int i = 0; i < 5; i++)
    {
        if (a[i] > 2)
        {
            a[i] = 2;
        }
        if (a[i] < -2)
        {
            a[i] = -2;
        }
    }
    return a;
}
