// Overwrite the first value by the number of zeros in the list.
int * func_1(int a[])
{
    int count = 0;
    for (int i = 0; i < 5; i++)
    {
        if (a[i] == 0)
        {
            count++;
        }
    }
    a[0] = count;
    return a;
}
