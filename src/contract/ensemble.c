/* Sums over the members of a batch, in the order of their numbers whatever the layout: every
 * group's numbers are gathered by the members' numbers, then added one after the other. */
#include "kinlim/system.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* count[ranks], place[ranks]: numbers that each rank of the ensemble gives, by its group's leader.
 */
static void lay_out(const kl_place *place, int n, int ranks, int *count, int *at)
{
    int rank, mine[2];
    MPI_Comm_rank(place->group, &rank);
    mine[0] = rank == 0 ? place->count * n : 0;
    mine[1] = place->first * n;
    int *pairs = at + ranks;
    MPI_Allgather(mine, 2, MPI_INT, pairs, 2, MPI_INT, place->ensemble);
    for (int r = 0; r < ranks; r++) {
        count[r] = pairs[2 * r];
        at[r] = pairs[2 * r + 1];
    }
}

kl_status kl_ensemble_sum(const kl_place *place, int n, const double *value, double *sum,
                          kl_error *err)
{
    int ranks, *count = NULL;
    double *all = NULL;
    MPI_Comm_size(place->ensemble, &ranks);
    kl_status status = kl_alloc(4 * (size_t)ranks, sizeof *count, "a sum", &count, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)place->members * (size_t)n, sizeof *all, "a sum", &all, err);
    KL_GOTO(kl_agree(place->ensemble, status, err));
    int *at = count + ranks;
    lay_out(place, n, ranks, count, at);
    int rank;
    MPI_Comm_rank(place->ensemble, &rank);
    MPI_Allgatherv(value, count[rank], MPI_DOUBLE, all, count, at, MPI_DOUBLE, place->ensemble);
    memset(sum, 0, (size_t)n * sizeof *sum);
    for (int m = 0; m < place->members; m++)
        for (int i = 0; i < n; i++)
            sum[i] += all[m * n + i];
done:
    free(count);
    free(all);
    return status;
}
