// Replace every negative value by zero.
int * func_1(int a[])
{
    for (int i = 0; i < 5; i++)
    {
        if (a[i] < 0)
        {
            a[i] = 0;
        }
    }
    return a;
}
