// Sort the list in ascending order.
int * func_1(int a[])
{
    int k;
    int t;
    for (int n = 0; n < 4; n++)
    {
        k = 1;
        for (int i = 0; i < 4; i++)
        {
            if (a[i] > a[k])
            {
                t = a[i];
                a[i] = a[k];
                a[k] = t;
            }
            k++;
        }
    }
    return a;
}
