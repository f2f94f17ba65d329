// Move every value one place to the left, the first to the end.
int * func_1(int a[])
{
    int k = 0;
    int first;
    first = a[0];
    for (int i = 1; i < 5; i++)
    {
        a[k] = a[i];
        k++;
    }
    a[4] = first;
    return a;
}
