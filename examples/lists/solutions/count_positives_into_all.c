// Replace every value by the number of positive values.
int * func_1(int a[])
{
    int count = 0;
    for (int i = 0; i < 5; i++)
    {
        if (a[i] > 0)
        {
            count++;
        }
    }
    for (int i = 0; i < 5; i++)
    {
        a[i] = count;
    }
    return a;
}
