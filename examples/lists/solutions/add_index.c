// Add to every value its position, counted from 0.
int * func_1(int a[])
{
    for (int i = 1; i < 5; i++)
    {
        a[i] += i;
    }
    return a;
}
