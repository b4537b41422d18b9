/* A study file onto every rank. */
#include "study/load.h"

#include "base/memory.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static kl_status read_text(const char *path, char **text, long *size, kl_error *err)
{
    enum { MOST = 1 << 24 };
    FILE *file = fopen(path, "rb");
    *text = NULL;
    *size = 0;
    if (!file)
        return kl_fail(err, KL_INPUT, "%s: %s", path, strerror(errno));
    kl_status status = kl_alloc(MOST + 2, 1, path, text, err);
    if (status == KL_OK) {
        *size = (long)fread(*text, 1, MOST + 1, file);
        if (ferror(file))
            status = kl_fail(err, KL_INPUT, "%s: %s", path, strerror(errno));
        else if (*size > MOST)
            status = kl_fail(err, KL_INPUT, "%s: longer than 16 MB is not allowed", path);
        else if (memchr(*text, 0, (size_t)*size))
            status = kl_fail(err, KL_INPUT, "%s: not a text file", path);
    }
    fclose(file);
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
    long size = 0;
    char *text = NULL;
    MPI_Comm_rank(comm, &rank);
    *out = NULL;
    kl_status status = rank == 0 ? read_text(path, &text, &size, err) : KL_OK;
    status = kl_agree(comm, status, err);
    if (status == KL_OK)
        status = kl_study_read_text(comm, path, text, nset, set, systems, out, err);
    free(text);
    return status;
}
