// Move every value one place to the right, with a zero at the front.
int * func_1(int a[])
{
    int k = 4;
    for (int i = 3; i >= 0; i--)
    {
        a[k] = a[i];
        k--;
    }
    a[0] = 0;
    return a;
}
