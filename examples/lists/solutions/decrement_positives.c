// Subtract 1 from every positive value.
int * func_1(int a[])
{
    for (int i = 0; i < 5; i++)
    {
        if (a[i] > 0)
        {
            a[i]--;
        }
    }
    return a;
}
