// Replace every zero by the value before it.
int * func_1(int a[])
{
    int k = 0;
    for (int i = 1; i < 5; i++)
    {
        if (a[i] == 0)
        {
            a[i] = a[k];
        }
        k++;
    }
    return a;
}
