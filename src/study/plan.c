/* Layout, memory and cost of a study before it runs. */
#include "study/study_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>

/* Part of the available memory that a run may take. */
static const double memory_share = 0.9;

static double most_bytes(const kl_study *study, int group_ranks)
{
    double most = 0;
    for (int i = 0; i < study->about->npoints; i++)
        most = fmax(most, study->system->cost(study->self, i, group_ranks).bytes);
    return most;
}

static int64_t most_ranks(const kl_study *study)
{
    int64_t most = INT64_MAX;
    for (int i = 0; i < study->about->npoints; i++) {
        int64_t ranks = study->system->cost(study->self, i, 1).most_ranks;
        most = ranks < most ? ranks : most;
    }
    return most;
}

static void look_at_node(MPI_Comm comm, kl_plan *plan)
{
    MPI_Comm node;
    MPI_Comm_size(comm, &plan->ranks);
    MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    MPI_Comm_size(node, &plan->ranks_per_node);
    MPI_Comm_free(&node);
    plan->available = memory_share * (double)kl_memory_available() / plan->ranks_per_node;
    MPI_Allreduce(MPI_IN_PLACE, &plan->ranks_per_node, 1, MPI_INT, MPI_MAX, comm);
    MPI_Allreduce(MPI_IN_PLACE, &plan->available, 1, MPI_DOUBLE, MPI_MIN, comm);
}

static kl_status fail_memory(const kl_study *study, const kl_plan *plan, kl_error *err)
{
    int worst = 0;
    for (int i = 0; i < study->about->npoints; i++)
        if (study->system->cost(study->self, i, plan->largest).bytes >
            study->system->cost(study->self, worst, plan->largest).bytes)
            worst = i;
    const double *point = study->about->point + worst * study->system->ncolumns;
    return kl_fail(err, KL_ENVIRONMENT,
                   "not enough memory: %s = %g needs %.3g GB per rank in groups of %d, %.3g GB is "
                   "available: use fewer ranks per node, more nodes, or fewer groups",
                   study->system->column[0].name, point[0], 1e-9 * plan->bytes, plan->largest,
                   1e-9 * plan->available);
}

static bool fits(const kl_plan *plan)
{
    return plan->available <= 0 || plan->bytes <= plan->available;
}

kl_status kl_plan_make(const kl_study *study, MPI_Comm comm, int groups, kl_plan *out, kl_error *err)
{
    const int64_t most = most_ranks(study), items = study->about->npoints * study->realizations;
    *out = (kl_plan){0};
    look_at_node(comm, out);
    if (groups > out->ranks)
        return kl_fail(err, KL_INPUT, "--groups: %d is not allowed: must be in [1, %d], the number of ranks",
                       groups, out->ranks);
    out->ngroups = groups ? groups : (int)(items < out->ranks ? items : out->ranks);
    out->largest = kl_groups_largest(out->ranks, out->ngroups);
    out->bytes = most_bytes(study, out->largest);
    while (!groups && !fits(out) && out->ngroups > 1) {
        out->ngroups--;
        out->largest = kl_groups_largest(out->ranks, out->ngroups);
        out->bytes = most_bytes(study, out->largest);
    }
    if (!fits(out))
        return fail_memory(study, out, err);
    if (out->largest > most)
        return kl_fail(err, KL_INPUT,
                       "%d ranks share a lattice of %lld planes: must be at most as many: use more "
                       "groups (--groups) or fewer ranks",
                       out->largest, (long long)most);
    for (int i = 0; i < study->about->npoints; i++)
        out->seconds += study->system->cost(study->self, i, 1).seconds * (double)study->realizations /
                        out->ranks;
    return KL_OK;
}

static void print_duration(double seconds)
{
    if (seconds < 100)
        printf("%.2g s", seconds);
    else if (seconds < 6000)
        printf("%.0f min", seconds / 60);
    else
        printf("%.1f h", seconds / 3600);
}

static void print_plan(const kl_study *study, const kl_plan *plan)
{
    const int nc = study->system->ncolumns;
    printf("study        %s: %s\n", study->name, study->system->name);
    printf("layout       %d rank%s in %d group%s of at most %d, %d per node\n", plan->ranks,
           plan->ranks == 1 ? "" : "s", plan->ngroups, plan->ngroups == 1 ? "" : "s", plan->largest,
           plan->ranks_per_node);
    printf("memory       %.3g GB per rank at most, %.3g GB available\n", 1e-9 * plan->bytes,
           1e-9 * plan->available);
    printf("realizations %lld per point, %lld in all\n", (long long)study->realizations,
           (long long)study->realizations * study->about->npoints);
    printf("times        %d, up to %g\n", study->times.n, study->times.t[study->times.n - 1]);
    printf("time         about ");
    print_duration(plan->seconds);
    printf("\n\n%5s", "point");
    for (int c = 0; c < nc; c++)
        printf(" %12s", study->system->column[c].name);
    printf(" %14s %14s\n", "GB per rank", "s/realization");
    for (int i = 0; i < study->about->npoints; i++) {
        kl_cost cost = study->system->cost(study->self, i, plan->largest);
        printf("%5d", i);
        for (int c = 0; c < nc; c++)
            printf(" %12.6g", study->about->point[i * nc + c]);
        printf(" %14.3g %14.3g\n", 1e-9 * cost.bytes, cost.seconds / plan->largest);
    }
}

kl_status kl_study_dry_run(kl_study *study, MPI_Comm comm, const kl_run_options *options,
                           kl_error *err)
{
    int rank;
    kl_plan plan;
    MPI_Comm_rank(comm, &rank);
    KL_TRY(kl_plan_make(study, comm, options->groups, &plan, err));
    if (rank == 0)
        print_plan(study, &plan);
    return KL_OK;
}
