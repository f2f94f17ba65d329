// Add 1 to the first, the third and the fifth value.
int * func_1(int a[])
{
    for (int i = 0; i < 5; i++)
    {
        a[i]++;
        i++;
    }
    return a;
}
