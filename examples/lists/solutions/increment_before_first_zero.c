// Add 1 to every value before the first zero.
int * func_1(int a[])
{
    for (int i = 0; i < 5; i++)
    {
        if (a[i] == 0)
        {
            break;
        }
        a[i]++;
    }
    return a;
}
