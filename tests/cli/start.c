/* Preloaded: what may happen while the program starts. START_SIGNAL is raised where START_AT says:
 * "before" or "after" MPI_Init, or when a file whose name ends like that is opened. START_NO_MPI:
 * MPI_Init ends the process with 99. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

int MPI_Init(int *argc, char ***argv);
int PMPI_Init(int *argc, char ***argv);
#pragma weak PMPI_Init

static void raise_at(const char *place)
{
    const char *at = getenv("START_AT"), *number = getenv("START_SIGNAL");
    const size_t length = at ? strlen(at) : 0, all = strlen(place);
    if (at && number && length <= all && strcmp(place + all - length, at) == 0)
        raise(atoi(number));
}

int MPI_Init(int *argc, char ***argv)
{
    if (getenv("START_NO_MPI"))
        _exit(99);
    raise_at("before");
    const int code = PMPI_Init(argc, argv);
    raise_at("after");
    return code;
}

FILE *fopen(const char *path, const char *mode)
{
    FILE *(*next)(const char *, const char *);
    *(void **)&next = dlsym(RTLD_NEXT, "fopen");
    raise_at(path);
    return next(path, mode);
}

int open(const char *path, int flags, ...)
{
    int (*next)(const char *, int, ...);
    va_list more;
    *(void **)&next = dlsym(RTLD_NEXT, "open");
    va_start(more, flags);
    const int mode = flags & O_CREAT ? va_arg(more, int) : 0;
    va_end(more);
    raise_at(path);
    return next(path, flags, mode);
}
