#include "run/layout.h"

#include "base/memory.h"
#include "ensemble/hosts.h"
#include "run/collect.h"
#include "run/limits.h"
#include "summary/summary.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

/* Part of the available memory that a run may take. */
static const double memory_share = 0.9;

static void look_at_node(MPI_Comm comm, kl_machine *machine)
{
    kl_hosts hosts;
    MPI_Comm_size(comm, &machine->ranks);
    kl_hosts_create(comm, &hosts);
    MPI_Comm_size(hosts.comm, &machine->ranks_per_node);
    kl_hosts_destroy(&hosts);
    machine->available = memory_share * (double)kl_memory_available() / machine->ranks_per_node;
    MPI_Allreduce(MPI_IN_PLACE, &machine->ranks_per_node, 1, MPI_INT, MPI_MAX, comm);
    MPI_Allreduce(MPI_IN_PLACE, &machine->available, 1, MPI_DOUBLE, MPI_MIN, comm);
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

/* The samples are on one rank of a node; the node's memory is shared. */
static kl_status check_results(const kl_study *study, const kl_layout *layout, kl_error *err)
{
    const double node = layout->machine.available * layout->machine.ranks_per_node;
    if (layout->machine.available <= 0 || layout->results <= node)
        return KL_OK;
    return kl_fail(err, KL_ENVIRONMENT,
                   "not enough memory: the samples of %lld realizations need %.3g GB, %.3g GB is "
                   "available: ask for fewer realizations, times or observables",
                   (long long)kl_study_realizations(study), 1e-9 * layout->results, 1e-9 * node);
}

/* All that is asked for, as if nothing were done. */
static kl_status create_stages(const kl_study *study, int64_t asked, kl_layout *layout,
                               kl_error *err)
{
    const int points = study->description->points.n, both = study->finer ? 2 : 1;
    layout->nstages = both * points;
    KL_TRY(
        kl_alloc((size_t)layout->nstages, sizeof *layout->stage, "the plan", &layout->stage, err));
    for (int i = 0; i < layout->nstages; i++)
        layout->stage[i] = (kl_stage){.step = {i >= points, i % points, 0},
                                      .items = i >= points ? study->finer->batches : asked};
    return KL_OK;
}

static void describe(const kl_study *study, kl_layout *layout)
{
    const int ranks = layout->machine.ranks;
    layout->fewest = ranks;
    for (int i = 0; i < layout->nstages; i++) {
        const kl_stage *stage = &layout->stage[i];
        const int groups = stage->cut.ngroups, largest = kl_schedule_largest(ranks, stage);
        layout->ngroups = groups > layout->ngroups ? groups : layout->ngroups;
        layout->fewest = groups < layout->fewest ? groups : layout->fewest;
        layout->largest = largest > layout->largest ? largest : layout->largest;
        layout->bytes = fmax(layout->bytes, kl_schedule_bytes(study, &layout->machine, stage));
    }
    layout->idle = kl_schedule_idle(ranks, layout->nstages, layout->stage, &layout->idle_somewhere);
}

/* A value of the environment for tests; 0: none. */
static int ranks_asked(void)
{
    const char *text = getenv("KINLIM_LIMITS");
    const int n = text ? atoi(text) : 0;
    return n > 0 ? n : 0;
}

/* Ranks for the limits: those that are idle, or the fewest others by which they are done in the
 * time of the realizations, if it saves some seconds and leaves half of the ranks. `work`: seconds
 * of the realizations. */
static int ranks_beside(const kl_study *study, const kl_layout *layout, double work)
{
    static const double worth = 10;
    const int ranks = layout->machine.ranks, asked = ranks_asked();
    const double alone = kl_limits_seconds(study);
    if (ranks == 1 || alone <= 0)
        return 0;
    if (layout->idle > 0)
        return alone <= work * layout->idle || asked > 0 ? layout->idle : 0;
    if (asked > 0)
        return asked < ranks ? asked : ranks - 1;
    const double share = fmax(1, ceil(alone / work));
    return alone > worth * ranks && share <= ranks / 2 ? (int)share : 0;
}

static kl_status estimate_time(const kl_study *study, const int64_t asked[2], kl_layout *layout,
                               kl_error *err)
{
    double *time[2] = {&layout->least, &layout->seconds};
    layout->limits = kl_limits_seconds(study) / layout->machine.ranks;
    for (int i = 0; i < 2; i++) {
        for (int k = 0; k < layout->nstages; k++)
            if (!layout->stage[k].step.finer)
                layout->stage[k].items = asked[1 - i];
        KL_TRY(kl_schedule_seconds(study, layout->machine.ranks, layout->nstages, layout->stage,
                                   time[1 - i], err));
        layout->beside = ranks_beside(study, layout, *time[1 - i]);
        if (layout->beside > 0)
            layout->limits = kl_limits_seconds(study) / layout->beside;
        *time[1 - i] += (layout->beside > 0 ? 0 : layout->limits) +
                        kl_summary_seconds(study, (double)asked[1 - i]);
    }
    return KL_OK;
}

static kl_status choose(const kl_study *study, const kl_run_options *options, kl_layout *out,
                        kl_error *err)
{
    int64_t asked[2];
    batches_asked(study, options, asked);
    out->room = kl_room_needed(study, asked[1], out->machine.ranks);
    KL_TRY(check_results(study, out, err));
    if (options->groups > out->machine.ranks)
        return kl_fail(err, KL_INPUT,
                       "--groups: %d is not allowed: must be in [1, %d], the number of ranks",
                       options->groups, out->machine.ranks);
    KL_TRY(create_stages(study, asked[0], out, err));
    KL_TRY(kl_schedule_choose(study, &out->machine, options->groups, out->besides, out->nstages,
                              out->stage, err));
    describe(study, out);
    return estimate_time(study, asked, out, err);
}

kl_status kl_layout_choose(const kl_study *study, MPI_Comm comm, const kl_run_options *options,
                           kl_layout *out, kl_error *err)
{
    *out = (kl_layout){0};
    KL_TRY(check_range(study, options, err));
    look_at_node(comm, &out->machine);
    out->results = kl_collect_bytes(study, out->machine.ranks);
    if (study->finer)
        out->results += kl_collect_bytes(study->finer, out->machine.ranks);
    const double scratch = kl_collect_scratch(study, out->machine.ranks);
    out->besides =
        out->results / out->machine.ranks_per_node + kl_collect_bytes_of_leader(study) + scratch;
    out->results += scratch;
    const kl_status status = kl_agree(comm, choose(study, options, out, err), err);
    if (status != KL_OK)
        kl_layout_destroy(out);
    return status;
}

void kl_layout_destroy(kl_layout *layout)
{
    free(layout->stage);
    layout->stage = NULL;
    layout->nstages = 0;
}

void kl_layout_idle(const kl_layout *layout, char *text, size_t size)
{
    text[0] = 0;
    if (layout->idle > 0)
        snprintf(text, size, "%d of %d ranks idle: no more can share the work", layout->idle,
                 layout->machine.ranks);
    else if (layout->idle_somewhere > 0)
        snprintf(text, size, "%d of %d ranks idle at some points: no more can share a realization",
                 layout->idle_somewhere, layout->machine.ranks);
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

/* The stage of a point of the study. */
static const kl_stage *stage_of(const kl_layout *layout, int point)
{
    const kl_stage *stage = layout->stage;
    while (stage->step.finer || stage->step.point != point)
        stage++;
    return stage;
}

/* One realization, by the largest group or team. */
static double seconds_of(const kl_study *study, const kl_layout *layout, const kl_stage *stage)
{
    const int ranks = kl_schedule_largest(layout->machine.ranks, stage);
    return study->system->cost(study->self, stage->step.point, ranks).seconds / ranks;
}

static void print_points(const kl_study *study, const kl_layout *layout)
{
    const kl_points *points = &study->description->points;
    printf("\n%5s", "point");
    for (int c = 0; c < points->ncolumns; c++)
        printf(" %12s", points->column[c].name);
    printf(" %14s %14s %8s\n", "GB per rank", "s/realization", "ranks");
    for (int i = 0; i < points->n; i++) {
        const kl_stage *stage = stage_of(layout, i);
        printf("%5d", i);
        for (int c = 0; c < points->ncolumns; c++)
            print_parameter(&points->column[c], points->value[i * points->ncolumns + c]);
        printf(" %14.3g %14.3g %8d\n", 1e-9 * kl_schedule_bytes(study, &layout->machine, stage),
               seconds_of(study, layout, stage), kl_schedule_largest(layout->machine.ranks, stage));
    }
}

static void print_layout(const kl_layout *layout)
{
    char idle[128];
    const int ranks = layout->machine.ranks;
    printf("layout       %d rank%s in ", ranks, ranks == 1 ? "" : "s");
    if (layout->fewest < layout->ngroups)
        printf("%d to ", layout->fewest);
    printf("%d group%s of at most %d, %d per node\n", layout->ngroups,
           layout->ngroups == 1 ? "" : "s", layout->largest, layout->machine.ranks_per_node);
    kl_layout_idle(layout, idle, sizeof idle);
    if (idle[0])
        printf("idle         %s\n", idle);
}

static void print_room(const kl_room *room)
{
    printf("disk         %.3g GB: journal %.3g, results %.3g",
           1e-9 * (room->records + room->samples + room->results),
           1e-9 * (room->records + room->samples), 1e-9 * room->results);
    if (isfinite(room->free))
        printf("; %.3g GB available", 1e-9 * room->free);
    printf("\n");
}

void kl_layout_print(const kl_study *study, const kl_layout *layout, const kl_run_options *options)
{
    const kl_stations *stations = &study->stations;
    int64_t asked[2];
    batches_asked(study, options, asked);
    printf("study        %s: %s\n", study->name, study->system->name);
    print_layout(layout);
    printf("memory       %.3g GB per rank at most, %.3g GB available\n", 1e-9 * layout->bytes,
           1e-9 * layout->machine.available);
    printf("samples      %.3g GB on the first rank", 1e-9 * layout->results);
    if (layout->room.samples > 0)
        printf(", %.3g GB in a file of the journal", 1e-9 * layout->room.samples);
    printf("\n");
    print_room(&layout->room);
    print_counts(study, asked);
    if (stations->value)
        printf("%-12s %d, up to %g\n", study->system->stations.key, stations->n,
               stations->value[stations->n - 1]);
    if (layout->limits > 0) {
        printf("limits       about ");
        print_duration(layout->limits);
        if (layout->beside > 0)
            printf(", on %d rank%s beside the realizations", layout->beside,
                   layout->beside == 1 ? "" : "s");
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
    kl_json_open(json, "points", '[');
    for (int i = 0; i < points->n; i++) {
        const kl_stage *stage = stage_of(layout, i);
        kl_json_open(json, NULL, '{');
        kl_layout_json_point(points->column, points->ncolumns, points->value + i * points->ncolumns,
                             json);
        kl_json_number(json, "bytes_per_rank", kl_schedule_bytes(study, &layout->machine, stage));
        kl_json_number(json, "seconds_per_realization", seconds_of(study, layout, stage));
        kl_json_integer(json, "ranks_per_group", kl_schedule_largest(layout->machine.ranks, stage));
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
    kl_json_integer(json, "ranks", layout->machine.ranks);
    kl_json_integer(json, "groups", layout->ngroups);
    kl_json_integer(json, "ranks_per_group", layout->largest);
    kl_json_integer(json, "ranks_per_node", layout->machine.ranks_per_node);
    kl_json_integer(json, "idle", layout->idle);
    kl_json_close(json, '}');
    kl_json_open(json, "memory", '{');
    kl_json_number(json, "bytes_per_rank", layout->bytes);
    kl_json_number(json, "available", layout->machine.available);
    kl_json_number(json, "samples", layout->results);
    kl_json_number(json, "samples_file", layout->room.samples);
    kl_json_close(json, '}');
    kl_json_open(json, "disk", '{');
    kl_json_number(json, "journal", layout->room.records + layout->room.samples);
    kl_json_number(json, "results", layout->room.results);
    kl_json_number(json, "available", layout->room.free);
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
