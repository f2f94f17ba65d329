// Move the zeros to the end and keep the order of the others.
int * func_1(int a[])
{
    int k = 0;
    int t;
    for (int i = 0; i < 5; i++)
    {
        if (a[i] == 0)
        {
            continue;
        }
        t = a[k];
        a[k] = a[i];
        a[i] = t;
        k++;
    }
    return a;
}
