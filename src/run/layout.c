/* Layout, memory and cost of a study before it runs. */
#include "run/output.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>

/* Part of the available memory that a run may take. */
static const double memory_share = 0.9;

static double most_bytes(const kl_study *study, int group_ranks)
{
    double most = study->finer ? most_bytes(study->finer, group_ranks) : 0;
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

static kl_status check_range(const kl_study *study, const kl_run_options *options, kl_error *err)
{
    if (options->last > 0 && (options->first < 0 || options->first >= options->last ||
                              options->last > study->realizations))
        return kl_fail(
            err, KL_INPUT,
            "--realizations: %lld:%lld is not allowed: must be A:B with 0 <= A < B <= %lld",
            (long long)options->first, (long long)options->last, (long long)study->realizations);
    return KL_OK;
}

/* Per point, at least and at most. */
static void realizations_asked(const kl_study *study, const kl_run_options *options,
                               int64_t asked[2])
{
    const int64_t range = options->last - options->first;
    asked[0] = options->last > 0 ? range : study->until.least;
    asked[1] = options->last > 0 ? range : study->until.most;
}

static kl_status fail_memory(const kl_study *study, const kl_plan *plan, kl_error *err)
{
    int worst = 0;
    if (plan->results > plan->available * plan->ranks_per_node)
        return kl_fail(
            err, KL_ENVIRONMENT,
            "not enough memory: the samples of %lld realizations need %.3g GB, %.3g GB is "
            "available: ask for fewer realizations, times or observables",
            (long long)study->realizations, 1e-9 * plan->results,
            1e-9 * plan->available * plan->ranks_per_node);
    for (int i = 0; i < study->about->npoints; i++)
        if (study->system->cost(study->self, i, plan->largest).bytes >
            study->system->cost(study->self, worst, plan->largest).bytes)
            worst = i;
    const double *point = study->about->point + worst * study->about->ncolumns;
    return kl_fail(err, KL_ENVIRONMENT,
                   "not enough memory: %s = %g needs %.3g GB per rank in groups of %d, %.3g GB is "
                   "available: use fewer ranks per node, more nodes, or fewer groups",
                   study->about->column[0].name, point[0], 1e-9 * plan->bytes, plan->largest,
                   1e-9 * plan->available);
}

/* The samples are on one rank of a node; the node's memory is shared. */
static bool fits(const kl_plan *plan)
{
    return plan->available <= 0 ||
           plan->bytes + plan->results / plan->ranks_per_node <= plan->available;
}

static void choose_groups(const kl_study *study, int64_t items, int groups, kl_plan *plan)
{
    plan->ngroups = groups ? groups : (int)(items < plan->ranks ? items : plan->ranks);
    plan->largest = kl_groups_largest(plan->ranks, plan->ngroups);
    plan->bytes = most_bytes(study, plan->largest);
    while (!groups && !fits(plan) && plan->ngroups > 1) {
        plan->ngroups--;
        plan->largest = kl_groups_largest(plan->ranks, plan->ngroups);
        plan->bytes = most_bytes(study, plan->largest);
    }
}

kl_status kl_plan_make(const kl_study *study, MPI_Comm comm, const kl_run_options *options,
                       kl_plan *out, kl_error *err)
{
    const int64_t most = most_ranks(study);
    int64_t asked[2];
    *out = (kl_plan){0};
    realizations_asked(study, options, asked);
    KL_TRY(check_range(study, options, err));
    look_at_node(comm, out);
    out->results = kl_collect_bytes(study, out->ranks);
    if (study->finer)
        out->results += kl_collect_bytes(study->finer, out->ranks);
    if (options->groups > out->ranks)
        return kl_fail(err, KL_INPUT,
                       "--groups: %d is not allowed: must be in [1, %d], the number of ranks",
                       options->groups, out->ranks);
    choose_groups(study, study->about->npoints * asked[0], options->groups, out);
    if (!fits(out))
        return fail_memory(study, out, err);
    if (out->largest > most)
        return kl_fail(err, KL_INPUT,
                       "%d ranks share a lattice of %lld planes: must be at most as many: use more "
                       "groups (--groups) or fewer ranks",
                       out->largest, (long long)most);
    for (int i = 0; i < study->about->npoints; i++) {
        const double each = study->system->cost(study->self, i, 1).seconds / out->ranks;
        out->least += each * (double)asked[0];
        out->seconds += each * (double)asked[1];
    }
    const kl_study *finer = study->finer;
    for (int i = 0; finer && i < finer->about->npoints; i++) {
        const double each = finer->system->cost(finer->self, i, 1).seconds / out->ranks;
        out->least += each * (double)finer->realizations;
        out->seconds += each * (double)finer->realizations;
    }
    return KL_OK;
}

static void print_duration(double seconds)
{
    if (seconds < 10)
        printf("%.2g s", seconds);
    else if (seconds < 100)
        printf("%.0f s", seconds);
    else if (seconds < 6000)
        printf("%.0f min", seconds / 60);
    else
        printf("%.1f h", seconds / 3600);
}

static void print_parameter(const kl_column *column, double value)
{
    char word[KL_NAME];
    if (kl_column_word(column, value, word))
        printf(" %12s", word);
    else
        printf(" %12.6g", value);
}

static void print_plan(const kl_study *study, const kl_plan *plan, const int64_t asked[2])
{
    const int nc = study->about->ncolumns;
    printf("study        %s: %s\n", study->name, study->system->name);
    printf("layout       %d rank%s in %d group%s of at most %d, %d per node\n", plan->ranks,
           plan->ranks == 1 ? "" : "s", plan->ngroups, plan->ngroups == 1 ? "" : "s", plan->largest,
           plan->ranks_per_node);
    printf("memory       %.3g GB per rank at most, %.3g GB available\n", 1e-9 * plan->bytes,
           1e-9 * plan->available);
    printf("samples      %.3g GB on the first rank\n", 1e-9 * plan->results);
    printf("realizations %lld", (long long)asked[0]);
    if (asked[1] > asked[0])
        printf(" to %lld", (long long)asked[1]);
    printf(" per point, %lld", (long long)asked[0] * study->about->npoints);
    if (asked[1] > asked[0])
        printf(" to %lld", (long long)asked[1] * study->about->npoints);
    printf(" in all\n");
    if (study->finer)
        printf("budget       %lld of them again with finer tolerances, per point\n",
               (long long)study->finer->realizations);
    printf("times        %d, up to %g\n", study->times.n, study->times.t[study->times.n - 1]);
    printf("time         about ");
    print_duration(plan->least);
    if (asked[1] > asked[0]) {
        printf(" to ");
        print_duration(plan->seconds);
    }
    printf("\n\n%5s", "point");
    for (int c = 0; c < nc; c++)
        printf(" %12s", study->about->column[c].name);
    printf(" %14s %14s\n", "GB per rank", "s/realization");
    for (int i = 0; i < study->about->npoints; i++) {
        kl_cost cost = study->system->cost(study->self, i, plan->largest);
        printf("%5d", i);
        for (int c = 0; c < nc; c++)
            print_parameter(&study->about->column[c], study->about->point[i * nc + c]);
        printf(" %14.3g %14.3g\n", 1e-9 * cost.bytes, cost.seconds / plan->largest);
    }
    if (study->system->advise)
        study->system->advise(study->self, stdout);
}

kl_status kl_study_dry_run(kl_study *study, MPI_Comm comm, const kl_run_options *options,
                           kl_error *err)
{
    int rank;
    kl_plan plan;
    kl_output output;
    int64_t asked[2];
    MPI_Comm_rank(comm, &rank);
    KL_TRY(kl_plan_make(study, comm, options, &plan, err));
    kl_status status = KL_OK;
    if (rank == 0)
        status = kl_output_check(study, options->output, options->resume, &output, err);
    realizations_asked(study, options, asked);
    if (rank == 0 && status == KL_OK)
        print_plan(study, &plan, asked);
    if (rank == 0 && status == KL_OK)
        kl_moments_warn(study);
    return kl_agree(comm, status, err);
}
