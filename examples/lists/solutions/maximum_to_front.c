// Swap the first value with the largest, the leftmost where there are several.
int * func_1(int a[])
{
    int best = 0;
    int t;
    for (int i = 1; i < 5; i++)
    {
        if (a[i] > a[best])
        {
            best = i;
        }
    }
    t = a[0];
    a[0] = a[best];
    a[best] = t;
    return a;
}
