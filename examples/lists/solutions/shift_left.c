// Move every value one place to the left, with a zero at the end.
int * func_1(int a[])
{
    int k = 0;
    for (int i = 1; i < 5; i++)
    {
        a[k] = a[i];
        k++;
    }
    a[4] = 0;
    return a;
}
