// Replace every value by the largest.
int * func_1(int a[])
{
    int best;
    best = a[0];
    for (int i = 1; i < 5; i++)
    {
        if (a[i] > best)
        {
            best = a[i];
        }
    }
    for (int i = 0; i < 5; i++)
    {
        a[i] = best;
    }
    return a;
}
