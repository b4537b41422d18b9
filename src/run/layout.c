#include "run/layout.h"

#include "base/memory.h"
#include "ensemble/groups.h"
#include "run/collect.h"
#include "run/limits.h"
#include "summary/summary.h"

#include <math.h>
#include <stdio.h>

/* Part of the available memory that a run may take. */
static const double memory_share = 0.9;

/* Seconds until a record is on disk. A group works on the next batch meanwhile. */
static const double sync = 1e-3;

/* Members that the fullest group of a team holds. */
static int most_members(const kl_study *study, const kl_layout *layout)
{
    const int groups = layout->ngroups / layout->nteams; /* of the smallest team */
    return (study->members + groups - 1) / groups;
}

static double bytes_at(const kl_study *study, int point, int group_ranks, int members)
{
    const kl_cost cost = study->system->cost(study->self, point, group_ranks);
    return cost.bytes + (members - 1) * cost.more_bytes;
}

static double most_bytes(const kl_study *study, const kl_layout *layout)
{
    const int members = most_members(study, layout);
    double most = study->finer ? most_bytes(study->finer, layout) : 0;
    for (int i = 0; i < study->description->points.n; i++)
        most = fmax(most, bytes_at(study, i, layout->largest, members));
    return most;
}

static int64_t most_ranks(const kl_study *study)
{
    int64_t most = INT64_MAX;
    for (int i = 0; i < study->description->points.n; i++) {
        const int64_t ranks = study->system->cost(study->self, i, 1).most_ranks;
        most = ranks > 0 && ranks < most ? ranks : most;
    }
    return most;
}

static void look_at_node(MPI_Comm comm, kl_layout *layout)
{
    MPI_Comm node;
    MPI_Comm_size(comm, &layout->ranks);
    MPI_Comm_split_type(comm, MPI_COMM_TYPE_SHARED, 0, MPI_INFO_NULL, &node);
    MPI_Comm_size(node, &layout->ranks_per_node);
    MPI_Comm_free(&node);
    layout->available = memory_share * (double)kl_memory_available() / layout->ranks_per_node;
    MPI_Allreduce(MPI_IN_PLACE, &layout->ranks_per_node, 1, MPI_INT, MPI_MAX, comm);
    MPI_Allreduce(MPI_IN_PLACE, &layout->available, 1, MPI_DOUBLE, MPI_MIN, comm);
}

static kl_status check_range(const kl_study *study, const kl_run_options *options, kl_error *err)
{
    if (options->last > 0 &&
        (options->first < 0 || options->first >= options->last || options->last > study->batches))
        return kl_fail(
            err, KL_INPUT,
            "--realizations: %lld:%lld is not allowed: must be A:B with 0 <= A < B <= %lld",
            (long long)options->first, (long long)options->last, (long long)study->batches);
    return KL_OK;
}

/* Batches per point, at least and at most. */
static void batches_asked(const kl_study *study, const kl_run_options *options, int64_t asked[2])
{
    const int64_t range = options->last - options->first;
    asked[0] = options->last > 0 ? range : study->until.least;
    asked[1] = options->last > 0 ? range : study->until.most;
}

static kl_status fail_memory(const kl_study *study, const kl_layout *layout, kl_error *err)
{
    const int members = most_members(study, layout);
    char name[2 * KL_NAME];
    int worst = 0;
    if (layout->results > layout->available * layout->ranks_per_node)
        return kl_fail(
            err, KL_ENVIRONMENT,
            "not enough memory: the samples of %lld realizations need %.3g GB, %.3g GB is "
            "available: ask for fewer realizations, times or observables",
            (long long)kl_study_realizations(study), 1e-9 * layout->results,
            1e-9 * layout->available * layout->ranks_per_node);
    for (int i = 0; i < study->description->points.n; i++)
        if (bytes_at(study, i, layout->largest, members) >
            bytes_at(study, worst, layout->largest, members))
            worst = i;
    kl_study_point_name(study, worst, name, sizeof name);
    return kl_fail(err, KL_ENVIRONMENT,
                   "not enough memory: %s needs %.3g GB per rank in groups of %d, %.3g GB is "
                   "available: use fewer ranks per node, more nodes, or fewer groups",
                   name, 1e-9 * layout->bytes, layout->largest, 1e-9 * layout->available);
}

