/* Runs compiled programs on their inputs; the programs stand above this text in the same file, and what their
   dialect adds to it below.

   Above it are also defined: NUM_PROGRAMS, NUM_EXAMPLES, INPUT_WIDTH, OUTPUT_WIDTH, MAX_STEPS, RUN_LIMIT_US
   and CPU_LIMIT_S, the table `programs`, and SANITIZED for a sanitized build.

   Arguments: a file of int32 inputs, and one for the results: the outputs, then the statuses, a byte each.

   Every program runs in a child process of its own, which shares no memory with this one and reports
   through a pipe: whatever a program does, it can spoil its own results alone. A run that kills the child
   costs that run alone, because another child goes on with the next. Lists are what a program can reach, and
   an index is an int: so all that an int can reach from a list that is handed to it is reserved, and all but
   one page of it cannot be touched. On Linux a filter of system calls stands behind that: the child can
   compute, report and end, and anything else kills it. */

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
#ifdef __linux__
#include <sys/prctl.h>
#include <sys/syscall.h>
#endif

enum { NUM_RUNS = NUM_PROGRAMS * NUM_EXAMPLES, OUTPUT_SIZE = OUTPUT_WIDTH * sizeof(int) };
/* As in lasynth.domains.base.Status. */
enum {
    OK = 0,
    OUT_OF_RANGE = 1,
    OVERFLOWN = 2,
    UNSET = 3,
    OUT_OF_FUEL = 4,
    CRASH = 5,
    INVALID = 6,
    DIVISION = 7
};

/* What the dialect adds. Reserve all pages for lists; whether they were to be had. */
static int reserve(void);
/* One run with all lists at the end of their pages, or all at the start: its status, and the output, which is
   all zeros before. */
static int run_at(int program, const int *input, int *output, int at_end);

/* What a child writes for each run; short enough for a pipe to take it whole. */
struct result {
    int status;
    int output[OUTPUT_WIDTH];
};

static int inputs[NUM_RUNS][INPUT_WIDTH];
static int outputs[NUM_RUNS][OUTPUT_WIDTH];
static unsigned char statuses[NUM_RUNS];

static sigjmp_buf back;
static volatile sig_atomic_t running;
static size_t page_size;

static void on_signal(int number)
{
    if (running)
        siglongjmp(back, number == SIGVTALRM ? OUT_OF_FUEL : number == SIGFPE ? DIVISION : OUT_OF_RANGE);
    if (number != SIGVTALRM)
        _exit(1);
}

#ifdef SANITIZED
static int steps;

/* In a dialect where the first test of a loop is free. */
void lasynth_loop(void)
{
    ++steps;
}

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
/* The smallest int divided by -1 is an overflow, too. */
void __ubsan_handle_divrem_overflow_abort(void *where, void *left, void *right)
{
    siglongjmp(back, (int)(size_t)right == 0 ? DIVISION : OVERFLOWN);
}
void __ubsan_handle_out_of_bounds_abort(void *where, void *index)
{
    siglongjmp(back, OUT_OF_RANGE);
}
void __ubsan_handle_pointer_overflow_abort(void *where, void *base, void *result)
{
    siglongjmp(back, OUT_OF_RANGE);
}
void __ubsan_handle_type_mismatch_v1_abort(void *where, void *pointer)
{
    siglongjmp(back, OUT_OF_RANGE);
}

/* And the address sanitizer, whose own report takes system calls that the filter forbids. */
void __asan_report_load4(void *address)
{
    siglongjmp(back, OUT_OF_RANGE);
}
void __asan_report_store4(void *address)
{
    siglongjmp(back, OUT_OF_RANGE);
}

void __asan_poison_memory_region(void const volatile *start, size_t size);
void __asan_unpoison_memory_region(void const volatile *start, size_t size);
const char *__asan_default_options(void)
{
    return "detect_leaks=0:detect_stack_use_after_return=0:"
           "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:symbolize=0";
}
#endif

/* Call a program, by way of its dialect, until it ends or is ended. */
static int run_guarded(int program, void (*call)(int program))
{
    struct itimerval limit = {{0, 0}, {RUN_LIMIT_US / 1000000, RUN_LIMIT_US % 1000000}};
    struct itimerval none = {{0, 0}, {0, 0}};
    int status = sigsetjmp(back, 0);
    if (status == OK) {
        setitimer(ITIMER_VIRTUAL, &limit, 0);
        running = 1;
        call(program);
    }
    running = 0;
    setitimer(ITIMER_VIRTUAL, &none, 0);
    return status;
}

