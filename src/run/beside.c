#include "run/beside.h"

#include "base/broadcast.h"
#include "base/memory.h"
#include "run/collect.h"

#include <stdlib.h>

kl_status kl_beside_create(const kl_study *study, MPI_Comm comm, bool mine,
                           const kl_results *results, kl_beside *out, kl_error *err)
{
    const size_t n = kl_limits_count(study);
    int rank;
    *out = (kl_beside){.comm = MPI_COMM_NULL};
    MPI_Comm_rank(comm, &rank);
    KL_TRY(kl_agree(comm, kl_alloc(n, 1, "limits", &out->solved, err), err));
    if (results)
        kl_limits_known(study, results, out->solved);
    kl_broadcast(comm, out->solved, n);
    MPI_Comm_split(comm, mine ? 0 : MPI_UNDEFINED, rank, &out->comm);
    return KL_OK;
}

void kl_beside_destroy(kl_beside *beside)
{
    if (beside->solved && beside->comm != MPI_COMM_NULL)
        MPI_Comm_free(&beside->comm);
    free(beside->solved);
    *beside = (kl_beside){.comm = MPI_COMM_NULL};
}

kl_status kl_beside_solve(const kl_study *study, const kl_beside *beside, kl_limits_run run,
                          kl_journal *journal, kl_error *err)
{
    kl_study few = *study; /* no room for its samples is needed */
    kl_results *results = NULL;
    int rank;
    run.comm = beside->comm;
    few.batches = 1;
    MPI_Comm_rank(beside->comm, &rank);
    kl_status status = rank == 0 ? kl_collect_create(&few, NULL, &results, err) : KL_OK;
    status = kl_agree(beside->comm, status, err);
    if (status == KL_OK && rank == 0) {
        kl_limits_mark(study, beside->solved, results);
        run.journal = journal;
    }
    if (status == KL_OK)
        status = kl_limits_solve(study, &run, results, err);
    kl_results_destroy(&results);
    return status;
}
