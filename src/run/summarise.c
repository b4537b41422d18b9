#include "run/summarise.h"

#include "base/broadcast.h"
#include "base/mapped.h"
#include "run/collect.h"
#include "summary/summary.h"

/* Values and errors of the limits onto all ranks. */
static void share_limits(MPI_Comm comm, const kl_results *r)
{
    const size_t bytes =
        (size_t)r->npoints * (size_t)r->ntimes * (size_t)r->nquantities * sizeof(double);
    for (int i = 0; i < r->nlimits; i++) {
        kl_broadcast(comm, r->limit[i].value, bytes);
        kl_broadcast(comm, r->limit[i].error, bytes);
    }
}

/* The file as other nodes may read it. */
static kl_status complete(kl_results *results, kl_error *err)
{
    kl_results_blank(results);
    return kl_mapped_sync(results->mapped, err);
}

kl_status kl_run_summarise(const kl_study *study, MPI_Comm comm, const char *journal,
                           kl_results *results, kl_results **view, kl_error *err)
{
    int rank, in_file = results && results->mapped;
    *view = NULL;
    MPI_Comm_rank(comm, &rank);
    MPI_Bcast(&in_file, 1, MPI_INT, 0, comm);
    if (!in_file) {
        const kl_status status =
            rank == 0 ? kl_summarise(study, results, MPI_COMM_NULL, err) : KL_OK;
        return kl_agree(comm, status, err);
    }
    KL_TRY(kl_agree(comm, rank == 0 ? complete(results, err) : KL_OK, err));
    const kl_status status = rank == 0 ? KL_OK : kl_collect_open(study, journal, view, err);
    KL_TRY(kl_agree(comm, status, err));
    kl_results *own = rank == 0 ? results : *view;
    share_limits(comm, own);
    return kl_summarise(study, own, comm, err);
}