/* The place of a list in its page; the program may touch nothing else of it.

   The address sanitizer guards eight bytes at a time, of which it can allow the first four alone: so
   the list begins at such a place, and every byte of the page but its own is poisoned. What is before
   the page cannot be touched, and that is quicker to catch than what kills this process. */
static int *place(char *page, size_t size, int at_end)
{
#ifdef SANITIZED
    __asan_poison_memory_region(page, page_size);
    __asan_unpoison_memory_region(page, size);
#endif
    return (int *)(at_end ? page + page_size - size : page);
}

#ifdef SANITIZED
static int run(int program, const int *input, int *output)
{
    steps = MAX_STEPS;
    return run_at(program, input, output, 0);
}
#else
/* Two runs: with the lists at the end of their pages an index too large is caught, at their beginning a
   negative one. Up to its first bad index a run is the same in both places, so if that is what comes
   first, the run that catches it says so. */
static int run(int program, const int *input, int *output)
{
    static int second[OUTPUT_WIDTH];
    int status = run_at(program, input, output, 1);
    if (status == OUT_OF_RANGE || status == OUT_OF_FUEL)
        return status;
    memset(second, 0, OUTPUT_SIZE);
    int other = run_at(program, input, second, 0);
    if (other == OUT_OF_RANGE || other == OUT_OF_FUEL)
        return other;
    /* Without a bad index, only what was never set makes two runs differ. */
    if (status == OK && (other != OK || memcmp(output, second, OUTPUT_SIZE)))
        return UNSET;
    return status;
}
#endif

static void set_limit(int resource, rlim_t limit)
{
    struct rlimit both = {limit, limit};
    setrlimit(resource, &both);
}

#if defined __linux__ && (defined __x86_64__ || defined __aarch64__)
/* From linux/filter.h, linux/seccomp.h and linux/audit.h, which not every machine with a compiler has. */
struct filter_step {
    unsigned short code;
    unsigned char if_true, if_false;
    unsigned int value;
};
struct filter {
    unsigned short length;
    struct filter_step *steps;
};
#ifdef __x86_64__
#define ARCHITECTURE 0xC000003EU
#else
#define ARCHITECTURE 0xC00000B7U
#endif
enum { LOAD = 0x20, IF_EQUAL = 0x15, RETURN = 0x06, NUMBER_AT = 0, ARCHITECTURE_AT = 4, ARGUMENT_AT = 16 };
enum { SET_SECCOMP = 22, FILTER_MODE = 2, SET_NO_NEW_PRIVILEGES = 38 };
#define ALLOW 0x7FFF0000U
#define KILL 0x80000000U
#define ALLOW_CALL(number) {IF_EQUAL, 0, 1, number}, {RETURN, 0, 0, ALLOW}

/* Forbid this process every system call but those that it needs: to write its results, to be timed and to
   end. Systems without such filters ignore this. */
static void forbid_system_calls(int report)
{
    struct filter_step steps[] = {
        {LOAD, 0, 0, ARCHITECTURE_AT},
        {IF_EQUAL, 1, 0, ARCHITECTURE},
        {RETURN, 0, 0, KILL},
        {LOAD, 0, 0, NUMBER_AT},
        ALLOW_CALL(SYS_exit_group),
        ALLOW_CALL(SYS_exit),
        ALLOW_CALL(SYS_setitimer),
        ALLOW_CALL(SYS_rt_sigreturn),
#ifdef SANITIZED
        ALLOW_CALL(SYS_sigaltstack), /* the address sanitizer asks for the stack before a jump */
#endif
        {IF_EQUAL, 1, 0, SYS_write},
        {RETURN, 0, 0, KILL},
        {LOAD, 0, 0, ARGUMENT_AT},
        ALLOW_CALL((unsigned int)report),
        {RETURN, 0, 0, KILL},
    };
    struct filter filter = {sizeof steps / sizeof *steps, steps};
    prctl(SET_NO_NEW_PRIVILEGES, 1, 0, 0, 0);
    prctl(SET_SECCOMP, FILTER_MODE, &filter, 0, 0);
}
#else
static void forbid_system_calls(int report)
{
    (void)report;
}
#endif

