/* Runs compiled programs on their inputs; the programs stand above this text in the same file.

   Above it are also defined: NUM_PROGRAMS, NUM_EXAMPLES, NUM_CELLS, RUN_LIMIT_US and CPU_LIMIT_S, the
   table `programs`, and for a sanitized build SANITIZED and MAX_STEPS.

   Arguments: a file of int32 lists, which the outputs replace, and one of statuses, a byte each. Both
   are mapped, so what is finished is there even if this process is killed.

   The runs are made by a child process, one after the other; a run that kills it costs that run alone,
   because another child goes on with the next. The list is the one thing a program can reach, and an
   index is an int: so all that an int can reach from the list is reserved, and all but one page of it
   cannot be touched. */

#define _GNU_SOURCE
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

enum { NUM_RUNS = NUM_PROGRAMS * NUM_EXAMPLES, LIST_SIZE = NUM_CELLS * sizeof(int), ASAN_EXIT = 66 };
/* As in lasynth.domains.base.Status. */
enum { OK = 0, OUT_OF_RANGE = 1, OVERFLOWN = 2, UNSET = 3, OUT_OF_FUEL = 4, CRASH = 5 };

static sigjmp_buf back;
static volatile sig_atomic_t running;
static char *page;
static size_t page_size;

static void on_signal(int number)
{
    if (running)
        siglongjmp(back, number == SIGVTALRM ? OUT_OF_FUEL : OUT_OF_RANGE);
    if (number != SIGVTALRM)
        _exit(1);
}

#ifdef SANITIZED
static int steps;

void lasynth_step(void)
{
    if (steps-- == 0)
        siglongjmp(back, OUT_OF_FUEL);
}

int lasynth_value(int value)
{
    return value;
}

/* What the undefined-behaviour sanitizer calls: with these here, its own library only stands by. */
void __ubsan_handle_add_overflow_abort(void *where, void *left, void *right)
{
    siglongjmp(back, OVERFLOWN);
}
void __ubsan_handle_sub_overflow_abort(void *where, void *left, void *right)
{
    siglongjmp(back, OVERFLOWN);
}
/* x + x may be compiled as 2 * x, and 0 - x as -x. */
void __ubsan_handle_mul_overflow_abort(void *where, void *left, void *right)
{
    siglongjmp(back, OVERFLOWN);
}
void __ubsan_handle_negate_overflow_abort(void *where, void *value)
{
    siglongjmp(back, OVERFLOWN);
}
void __ubsan_handle_pointer_overflow_abort(void *where, void *base, void *result)
{
    siglongjmp(back, OUT_OF_RANGE);
}
void __ubsan_handle_type_mismatch_v1_abort(void *where, void *pointer)
{
    siglongjmp(back, OUT_OF_RANGE);
}

void __asan_poison_memory_region(void const volatile *start, size_t size);
void __asan_unpoison_memory_region(void const volatile *start, size_t size);
const char *__asan_default_options(void)
{
    return "exitcode=66:detect_leaks=0:handle_segv=0:handle_sigbus=0:symbolize=0";
}
#endif

/* One run with the list at a given place; the program may touch nothing else. */
static int run_at(int program, const int *input, int *list)
{
    struct itimerval limit = {{0, 0}, {RUN_LIMIT_US / 1000000, RUN_LIMIT_US % 1000000}};
    struct itimerval none = {{0, 0}, {0, 0}};
    int status = sigsetjmp(back, 0);
    if (status == OK) {
        memcpy(list, input, LIST_SIZE);
        setitimer(ITIMER_VIRTUAL, &limit, 0);
        running = 1;
        programs[program](list);
    }
    running = 0;
    setitimer(ITIMER_VIRTUAL, &none, 0);
    return status;
}

#ifdef SANITIZED
/* The address sanitizer guards eight bytes at a time, of which it can allow the first four alone: so
   the list begins at such a place, and every byte of the page but its own is poisoned. What is before
   the page cannot be touched, and that is quicker to catch than what kills this process. */
