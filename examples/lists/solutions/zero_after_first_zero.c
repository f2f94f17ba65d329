// Replace everything after the first zero by zeros.
int * func_1(int a[])
{
    int seen = 0;
    for (int i = 0; i < 5; i++)
    {
        if (a[i] == 0)
        {
            seen = 1;
        }
        if (seen)
        {
            a[i] = 0;
        }
    }
    return a;
}
