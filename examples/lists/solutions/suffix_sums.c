// Replace every value by the sum of all from it to the end.
int * func_1(int a[])
{
    int sum = 0;
    for (int i = 4; i >= 0; i--)
    {
        sum += a[i];
        a[i] = sum;
    }
    return a;
}
