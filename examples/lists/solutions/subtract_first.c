// Subtract the first value from all the others.
int * func_1(int a[])
{
    for (int i = 1; i < 5; i++)
    {
        a[i] -= a[0];
    }
    return a;
}
