#include "results/trial.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

/* A crash leaves no trace, and an endless reading ends. */
static void confine(const char *path)
{
    static const int deaths[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT, SIGXCPU};
    struct stat info = {0};
    stat(path, &info);
    const rlim_t seconds = 60 + (rlim_t)info.st_size / 1000000;
    setrlimit(RLIMIT_CPU, &(struct rlimit){seconds, seconds + 1});
    setrlimit(RLIMIT_CORE, &(struct rlimit){0, 0});
    for (size_t i = 0; i < sizeof deaths / sizeof *deaths; i++)
        signal(deaths[i], SIG_DFL);
    dup2(open("/dev/null", O_WRONLY), STDERR_FILENO); /* the C library's words on a broken heap */
}

static void child(kl_reading reading, const char *path, int to)
{
    kl_error outcome = {.status = KL_OK};
    kl_results *results = NULL;
    confine(path);
    reading(path, &results, &outcome);
    kl_results_destroy(&results);
    _exit(write(to, &outcome, sizeof outcome) != sizeof outcome);
}

static bool receive(int from, kl_error *outcome)
{
    ssize_t got;
    do
        got = read(from, outcome, sizeof *outcome);
    while (got < 0 && errno == EINTR);
    return got == sizeof *outcome;
}

kl_status kl_trial(kl_reading reading, const char *path, kl_error *err)
{
    int ends[2];
    kl_error outcome;
    if (pipe(ends) != 0)
        return kl_fail(err, KL_ENVIRONMENT, "%s: cannot be read: %s", path, strerror(errno));
    const pid_t reader = fork();
    const int reason = errno;
    if (reader == 0)
        child(reading, path, ends[1]);
    close(ends[1]);
    const bool whole = reader > 0 && receive(ends[0], &outcome);
    close(ends[0]);
    while (reader > 0 && waitpid(reader, NULL, 0) < 0 && errno == EINTR)
        ;
    if (reader < 0)
        return kl_fail(err, KL_ENVIRONMENT, "%s: cannot be read: %s", path, strerror(reason));
    if (!whole)
        return kl_fail(err, KL_INPUT, "%s: damaged: HDF5 breaks down over it", path);
    return outcome.status == KL_OK ? KL_OK : kl_fail(err, outcome.status, "%s", outcome.message);
}
