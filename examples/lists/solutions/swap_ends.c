// Swap the first and the last value.
int * func_1(int a[])
{
    int t;
    t = a[0];
    a[0] = a[4];
    a[4] = t;
    return a;
}
