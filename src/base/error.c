#include "kinlim/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

kl_status kl_fail(kl_error *err, kl_status status, const char *format, ...)
{
    if (err) {
        va_list args;
        va_start(args, format);
        err->status = status;
        vsnprintf(err->message, sizeof err->message, format, args);
        va_end(args);
    }
    return status;
}

kl_status kl_fail_prefix(kl_error *err, const char *format, ...)
{
    if (!err)
        return KL_BUG;
    kl_error old = *err;
    va_list args;
    va_start(args, format);
    vsnprintf(err->message, sizeof err->message, format, args);
    va_end(args);
    size_t used = strlen(err->message), room = sizeof err->message - used;
    if (room > 2)
        snprintf(err->message + used, room, ": %.*s", (int)room - 3, old.message);
    return err->status;
}

kl_status kl_agree(MPI_Comm comm, kl_status status, kl_error *err)
{
    int rank, size;
    MPI_Comm_rank(comm, &rank);
    MPI_Comm_size(comm, &size);
    int mine = status == KL_OK ? size : rank, first;
    MPI_Allreduce(&mine, &first, 1, MPI_INT, MPI_MIN, comm);
    if (first == size)
        return KL_OK;
    kl_error shared = {.status = status};
    if (rank == first && err)
        memcpy(shared.message, err->message, sizeof shared.message);
    MPI_Bcast(&shared, (int)sizeof shared, MPI_BYTE, first, comm);
    if (err)
        *err = shared;
    return shared.status;
}
