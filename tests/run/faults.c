/* Preloaded into kinlim by the tests of faults (faults.py compiles it). What is
 * asked for by the environment:
 *   FAULT_KILL=n    SIGKILL instead of the n-th operation
 *   FAULT_STOP=n    SIGSTOP before it
 *   FAULT_ERROR=n   that operation fails with ENOSPC; a write leaves half of its bytes
 *   FAULT_SIZE=n    from the first operation on, files may not exceed n bytes
 *   FAULT_LATE=n    from that operation on, the clock that measures is an hour ahead
 *   FAULT_CLOCK=1   the wall clock goes backwards, 100 s at every look
 *   FAULT_TRACE=f   every operation is a line of file f: its name, and a path or descriptor
 * Operations are those that change files whose path has FAULT_FILES in it (but for the pulse of a
 * run, which follows the clock): open for
 * writing, write, pwrite, fsync, fdatasync, aio_fsync and its aio_return, rename, unlink,
 * mkdir, rmdir, and a lock; only those of one name with FAULT_STEPS=name. FAULT_STEPS=look:
 * instead, the program's own looks at the clock that measures. Each process counts its own.
 */
#define _GNU_SOURCE
#include <aio.h>
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static bool ours[1024]; /* by file descriptor */
static long operations;
static bool late;

#define NEXT(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))

static long wish(const char *name)
{
    const char *text = getenv(name);
    return text ? atol(text) : 0;
}

static bool is_watched(const char *path)
{
    const char *files = getenv("FAULT_FILES");
    return files && path && strstr(path, files) && !strstr(path, ".journal/pulse");
}

static void trace(const char *name, const char *path, int file)
{
    FILE *lines = getenv("FAULT_TRACE") ? fopen(getenv("FAULT_TRACE"), "a") : NULL;
    if (!lines)
        return;
    if (path)
        fprintf(lines, "%s %s\n", name, path);
    else
        fprintf(lines, "%s %d\n", name, file);
    fclose(lines);
}

/* Notes an operation on a path, or on a file if that is NULL; true if it is to fail. */
static bool fails(const char *name, const char *path, int file)
{
    const char *steps = getenv("FAULT_STEPS");
    if (steps && strcmp(steps, name) != 0)
        return false;
    trace(name, path, file);
    operations++;
    if (operations == 1 && getenv("FAULT_SIZE")) {
        struct rlimit limit = {(rlim_t)wish("FAULT_SIZE"), (rlim_t)wish("FAULT_SIZE")};
        setrlimit(RLIMIT_FSIZE, &limit);
    }
    if (operations == wish("FAULT_KILL"))
        raise(SIGKILL);
    if (operations == wish("FAULT_STOP"))
        raise(SIGSTOP);
    if (operations == wish("FAULT_LATE"))
        late = true;
    if (operations == wish("FAULT_ERROR")) {
        errno = ENOSPC;
        return true;
    }
    return false;
}

int open(const char *path, int flags, ...)
{
    va_list rest;
    va_start(rest, flags);
    mode_t mode = flags & O_CREAT ? va_arg(rest, mode_t) : 0;
    va_end(rest);
    bool written = (flags & O_ACCMODE) != O_RDONLY, folder = flags & O_DIRECTORY;
    bool watched = is_watched(path) && (written || folder);
    if (watched && fails(folder ? "open-folder" : "open", path, -1))
        return -1;
    int file = NEXT(open)(path, flags, mode);
    if (file >= 0 && file < 1024)
        ours[file] = watched;
    return file;
}

int close(int file)
{
    if (file >= 0 && file < 1024)
        ours[file] = false;
    return NEXT(close)(file);
}

static bool is_ours(int file)
{
    return file >= 0 && file < 1024 && ours[file];
}

ssize_t write(int file, const void *data, size_t size)
{
    if (is_ours(file) && fails("write", NULL, file)) {
        if (size > 1 && NEXT(write)(file, data, size / 2) < 0)
            return -1;
        errno = ENOSPC;
        return -1;
    }
    return NEXT(write)(file, data, size);
}

ssize_t pwrite(int file, const void *data, size_t size, off_t at)
{
    if (is_ours(file) && fails("pwrite", NULL, file)) {
        if (size > 1 && NEXT(pwrite)(file, data, size / 2, at) < 0)
            return -1;
        errno = ENOSPC;
        return -1;
    }
    return NEXT(pwrite)(file, data, size, at);
}

int fcntl(int file, int command, ...)
{
    va_list rest;
    va_start(rest, command);
    void *argument = va_arg(rest, void *);
    va_end(rest);
    if (command == F_SETLK && is_ours(file) && fails("lock", NULL, file))
        return -1;
    return NEXT(fcntl)(file, command, argument);
}

int fsync(int file)
{
    return is_ours(file) && fails("fsync", NULL, file) ? -1 : NEXT(fsync)(file);
}

int fdatasync(int file)
{
    return is_ours(file) && fails("fdatasync", NULL, file) ? -1 : NEXT(fdatasync)(file);
}

int aio_fsync(int how, struct aiocb *request)
{
    return is_ours(request->aio_fildes) && fails("aio_fsync", NULL, request->aio_fildes)
               ? -1
               : NEXT(aio_fsync)(how, request);
}

ssize_t aio_return(struct aiocb *request)
{
    ssize_t result = NEXT(aio_return)(request);
    return is_ours(request->aio_fildes) && fails("aio_return", NULL, request->aio_fildes) ? -1
                                                                                          : result;
}

int rename(const char *from, const char *to)
{
    return is_watched(to) && fails("rename", to, -1) ? -1 : NEXT(rename)(from, to);
}

int unlink(const char *path)
{
    return is_watched(path) && fails("unlink", path, -1) ? -1 : NEXT(unlink)(path);
}

int mkdir(const char *path, mode_t mode)
{
    return is_watched(path) && fails("mkdir", path, -1) ? -1 : NEXT(mkdir)(path, mode);
}

int rmdir(const char *path)
{
    return is_watched(path) && fails("rmdir", path, -1) ? -1 : NEXT(rmdir)(path);
}

static time_t lost_seconds(void)
{
    static time_t looks;
    return wish("FAULT_CLOCK") ? 100 * ++looks : 0;
}

static bool by_program(const void *caller)
{
    Dl_info object;
    return dladdr(caller, &object) && strcmp(object.dli_fname, program_invocation_name) == 0;
}

int clock_gettime(clockid_t clock, struct timespec *now)
{
    const char *steps = getenv("FAULT_STEPS");
    if (clock == CLOCK_MONOTONIC && steps && strcmp(steps, "look") == 0 &&
        by_program(__builtin_return_address(0)) && fails("look", NULL, -1))
        return -1;
    int result = NEXT(clock_gettime)(clock, now);
    if (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)
        now->tv_sec -= lost_seconds();
    if (clock == CLOCK_MONOTONIC && late)
        now->tv_sec += 3600;
    return result;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone)
{
    int result = NEXT(gettimeofday)(now, zone);
    now->tv_sec -= lost_seconds();
    return result;
}

time_t time(time_t *out)
{
    time_t now = NEXT(time)(NULL) - lost_seconds();
    if (out)
        *out = now;
    return now;
}
