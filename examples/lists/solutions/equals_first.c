// Replace every value by 1 if it equals the first, else by 0.
int * func_1(int a[])
{
    int first;
    first = a[0];
    for (int i = 0; i < 5; i++)
    {
        if (a[i] == first)
        {
            a[i] = 1;
        }
        else
        {
            a[i] = 0;
        }
    }
    return a;
}
