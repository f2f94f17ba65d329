// Overwrite the first value by 1 if the list ascends, else by 0.
int * func_1(int a[])
{
    int k = 0;
    int sorted = 1;
    for (int i = 1; i < 5; i++)
    {
        if (a[k] > a[i])
        {
            sorted = 0;
        }
        k++;
    }
    a[0] = sorted;
    return a;
}
