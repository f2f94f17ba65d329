// Add 1 to every value.
int * func_1(int a[])
{
    for (int i = 0; i < 5; i++)
    {
        a[i]++;
    }
    return a;
}
