// Copy the first two values over the last two.
int * func_1(int a[])
{
    a[3] = a[0];
    a[4] = a[1];
    return a;
}
