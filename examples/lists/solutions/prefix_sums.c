// Replace every value by the sum of all up to it.
int * func_1(int a[])
{
    int sum = 0;
    for (int i = 0; i < 5; i++)
    {
        sum += a[i];
        a[i] = sum;
    }
    return a;
}