static int run(int program, int *list)
{
    int *place = (int *)page;
    __asan_poison_memory_region(page, page_size);
    __asan_unpoison_memory_region(place, LIST_SIZE);
    steps = MAX_STEPS;
    int status = run_at(program, list, place);
    if (status == OK)
        memcpy(list, place, LIST_SIZE);
    return status;
}
#else
/* Two runs: with the list at the end of the page an index too large is caught, at its beginning a
   negative one. Up to its first bad index a run is the same in both places, so if that is what comes
   first, the run that catches it says so. */
static int run(int program, int *list)
{
    int *at_end = (int *)(page + page_size - LIST_SIZE), *at_start = (int *)page;
    int first[NUM_CELLS];
    int status = run_at(program, list, at_end);
    memcpy(first, at_end, LIST_SIZE);
    if (status == OUT_OF_RANGE || status == OUT_OF_FUEL)
        return status;
    int other = run_at(program, list, at_start);
    if (status == OK && other == OK) {
        /* Without a bad index, only a variable that was never set makes two runs differ. */
        if (memcmp(first, at_start, LIST_SIZE))
            return UNSET;
        memcpy(list, first, LIST_SIZE);
    }
    return other == OUT_OF_RANGE ? other : status;
}
#endif

static void set_limit(int resource, rlim_t limit)
{
    struct rlimit both = {limit, limit};
    setrlimit(resource, &both);
}

static void set_limits(void)
{
    set_limit(RLIMIT_CPU, CPU_LIMIT_S);
    set_limit(RLIMIT_CORE, 0);
    set_limit(RLIMIT_FSIZE, 0);
    set_limit(RLIMIT_NPROC, 0);
    set_limit(RLIMIT_NOFILE, 0);
#ifndef SANITIZED /* the address sanitizer maps terabytes of shadow memory */
    set_limit(RLIMIT_DATA, 16 << 20);
#endif
}

static void handle(int number)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = SA_NODEFER; /* it is left by a jump, not by a return */
    sigaction(number, &action, 0);
}

static void *map_file(const char *path, size_t size)
{
    int file = open(path, O_RDWR);
    void *start = mmap(0, size, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    close(file);
    return start;
}

/* The page, in the middle of all that an int can reach from it, or of what there is to be had. */
static int reserve_page(void)
{
    size_t reach = (size_t)1 << (sizeof(size_t) > 4 ? 33 : 24);
    page_size = sysconf(_SC_PAGESIZE);
    for (; reach >= page_size; reach /= 2) {
        char *start = mmap(0, 2 * reach + page_size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (start != MAP_FAILED) {
            page = start + reach;
            return mprotect(page, page_size, PROT_READ | PROT_WRITE) == 0;
        }
    }
    return 0;
}

static int status_of_death(int ended)
{
    if (WIFSIGNALED(ended) && WTERMSIG(ended) == SIGXCPU)
        return OUT_OF_FUEL;
    return WIFEXITED(ended) && WEXITSTATUS(ended) == ASAN_EXIT ? OUT_OF_RANGE : CRASH;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    int(*lists)[NUM_CELLS] = map_file(argv[1], (size_t)NUM_RUNS * LIST_SIZE);
    unsigned char *statuses = map_file(argv[2], NUM_RUNS);
    volatile int *next = mmap(0, sizeof *next, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (lists == MAP_FAILED || statuses == MAP_FAILED || next == MAP_FAILED || !reserve_page())
        return 3;
    handle(SIGSEGV);
    handle(SIGBUS);
    handle(SIGVTALRM);
    while (*next < NUM_RUNS) {
        int ended;
        pid_t child = fork();
        if (child < 0)
            return 4;
        if (child == 0) {
            set_limits();
            for (; *next < NUM_RUNS; ++*next)
                statuses[*next] = run(*next / NUM_EXAMPLES, lists[*next]);
            _exit(0);
        }
        if (waitpid(child, &ended, 0) != child)
            return 5;
        if (*next < NUM_RUNS)
            statuses[(*next)++] = status_of_death(ended);
    }
    return 0;
}
