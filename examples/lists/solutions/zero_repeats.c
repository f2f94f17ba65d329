// Replace every value that occurred before in the list by zero.
int * func_1(int a[])
{
    for (int i = 4; i > 0; i--)
    {
        for (int k = 0; k < i; k++)
        {
            if (a[k] == a[i])
            {
                a[i] = 0;
                break;
            }
        }
    }
    return a;
}
