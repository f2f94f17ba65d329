// Make the list read the same both ways: copy the first two values to the end, backwards.
int * func_1(int a[])
{
    a[3] = a[1];
    a[4] = a[0];
    return a;
}
