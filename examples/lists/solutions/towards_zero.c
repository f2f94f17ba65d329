// Move every value that is not zero one step closer to zero.
int * func_1(int a[])
{
    for (int i = 0; i < 5; i++)
    {
        if (a[i] > 0)
        {
            a[i]--;
        }
        else
        {
            if (a[i] < 0)
            {
                a[i]++;
            }
        }
    }
    return a;
}
