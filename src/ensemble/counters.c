#include "ensemble/counters.h"

#include "base/memory.h"

#include <stddef.h>
#include <stdlib.h>

/* A window of rank 0; none where it cannot be made. */
static void open_window(MPI_Comm comm, int n, MPI_Win *window)
{
    int rank;
    int64_t *base = NULL;
    MPI_Comm_rank(comm, &rank);
    const size_t bytes = rank == 0 ? (size_t)n * sizeof *base : 0;
    int good = MPI_Win_allocate((MPI_Aint)bytes, sizeof *base, MPI_INFO_NULL, comm, &base,
                                window) == MPI_SUCCESS &&
               (rank != 0 || base);
    MPI_Allreduce(MPI_IN_PLACE, &good, 1, MPI_INT, MPI_MIN, comm);
    if (!good) {
        *window = MPI_WIN_NULL;
        return;
    }
    for (int i = 0; rank == 0 && i < n; i++)
        base[i] = 0;
    MPI_Win_lock_all(0, *window);
    MPI_Win_sync(*window);
    MPI_Barrier(comm);
}

kl_status kl_counters_create(MPI_Comm comm, int n, bool one_node, kl_counters *out, kl_error *err)
{
    int ranks;
    *out = (kl_counters){.n = n, .window = MPI_WIN_NULL};
    MPI_Comm_size(comm, &ranks);
    if (n == 0)
        return KL_OK;
    KL_TRY(kl_agree(comm, kl_alloc((size_t)n, sizeof *out->own, "the plan", &out->own, err), err));
    if (ranks > 1 && one_node)
        kl_shared_among(comm, (size_t)n * sizeof(int64_t), &out->shared);
    else if (ranks > 1)
        open_window(comm, n, &out->window);
    return KL_OK;
}

void kl_counters_destroy(kl_counters *counters)
{
    if (counters->n > 0 && counters->window != MPI_WIN_NULL) {
        MPI_Win_unlock_all(counters->window);
        MPI_Win_free(&counters->window);
    }
    kl_shared_destroy(&counters->shared);
    free(counters->own);
    *counters = (kl_counters){0};
}

static int64_t add(kl_counters *counters, int i, int64_t more)
{
    int64_t *shared = counters->shared.memory, before;
    if (shared)
        return __atomic_fetch_add(&shared[i], more, __ATOMIC_RELAXED);
    MPI_Fetch_and_op(&more, &before, MPI_INT64_T, 0, i, MPI_SUM, counters->window);
    MPI_Win_flush(0, counters->window);
    return before;
}

static bool are_shared(const kl_counters *counters)
{
    return counters->shared.memory || counters->window != MPI_WIN_NULL;
}

int64_t kl_counters_next(kl_counters *counters, int i, int asker, int askers)
{
    return are_shared(counters) ? add(counters, i, 1) : asker + counters->own[i]++ * askers;
}

static const int64_t many = INT64_C(1) << 40;

bool kl_counters_exhausted(kl_counters *counters, int i)
{
    return are_shared(counters) && add(counters, i, 0) >= many;
}

void kl_counters_exhaust(kl_counters *counters, int i)
{
    if (are_shared(counters))
        add(counters, i, many);
}
