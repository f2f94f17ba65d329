// Overwrite the first value by the position of the largest, the leftmost where there are several.
int * func_1(int a[])
{
    int best = 0;
    for (int i = 1; i < 5; i++)
    {
        if (a[i] > a[best])
        {
            best = i;
        }
    }
    a[0] = best;
    return a;
}
