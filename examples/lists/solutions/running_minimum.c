// Replace every value by the smallest up to it.
int * func_1(int a[])
{
    int k = 0;
    for (int i = 1; i < 5; i++)
    {
        if (a[i] > a[k])
        {
            a[i] = a[k];
        }
        k++;
    }
    return a;
}
