// Put the first two values in ascending order.
int * func_1(int a[])
{
    int t;
    if (a[0] > a[1])
    {
        t = a[0];
        a[0] = a[1];
        a[1] = t;
    }
    return a;
}
