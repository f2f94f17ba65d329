// Change the sign of the second and the fourth value.
int * func_1(int a[])
{
    for (int i = 1; i < 4; i++)
    {
        a[i] = 0 - a[i];
        i++;
    }
    return a;
}
