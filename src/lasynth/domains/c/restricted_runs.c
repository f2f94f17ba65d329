/* What the dialect `restricted` adds to driver.c: a program changes one list, its input and its output. */

static char *page;
static int *list;

static int reserve(void)
{
    page = reserve_page(PROT_READ | PROT_WRITE);
    return page != 0;
}

static void call(int program)
{
    programs[program](list);
}

static int run_at(int program, const int *input, int *output, int at_end)
{
    list = place(page, OUTPUT_SIZE, at_end);
    memcpy(list, input, OUTPUT_SIZE);
    int status = run_guarded(program, call);
    if (status == OK)
        memcpy(output, list, OUTPUT_SIZE);
    return status;
}
