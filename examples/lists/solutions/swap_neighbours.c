// Swap the first two values and the next two; the last stays.
int * func_1(int a[])
{
    int k = 1;
    int t;
    for (int i = 0; i < 4; i++)
    {
        t = a[i];
        a[i] = a[k];
        a[k] = t;
        i++;
        k += 2;
    }
    return a;
}