/* The samples are on one rank of a node; the node's memory is shared. */
static bool fits(const kl_layout *layout)
{
    return layout->available <= 0 ||
           layout->bytes + layout->results / layout->ranks_per_node <= layout->available;
}

static void set_groups(const kl_study *study, int64_t items, int ngroups, kl_layout *layout)
{
    layout->ngroups = ngroups;
    layout->nteams = study->members == 1 || items >= ngroups ? ngroups : (int)items;
    layout->largest = kl_groups_largest(layout->ranks, ngroups);
    layout->bytes = most_bytes(study, layout);
}

/* As many groups as there is work for; in lockstep teams share members, then groups grow, until
 * all fits. */
static void choose_groups(const kl_study *study, int64_t items, int groups, kl_layout *layout)
{
    const int64_t parts = items * study->members;
    set_groups(study, items, groups ? groups : (int)(parts < layout->ranks ? parts : layout->ranks),
               layout);
    for (;;) {
        while (!fits(layout) && study->members > 1 && layout->nteams > 1) {
            layout->nteams--;
            layout->bytes = most_bytes(study, layout);
        }
        if (groups || fits(layout) || layout->ngroups == 1)
            return;
        set_groups(study, items, layout->ngroups - 1, layout);
    }
}

static void estimate_time(const kl_study *study, const int64_t asked[2], kl_layout *layout)
{
    for (int i = 0; i < study->description->points.n; i++) {
        const double work =
            study->members * study->system->cost(study->self, i, 1).seconds / layout->ranks;
        const double each = fmax(work, sync / layout->nteams);
        layout->least += each * (double)asked[0];
        layout->seconds += each * (double)asked[1];
    }
    layout->least += kl_summary_seconds(study, (double)asked[0]);
    layout->seconds += kl_summary_seconds(study, (double)asked[1]);
}

kl_status kl_layout_choose(const kl_study *study, MPI_Comm comm, const kl_run_options *options,
                           kl_layout *out, kl_error *err)
{
    const int64_t most = most_ranks(study);
    int64_t asked[2];
    *out = (kl_layout){0};
    batches_asked(study, options, asked);
    KL_TRY(check_range(study, options, err));
    look_at_node(comm, out);
    out->results = kl_collect_bytes(study, out->ranks);
    if (study->finer)
        out->results += kl_collect_bytes(study->finer, out->ranks);
    if (options->groups > out->ranks)
        return kl_fail(err, KL_INPUT,
                       "--groups: %d is not allowed: must be in [1, %d], the number of ranks",
                       options->groups, out->ranks);
    choose_groups(study, study->description->points.n * asked[0], options->groups, out);
    if (!fits(out))
        return fail_memory(study, out, err);
    if (out->largest > most)
        return kl_fail(
            err, KL_INPUT,
            "%d ranks in one group are too many: at most %lld can share a realization: use "
            "more groups (--groups) or fewer ranks",
            out->largest, (long long)most);
    out->limits = kl_limits_seconds(study) / out->ranks;
    out->least = out->seconds = out->limits;
    estimate_time(study, asked, out);
    if (study->finer) {
        const int64_t finer[2] = {study->finer->batches, study->finer->batches};
        estimate_time(study->finer, finer, out);
    }
    return KL_OK;
}

/* ---- in words ---- */

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

static void print_counts(const kl_study *study, const int64_t asked[2])
{
    const bool lockstep = study->system->ensemble == KL_LOCKSTEP;
    const int64_t points = study->description->points.n;
    if (study->system->ensemble == KL_DETERMINISTIC) {
        printf("points       %lld\n", (long long)points);
        return;
    }
    printf("%s %lld", lockstep ? "ensembles   " : "realizations", (long long)asked[0]);
    if (asked[1] > asked[0])
        printf(" to %lld", (long long)asked[1]);
    printf(" per point, %lld", (long long)(asked[0] * points));
    if (asked[1] > asked[0])
        printf(" to %lld", (long long)(asked[1] * points));
    printf(" in all");
    if (lockstep)
        printf(", of %d realizations each", study->members);
    printf("\n");
    if (study->finer)
        printf("budget       %lld of them again with finer tolerances, per point\n",
               (long long)study->finer->batches);
}

