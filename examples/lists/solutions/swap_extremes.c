// Swap the smallest and the largest value, each the leftmost of its kind.
int * func_1(int a[])
{
    int low = 0;
    int high = 0;
    int t;
    for (int i = 1; i < 5; i++)
    {
        if (a[i] < a[low])
        {
            low = i;
        }
        if (a[i] > a[high])
        {
            high = i;
        }
    }
    t = a[low];
    a[low] = a[high];
    a[high] = t;
    return a;
}
