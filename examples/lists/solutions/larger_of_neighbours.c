// Replace every value but the last by the larger of it and the next.
int * func_1(int a[])
{
    int k = 1;
    for (int i = 0; i < 4; i++)
    {
        if (a[k] > a[i])
        {
            a[i] = a[k];
        }
        k++;
    }
    return a;
}
