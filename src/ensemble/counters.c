#include "ensemble/counters.h"

#include <stddef.h>

/* True if every rank sees the memory of rank 0. */
static bool share(MPI_Comm comm, size_t bytes, kl_shared *out)
{
    kl_shared_name name = {.file = -1};
    int rank;
    MPI_Comm_rank(comm, &rank);
    if (rank == 0)
        kl_shared_create(bytes, out, &name);
    MPI_Bcast(&name, (int)sizeof name, MPI_BYTE, 0, comm);
    if (rank != 0)
        kl_shared_open(&name, out);
    int good = out->memory != NULL;
    MPI_Allreduce(MPI_IN_PLACE, &good, 1, MPI_INT, MPI_MIN, comm);
    if (rank == 0)
        kl_shared_close(&name);
    if (!good)
        kl_shared_destroy(out);
    return good != 0;
}

void kl_counters_create(MPI_Comm comm, int n, bool one_node, kl_counters *out)
{
    int rank;
    int64_t *base;
    *out = (kl_counters){.n = n, .window = MPI_WIN_NULL};
    const size_t bytes = (size_t)(n > 0 ? n : 1) * sizeof *base;
    if (one_node && share(comm, bytes, &out->shared))
        return;
    MPI_Comm_rank(comm, &rank);
    MPI_Win_allocate(rank == 0 ? (MPI_Aint)bytes : 0, sizeof *base, MPI_INFO_NULL, comm, &base,
                     &out->window);
    for (int i = 0; rank == 0 && i < n; i++)
        base[i] = 0;
    MPI_Win_lock_all(0, out->window);
    MPI_Win_sync(out->window);
    MPI_Barrier(comm);
}

void kl_counters_destroy(kl_counters *counters)
{
    if (counters->n > 0 && counters->window != MPI_WIN_NULL) {
        MPI_Win_unlock_all(counters->window);
        MPI_Win_free(&counters->window);
    }
    kl_shared_destroy(&counters->shared);
    *counters = (kl_counters){0};
}

int64_t kl_counters_add(kl_counters *counters, int i, int64_t more)
{
    int64_t *shared = counters->shared.memory, before;
    if (shared)
        return __atomic_fetch_add(&shared[i], more, __ATOMIC_RELAXED);
    MPI_Fetch_and_op(&more, &before, MPI_INT64_T, 0, i, MPI_SUM, counters->window);
    MPI_Win_flush(0, counters->window);
    return before;
}
