#include "base/stop.h"

#include <signal.h>
#include <string.h>
#include <time.h>

static volatile sig_atomic_t signalled;

static void on_signal(int signal_number)
{
    (void)signal_number;
    signalled = 1;
}

void kl_stop_on_signals(void)
{
    static const int numbers[] = {SIGTERM, SIGUSR1, SIGUSR2, SIGXCPU};
    struct sigaction action, now;
    memset(&action, 0, sizeof action);
    sigemptyset(&action.sa_mask);
    action.sa_handler = on_signal;
    action.sa_flags = SA_RESTART;
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
        sigaction(numbers[i], &action, NULL);
    if (sigaction(SIGHUP, NULL, &now) == 0 && now.sa_handler != SIG_IGN)
        sigaction(SIGHUP, &action, NULL);
    action.sa_flags = SA_RESTART | SA_RESETHAND;
    sigaction(SIGINT, &action, NULL);
}

kl_status kl_stop_early(MPI_Comm comm, kl_error *err)
{
    if (!kl_stop_requested(comm, 0))
        return KL_OK;
    return kl_fail(err, KL_STOPPED, "stopped before anything began: run the same command again");
}

static double read_clock(clockid_t clock)
{
    struct timespec now;
    clock_gettime(clock, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

double kl_clock(void)
{
    return read_clock(CLOCK_MONOTONIC);
}

double kl_clock_work(void)
{
    return read_clock(CLOCK_THREAD_CPUTIME_ID);
}

bool kl_stop_requested(MPI_Comm comm, double deadline)
{
    int stop = signalled != 0 || (deadline > 0 && kl_clock() > deadline);
    MPI_Allreduce(MPI_IN_PLACE, &stop, 1, MPI_INT, MPI_MAX, comm);
    return stop != 0;
}
