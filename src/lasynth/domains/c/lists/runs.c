/* What the dialect `lists` adds to driver.c: a program reads several lists and numbers, and gives back a
   number, a list in `out`, or the first list changed.

   Above are defined the names of lasynth.domains.c.lists.layout, the results NUMBER_RESULT, LIST_RESULT and
   IN_PLACE, and the table `programs`, of each the result and the function that calls it. */

/* Every list has a page of its own. The last one has nothing: all lists without a cell are there. */
enum { OUT = MAX_LISTS, NOTHING, NUM_PAGES };

static char *pages[NUM_PAGES];
static int *lists[MAX_LISTS], *out;
static int lengths[MAX_LISTS];
static const int *numbers;
static int returned;

static int reserve(void)
{
    for (int i = 0; i < NUM_PAGES; ++i) {
        pages[i] = reserve_page(i == NOTHING ? PROT_NONE : PROT_READ | PROT_WRITE);
        if (!pages[i])
            return 0;
    }
    return 1;
}

static void call(int program)
{
    returned = programs[program].call(lists, lengths, numbers, out);
}

/* Lay out an input; a list that it does not have is empty. */
static void lay_out(const int *input, int at_end)
{
    numbers = input + NUMBERS_AT;
    for (int i = 0; i < MAX_LISTS; ++i) {
        const int *list = input + LISTS_AT + LIST_WIDTH * i;
        int is_there = i < input[NUM_LISTS_AT] && LISTS_AT + LIST_WIDTH * (i + 1) <= INPUT_WIDTH;
        lengths[i] = is_there && list[0] > 0 ? list[0] < MAX_CELLS ? list[0] : MAX_CELLS : 0;
        size_t size = lengths[i] * sizeof(int);
        lists[i] = size ? place(pages[i], size, at_end) : (int *)pages[NOTHING];
        if (size)
            memcpy(lists[i], list + 1, size);
    }
    out = place(pages[OUT], MAX_CELLS * sizeof(int), at_end);
    /* Cells that are never set differ from run to run, as the variables may. */
    memset(out, at_end ? 0x55 : 0xAA, MAX_CELLS * sizeof(int));
}

static int run_at(int program, const int *input, int *output, int at_end)
{
    int result = programs[program].result;
    if (result == IN_PLACE && input[NUM_LISTS_AT] == 0)
        return INVALID;
    lay_out(input, at_end);
    int status = run_guarded(program, call);
    if (status != OK)
        return status;
    for (int i = result == IN_PLACE; i < MAX_LISTS; ++i)
        if (lengths[i] && memcmp(lists[i], input + LISTS_AT + LIST_WIDTH * i + 1, lengths[i] * sizeof(int)))
            return CRASH; /* it is const */
    if (result == NUMBER_RESULT) {
        output[0] = NUMBER;
        output[1] = returned;
        return OK;
    }
    int length = result == LIST_RESULT ? returned : lengths[0];
    if (length < 0 || length > MAX_CELLS)
        return OUT_OF_RANGE;
    output[0] = length;
    if (length)
        memcpy(output + 1, result == LIST_RESULT ? out : lists[0], length * sizeof(int));
    return OK;
}
