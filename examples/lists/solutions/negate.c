// Change the sign of every value.
int * func_1(int a[])
{
    for (int i = 0; i < 5; i++)
    {
        a[i] = 0 - a[i];
    }
    return a;
}
