/* A study file onto every rank. */
#include "study/load.h"

#include "base/memory.h"
#include "base/stop.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Bytes of a file or a pipe; 0 at its end; -1 and errno. It waits for who has opened a pipe to
 * write, a second for who has not, and no longer once a signal asks to stop (EINTR). */
static ssize_t read_some(int file, void *to, size_t size)
{
    struct pollfd ready = {.fd = file, .events = POLLIN};
    ssize_t got = -1;
    int found = poll(&ready, 1, 1000);
    while (found >= 0 && (got = read(file, to, size)) < 0 && errno == EAGAIN)
        found = poll(&ready, 1, -1);
    return got;
}

/* Room for twice as much and a final zero. */
static kl_status grow(const char *path, char **text, long *room, kl_error *err)
{
    *room = *room > 0 ? 2 * *room : 1 << 14;
    char *longer = realloc(*text, (size_t)*room + 1);
    if (!longer)
        return kl_fail(err, KL_ENVIRONMENT, "%s: no memory for its text", path);
    *text = longer;
    return KL_OK;
}

static kl_status read_all(int file, const char *path, char **text, long *size, kl_error *err)
{
    enum { MOST = 1 << 24 };
    ssize_t got = 1;
    for (long room = 0; got != 0 && *size <= MOST;) {
        if (*size == room)
            KL_TRY(grow(path, text, &room, err));
        got = read_some(file, *text + *size, (size_t)(room - *size));
        if (got > 0)
            *size += got;
        else if (got < 0 && errno == EINTR)
            KL_TRY(kl_stop_early(MPI_COMM_SELF, err));
        else if (got < 0)
            return kl_fail(err, KL_INPUT, "%s: %s", path, strerror(errno));
    }
    if (*size > MOST)
        return kl_fail(err, KL_INPUT, "%s: longer than 16 MB is not allowed", path);
    if (*size == 0 && lseek(file, 0, SEEK_CUR) < 0)
        return kl_fail(err, KL_INPUT, "%s: a pipe that nobody writes to", path);
    if (memchr(*text, 0, (size_t)*size))
        return kl_fail(err, KL_INPUT, "%s: not a text file", path);
    (*text)[*size] = 0;
    return KL_OK;
}

static kl_status read_text(const char *path, char **text, kl_error *err)
{
    long size = 0;
    const int file = open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC);
    if (file < 0)
        return kl_fail(err, KL_INPUT, "%s: %s", path, strerror(errno));
    const kl_status status = read_all(file, path, text, &size, err);
    close(file);
    return status;
}

kl_status kl_study_read_text(MPI_Comm comm, const char *name, const char *text, int nset,
                             const char *const *set, const kl_system *const *systems,
                             kl_study **out, kl_error *err)
{
    int rank;
    long size = 0;
    char *copy = NULL;
    *out = NULL;
    MPI_Comm_rank(comm, &rank);
    if (rank == 0)
        size = (long)strlen(text);
    MPI_Bcast(&size, 1, MPI_LONG, 0, comm);
    kl_status status = kl_alloc((size_t)size + 1, 1, name, &copy, err);
    KL_GOTO(kl_agree(comm, status, err));
    if (rank == 0)
        memcpy(copy, text, (size_t)size);
    MPI_Bcast(copy, (int)size, MPI_CHAR, 0, comm);
    status = kl_study_read(name, copy, nset, set, systems, out, err);
    status = kl_agree(comm, status, err);
    if (status != KL_OK)
        kl_study_destroy(out);
done:
    free(copy);
    return status;
}

kl_status kl_study_read_file(MPI_Comm comm, const char *path, int nset, const char *const *set,
                             const kl_system *const *systems, kl_study **out, kl_error *err)
{
    int rank;
    char *text = NULL;
    MPI_Comm_rank(comm, &rank);
    *out = NULL;
    kl_status status = rank == 0 ? read_text(path, &text, err) : KL_OK;
    status = kl_agree(comm, status, err);
    if (status == KL_OK)
        status = kl_study_read_text(comm, path, text, nset, set, systems, out, err);
    free(text);
    return status;
}
