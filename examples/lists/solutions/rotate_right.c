// Move every value one place to the right, the last to the front.
int * func_1(int a[])
{
    int k = 4;
    int last;
    last = a[4];
    for (int i = 3; i >= 0; i--)
    {
        a[k] = a[i];
        k--;
    }
    a[0] = last;
    return a;
}