static void print_points(const kl_study *study, const kl_layout *layout)
{
    const kl_points *points = &study->description->points;
    printf("\n%5s", "point");
    for (int c = 0; c < points->ncolumns; c++)
        printf(" %12s", points->column[c].name);
    printf(" %14s %14s\n", "GB per rank", "s/realization");
    for (int i = 0; i < points->n; i++) {
        const double seconds = study->system->cost(study->self, i, layout->largest).seconds;
        printf("%5d", i);
        for (int c = 0; c < points->ncolumns; c++)
            print_parameter(&points->column[c], points->value[i * points->ncolumns + c]);
        printf(" %14.3g %14.3g\n",
               1e-9 * bytes_at(study, i, layout->largest, most_members(study, layout)),
               seconds / layout->largest);
    }
}

void kl_layout_print(const kl_study *study, const kl_layout *layout, const kl_run_options *options)
{
    const kl_stations *stations = &study->stations;
    int64_t asked[2];
    batches_asked(study, options, asked);
    printf("study        %s: %s\n", study->name, study->system->name);
    printf("layout       %d rank%s in %d group%s of at most %d, %d per node\n", layout->ranks,
           layout->ranks == 1 ? "" : "s", layout->ngroups, layout->ngroups == 1 ? "" : "s",
           layout->largest, layout->ranks_per_node);
    printf("memory       %.3g GB per rank at most, %.3g GB available\n", 1e-9 * layout->bytes,
           1e-9 * layout->available);
    printf("samples      %.3g GB on the first rank\n", 1e-9 * layout->results);
    print_counts(study, asked);
    if (stations->value)
        printf("%-12s %d, up to %g\n", study->system->stations.key, stations->n,
               stations->value[stations->n - 1]);
    if (layout->limits > 0) {
        printf("limits       about ");
        print_duration(layout->limits);
        printf("\n");
    }
    printf("time         about ");
    print_duration(layout->least);
    if (asked[1] > asked[0]) {
        printf(" to ");
        print_duration(layout->seconds);
    }
    printf("\n");
    print_points(study, layout);
    if (study->system->advise)
        study->system->advise(study->self, stdout);
}

/* ---- for programs ---- */

void kl_layout_json_point(const kl_column *column, int ncolumns, const double *value, kl_json *json)
{
    for (int c = 0; c < ncolumns; c++) {
        char word[KL_NAME];
        if (kl_column_word(&column[c], value[c], word))
            kl_json_string(json, column[c].name, word);
        else
            kl_json_number(json, column[c].name, value[c]);
    }
}

static void put_points(const kl_study *study, const kl_layout *layout, kl_json *json)
{
    const kl_points *points = &study->description->points;
    const int members = most_members(study, layout);
    kl_json_open(json, "points", '[');
    for (int i = 0; i < points->n; i++) {
        const double seconds = study->system->cost(study->self, i, layout->largest).seconds;
        kl_json_open(json, NULL, '{');
        kl_layout_json_point(points->column, points->ncolumns, points->value + i * points->ncolumns,
                             json);
        kl_json_number(json, "bytes_per_rank", bytes_at(study, i, layout->largest, members));
        kl_json_number(json, "seconds_per_realization", seconds / layout->largest);
        kl_json_close(json, '}');
    }
    kl_json_close(json, ']');
}

void kl_layout_json(const kl_study *study, const kl_layout *layout, const kl_run_options *options,
                    kl_json *json)
{
    int64_t asked[2];
    batches_asked(study, options, asked);
    kl_json_string(json, "study", study->name);
    kl_json_string(json, "system", study->system->name);
    kl_json_open(json, "layout", '{');
    kl_json_integer(json, "ranks", layout->ranks);
    kl_json_integer(json, "groups", layout->ngroups);
    kl_json_integer(json, "ranks_per_group", layout->largest);
    kl_json_integer(json, "ranks_per_node", layout->ranks_per_node);
    kl_json_close(json, '}');
    kl_json_open(json, "memory", '{');
    kl_json_number(json, "bytes_per_rank", layout->bytes);
    kl_json_number(json, "available", layout->available);
    kl_json_number(json, "samples", layout->results);
    kl_json_close(json, '}');
    kl_json_open(json, "realizations", '{'); /* per point */
    kl_json_integer(json, "least", asked[0] * study->members);
    kl_json_integer(json, "most", asked[1] * study->members);
    kl_json_close(json, '}');
    kl_json_open(json, "seconds", '{');
    kl_json_number(json, "limits", layout->limits);
    kl_json_number(json, "least", layout->least);
    kl_json_number(json, "most", layout->seconds);
    kl_json_close(json, '}');
    put_points(study, layout, json);
}
