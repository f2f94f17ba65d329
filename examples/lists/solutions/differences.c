// Keep the first value and replace every other by its difference to the one before.
int * func_1(int a[])
{
    int k = 3;
    for (int i = 4; i > 0; i--)
    {
        a[i] -= a[k];
        k--;
    }
    return a;
}