/* All that a child gives up before it runs a program. */
static void confine(int report, pid_t parent)
{
#ifdef __linux__
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
#endif
    if (getppid() != parent)
        _exit(1);
    set_limit(RLIMIT_CPU, CPU_LIMIT_S);
    set_limit(RLIMIT_CORE, 0);
    set_limit(RLIMIT_FSIZE, 0);
    set_limit(RLIMIT_NPROC, 0);
    set_limit(RLIMIT_NOFILE, 0);
#ifndef SANITIZED /* the address sanitizer maps terabytes of shadow memory */
    set_limit(RLIMIT_DATA, 16 << 20);
#endif
    forbid_system_calls(report);
}

static void handle(int number)
{
    struct sigaction action;
    memset(&action, 0, sizeof action);
    action.sa_handler = on_signal;
    action.sa_flags = SA_NODEFER; /* it is left by a jump, not by a return */
    sigaction(number, &action, 0);
}

/* A page for a list, in the middle of all that an int can reach from it, or of what there is to be had; 0
   where there is none. */
static char *reserve_page(int access)
{
    size_t reach = (size_t)1 << (sizeof(size_t) > 4 ? 33 : 24);
    for (; reach >= page_size; reach /= 2) {
        int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
        char *start = mmap(0, 2 * reach + page_size, PROT_NONE, flags, -1, 0);
        if (start != MAP_FAILED)
            return mprotect(start + reach, page_size, access) == 0 ? start + reach : 0;
    }
    return 0;
}

static int status_of_death(int ended)
{
    return WIFSIGNALED(ended) && WTERMSIG(ended) == SIGXCPU ? OUT_OF_FUEL : CRASH;
}

/* Read or write all of it; whether that was possible. */
static int read_all(int file, void *start, size_t size)
{
    for (char *at = start; size > 0;) {
        ssize_t done = read(file, at, size);
        if (done <= 0)
            return 0;
        at += done;
        size -= done;
    }
    return 1;
}

static int write_all(int file, const void *start, size_t size)
{
    for (const char *at = start; size > 0;) {
        ssize_t done = write(file, at, size);
        if (done <= 0)
            return 0;
        at += done;
        size -= done;
    }
    return 1;
}

/* The child: the runs of one program, from one example on. */
static void report_runs(int program, int next, int last, int report)
{
    struct result result;
    for (; next < last; ++next) {
        memset(result.output, 0, OUTPUT_SIZE);
        result.status = run(program, inputs[next], result.output);
        if (!write_all(report, &result, sizeof result))
            _exit(1);
    }
    _exit(0);
}

/* Run one program on its examples; whether the system allowed it. */
static int run_program(int program)
{
    int next = program * NUM_EXAMPLES, last = next + NUM_EXAMPLES;
    pid_t parent = getpid();
    while (next < last) {
        int ended, ends[2];
        if (pipe(ends))
            return 0;
        pid_t child = fork();
        if (child < 0)
            return 0;
        if (child == 0) {
            close(ends[0]);
            confine(ends[1], parent);
            report_runs(program, next, last, ends[1]);
        }
        close(ends[1]);
        struct result result;
        for (; next < last && read_all(ends[0], &result, sizeof result); ++next) {
            statuses[next] = result.status >= OK && result.status <= DIVISION ? result.status : CRASH;
            memcpy(outputs[next], result.output, OUTPUT_SIZE);
        }
        close(ends[0]);
        kill(child, SIGKILL); /* it has nothing more to say; of one that has ended this changes nothing */
        if (waitpid(child, &ended, 0) != child)
            return 0;
        if (next < last)
            statuses[next++] = status_of_death(ended);
    }
    return 1;
}

int main(int argc, char **argv)
{
    if (argc != 3)
        return 2;
    int file = open(argv[1], O_RDONLY);
    page_size = sysconf(_SC_PAGESIZE);
    if (file < 0 || !read_all(file, inputs, sizeof inputs) || close(file) || !reserve())
        return 3;
    handle(SIGSEGV);
    handle(SIGBUS);
    handle(SIGFPE);
    handle(SIGVTALRM);
    for (int program = 0; program < NUM_PROGRAMS; ++program)
        if (!run_program(program))
            return 4;
    file = open(argv[2], O_WRONLY);
    if (file < 0 || !write_all(file, outputs, sizeof outputs) || !write_all(file, statuses, sizeof statuses))
        return 5;
    return close(file) ? 5 : 0;
}
