// Overwrite the last value by the sum of the list.
int * func_1(int a[])
{
    for (int i = 0; i < 4; i++)
    {
        a[4] += a[i];
    }
    return a;
}
