/* The run: reference, realizations by groups, statistics, results. */
#include "run/checkpoint.h"
#include "run/output.h"
#include "run/pieces.h"
#include "run/until.h"

#include "base/memory.h"
#include "base/stop.h"
#include "ensemble/journal.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct run {
    const kl_study *study;
    const kl_run_options *options;
    MPI_Comm comm;
    int rank;
    kl_plan plan;
    kl_groups groups;
    kl_output output;    /* rank 0 */
    kl_results *results; /* rank 0 */
    uint8_t *done;       /* [npoints][realizations]: finished */
    uint8_t *finer_done; /* [npoints][finer realizations], likewise */
    int *planned;        /* [npoints]: realizations asked for */
    int *order;          /* [npoints]: in which points are worked on */
    int attempt;         /* of the journal */
    double deadline;
    bool stopped; /* this group stopped early */
    kl_progress *progress;
    kl_journal journal; /* on leaders, once the first item is done */
    kl_group_fields fields;
} run;

/* Of the study or its finer one. A range is done as asked for, however precise the points are. */
static bool is_asked(const run *r, const kl_study *study, int point, int64_t k)
{
    if (r->options->last > 0)
        return k >= r->options->first && k < r->options->last;
    return k < (study == r->study ? r->planned[point] : study->realizations);
}

static bool is_open(const run *r, const kl_study *study, int point, int64_t k)
{
    const uint8_t *done = study == r->study ? r->done : r->finer_done;
    return is_asked(r, study, point, k) && !done[point * study->realizations + k];
}

/* ---- before the realizations ---- */

/* Rank 0: takes the place of the output, and from there what is done already. */
static kl_status open_output(run *r, kl_error *err)
{
    KL_TRY(kl_collect_create(r->study, &r->results, err));
    KL_TRY(kl_output_open(r->study, r->options->output, r->options->resume, &r->output, r->results,
                          err));
    for (int i = 0; i < r->study->about->nwarnings; i++)
        fprintf(stderr, "kinlim: warning: %s\n", r->study->about->warning[i]);
    kl_moments_warn(r->study);
    r->attempt = kl_journal_next_attempt(r->output.journal);
    return KL_OK;
}

static void snapshot_path(const run *r, int point, const char *ending, char *path, size_t size)
{
    kl_output_snapshot(&r->output, point, ending, path, size);
}

/* Rank 0. A realization whose snapshot is asked for and missing is done again. */
static void mark_done(run *r)
{
    const int64_t n = r->study->realizations;
    memcpy(r->done, r->results->done, (size_t)(r->study->about->npoints * n));
    for (int p = 0; p < r->study->about->npoints; p++)
        if (kl_output_wants_snapshot(r->study, &r->output, r->results, p))
            r->done[p * n + r->study->snapshot] = 0;
    const int finer = r->results->nfiner, m = r->results->ntimes * r->results->nquantities;
    for (int i = 0; i < finer * r->study->about->npoints; i++)
        r->finer_done[i] = !isnan(r->results->finer[(size_t)i * (size_t)m]);
}

static size_t finer_items(const run *r)
{
    return r->study->finer ? (size_t)(r->study->finer->realizations * r->study->about->npoints) : 0;
}

static kl_status prepare(run *r, kl_error *err)
{
    const kl_study *study = r->study;
    const size_t items = (size_t)study->about->npoints * (size_t)study->realizations;
    KL_TRY(kl_plan_make(study, r->comm, r->options, &r->plan, err));
    kl_status status = r->rank == 0 ? open_output(r, err) : KL_OK;
    if (status == KL_OK)
        status = kl_alloc(items, 1, "realizations", &r->done, err);
    if (status == KL_OK)
        status = kl_alloc(finer_items(r), 1, "realizations", &r->finer_done, err);
    if (status == KL_OK)
        status =
            kl_alloc((size_t)study->about->npoints, sizeof *r->planned, "points", &r->planned, err);
    if (status == KL_OK)
        status =
            kl_alloc((size_t)study->about->npoints, sizeof *r->order, "points", &r->order, err);
    if (status == KL_OK)
        status = kl_group_fields_create(study, &r->fields, err);
    KL_TRY(kl_agree(r->comm, status, err));
    if (study->reference) {
        KL_TRY(kl_reference_compute(study, r->comm, r->options->quiet, r->results, err));
        KL_TRY(kl_reference_finer(study, r->comm, r->results, err));
    }
    MPI_Bcast(&r->attempt, 1, MPI_INT, 0, r->comm);
    /* Every rank needs the paths. */
    MPI_Bcast(r->output.file, (int)sizeof r->output.file, MPI_BYTE, 0, r->comm);
    MPI_Bcast(r->output.journal, (int)sizeof r->output.journal, MPI_BYTE, 0, r->comm);
    kl_groups_create(r->comm, r->plan.ngroups, &r->groups);
    return KL_OK;
}

/* ---- realizations ---- */

/* Closes the snapshot of a realization, if there is one. What is not whole loses its .xdmf
 * file, the sign of a whole one. Collective over the group. */
static kl_status end_snapshot(const run *r, int point, bool whole, kl_snapshot **snapshot,
                              kl_error *err)
{
    char path[4200];
    if (!*snapshot)
        return KL_OK;
    kl_status status = kl_snapshot_close(snapshot, err);
    snapshot_path(r, point, ".xdmf", path, sizeof path);
    if ((!whole || status != KL_OK) && r->groups.leader)
        unlink(path);
    return status;
}

/* An invariant broke: says of which realization, and how to see it again. */
static kl_status fail_realization(const run *r, int64_t k, kl_error *err)
{
    return kl_fail_prefix(
        err, "realization %lld (seed %llu; --realizations %lld:%lld runs it alone)", (long long)k,
        (unsigned long long)r->study->system->seed(r->study->self), (long long)k, (long long)k + 1);
}

/* One time of a realization: evolve, measure, take a snapshot where one is asked for.
 * field: scratch, [nfields]. */
static kl_status step(run *r, const kl_study *study, void *state, kl_sample_record *record,
                      int time, double **field, kl_snapshot **snapshot, kl_error *err)
{
    const kl_system *system = study->system;
    const kl_description *about = study->about;
    char path[4200];
    for (int f = 0; f < about->nfields; f++)
        field[f] = record->field[f] + (size_t)time * kl_collect_cells(study, record->point, f);
    KL_TRY(system->advance(state, time, err));
    KL_TRY(system->measure(state, time, record->quantity + time * about->nquantities,
                           record->check + time * about->nchecks, field, err));
    if (study->snapshot != record->realization || !system->snapshot)
        return KL_OK;
    if (!*snapshot) {
        kl_status status =
            r->groups.leader ? kl_output_claim_snapshot(&r->output, record->point, err) : KL_OK;
        KL_TRY(kl_agree(r->groups.group, status, err));
    }
    snapshot_path(r, record->point, "", path, sizeof path);
    return system->snapshot(state, time, path, snapshot, err);
}

/* One realization through all times, from its checkpoint if it has one; *whole is
 * false if it was stopped. A realization with snapshots has no checkpoints: its
 * frames could not be gone on with. */
static kl_status realize(run *r, const kl_study *study, void *state, kl_sample_record *record,
                         bool *whole, kl_error *err)
{
    const bool checkpoints = study->snapshot != record->realization;
    kl_snapshot *snapshot = NULL;
    kl_checkpoint checkpoint;
    double **field = NULL;
    int time = -1;
    *whole = false;
    kl_checkpoint_prepare(r->output.journal, study != r->study, record->point, record->realization,
                          r->options->checkpoint, r->groups.group, &checkpoint);
    kl_status status =
        kl_alloc((size_t)study->about->nfields, sizeof *field, "fields", &field, err);
    KL_TRY(kl_agree(r->groups.group, status, err));
    status = study->system->start(state, record->realization, err);
    if (status == KL_OK && checkpoints)
        status = kl_checkpoint_read(&checkpoint, study->system, state, record, &time, err);
    while (status == KL_OK && ++time < study->times.n) {
        if (kl_stop_requested(r->groups.group, r->deadline)) {
            if (checkpoints && time > 0 && kl_checkpoint_worth(&checkpoint))
                status =
                    kl_checkpoint_write(&checkpoint, study->system, state, record, time - 1, err);
            break;
        }
        kl_progress_tick(r->progress);
        status = step(r, study, state, record, time, field, &snapshot, err);
        if (status == KL_OK && checkpoints && time + 1 < study->times.n &&
            kl_checkpoint_due(&checkpoint))
            status = kl_checkpoint_write(&checkpoint, study->system, state, record, time, err);
    }
    *whole = status == KL_OK && time == study->times.n;
    if (*whole) {
        uint64_t checksum;
        status =
            kl_planes_checksum(r->groups.group, study->system, state, time - 1, &checksum, err);
        kl_sample_record_checksum(record, checksum);
        *whole = status == KL_OK;
    }
    kl_status closed = end_snapshot(r, record->point, *whole, &snapshot, *whole ? err : NULL);
    free(field);
    if (status == KL_BUG)
        return fail_realization(r, record->realization, err);
    return *whole ? closed : status;
}

/* The record into the journal; its checkpoint goes when it is on disk. */
static kl_status save(run *r, uint32_t type, const kl_sample_record *record, kl_error *err)
{
    const bool finer = type == KL_RECORD_FINER;
    if (!r->groups.leader)
        return KL_OK;
    if (r->journal.file < 0)
        KL_TRY(kl_journal_open(r->output.journal, r->attempt, r->groups.index, &r->journal, err));
    KL_TRY(kl_journal_append(&r->journal, type, record->payload, record->size, err));
    if (kl_checkpoint_exists(r->output.journal, finer, record->point, record->realization)) {
        KL_TRY(kl_journal_wait(&r->journal, err));
        kl_checkpoint_remove(r->output.journal, finer, record->point, record->realization);
    }
    return type == KL_RECORD_SAMPLE ? kl_group_fields_add(r->study, record, &r->fields, err)
                                    : KL_OK;
}

/* This group's open realizations of one point, of the study or its finer one. */
static kl_status work_on_point(run *r, const kl_study *study, int point, int64_t *item,
                               kl_error *err)
{
    const bool finer = study != r->study;
    const double cost = study->system->cost(study->self, point, 1).seconds;
    void *state = NULL;
    kl_sample_record record = {0};
    kl_status status = KL_OK;
    for (int64_t k = 0; status == KL_OK && !r->stopped && k < study->realizations; k++) {
        bool whole;
        if (!is_open(r, study, point, k) ||
            kl_groups_turn(&r->groups, (*item)++) != r->groups.index)
            continue;
        if (!state) {
            status =
                kl_agree(r->groups.group, kl_sample_record_create(study, point, &record, err), err);
            if (status == KL_OK)
                status = study->system->begin(study->self, point, r->groups.group, &state, err);
            if (status != KL_OK)
                break;
        }
        kl_sample_record_number(&record, k);
        status = realize(r, study, state, &record, &whole, err);
        if (status != KL_OK)
            break;
        r->stopped = !whole;
        if (whole)
            status =
                kl_agree(r->groups.group,
                         save(r, finer ? KL_RECORD_FINER : KL_RECORD_SAMPLE, &record, err), err);
        if (whole && status == KL_OK && r->groups.leader)
            kl_progress_item(r->progress, cost);
        kl_progress_tick(r->progress);
    }
    if (state)
        study->system->end(&state);
    kl_sample_record_destroy(&record);
    return status;
}

/* What is open now, the same on every rank. */
static kl_status plan_round(run *r, kl_error *err)
{
    const int n = r->study->about->npoints;
    kl_status status = KL_OK;
    if (r->rank == 0) {
        status = kl_until_plan(r->study, r->results, r->order, err);
        memcpy(r->planned, r->results->planned, (size_t)n * sizeof *r->planned);
        mark_done(r);
    }
    KL_TRY(kl_agree(r->comm, status, err));
    MPI_Bcast(r->planned, n, MPI_INT, 0, r->comm);
    MPI_Bcast(r->order, n, MPI_INT, 0, r->comm);
    MPI_Bcast(r->done, (int)(n * r->study->realizations), MPI_BYTE, 0, r->comm);
    MPI_Bcast(r->finer_done, (int)finer_items(r), MPI_BYTE, 0, r->comm);
    return KL_OK;
}

typedef struct amount {
    int64_t open, total;
    double cost; /* of the open ones */
} amount;

static void count_items(const run *r, const kl_study *study, amount *all)
{
    for (int p = 0; study && p < study->about->npoints; p++) {
        const double cost = study->system->cost(study->self, p, 1).seconds;
        for (int64_t k = 0; k < study->realizations; k++) {
            all->total += is_asked(r, study, p, k);
            all->open += is_open(r, study, p, k);
            all->cost += is_open(r, study, p, k) ? cost : 0;
        }
    }
}

/* Everything that is open, into the journal and from there into the results. Each round has
 * journals of its own, so that rank 0 reads closed files. */
static kl_status work_on_round(run *r, const amount *all, kl_error *err)
{
    int64_t item = 0;
    KL_TRY(kl_progress_create(r->comm, r->options->quiet, all->total - all->open, all->total,
                              all->cost, &r->progress, err));
    r->journal.file = -1;
    kl_status status = KL_OK;
    for (int i = 0; status == KL_OK && !r->stopped && i < r->study->about->npoints; i++)
        status = work_on_point(r, r->study, r->order[i], &item, err);
    for (int p = 0;
         status == KL_OK && !r->stopped && r->study->finer && p < r->study->about->npoints; p++)
        status = work_on_point(r, r->study->finer, p, &item, err);
    kl_status closed = kl_journal_close(&r->journal, status == KL_OK ? err : NULL);
    kl_progress_end(&r->progress);
    status = kl_agree(r->comm, status == KL_OK ? closed : status, err);
    int stopped = r->stopped;
    MPI_Allreduce(MPI_IN_PLACE, &stopped, 1, MPI_INT, MPI_MAX, r->comm);
    r->stopped = stopped != 0;
    r->attempt++;
    if (status != KL_OK)
        return status;
    KL_TRY(kl_group_fields_reduce(r->study, r->comm, &r->fields, r->results, err));
    if (r->rank == 0)
        status = kl_collect_journal(r->study, r->output.journal, r->results, err);
    return kl_agree(r->comm, status, err);
}

/* One round; with stopping by precision, rounds until every point is precise enough. */
static kl_status realizations(run *r, kl_error *err)
{
    for (int round = 0;; round++) {
        KL_TRY(plan_round(r, err));
        amount all = {0};
        count_items(r, r->study, &all);
        count_items(r, r->study->finer, &all);
        if (round > 0 && all.open == 0)
            return KL_OK;
        KL_TRY(work_on_round(r, &all, err));
        if (r->stopped || r->study->until.relative_error == 0)
            return KL_OK;
    }
}

/* ---- after them ---- */

/* Rank 0: the summary, and the results file. */
static kl_status finish(run *r, const char *start, kl_error *err)
{
    KL_TRY(kl_until_plan(r->study, r->results, NULL, err));
    KL_TRY(kl_summarise(r->study, r->results, err));
    KL_TRY(kl_provenance(r->study, &r->plan, r->options->command, start, r->results, err));
    return kl_output_finish(&r->output, r->results, !r->stopped, err);
}

static kl_status run_all(run *r, kl_error *err)
{
    char start[32];
    kl_timestamp(start);
    KL_TRY(prepare(r, err));
    kl_status status = realizations(r, err);
    if (status != KL_OK)
        return status;
    status = r->rank == 0 ? finish(r, start, err) : KL_OK;
    KL_TRY(kl_agree(r->comm, status, err));
    if (!r->stopped)
        return KL_OK;
    int64_t counts[2] = {0};
    if (r->rank == 0) {
        counts[0] = kl_results_done(r->results);
        counts[1] = kl_results_asked(r->results);
    }
    MPI_Bcast(counts, 2, MPI_INT64_T, 0, r->comm);
    return kl_fail(err, KL_STOPPED,
                   "stopped with %lld/%lld realizations done and saved: run again with "
                   "--resume",
                   (long long)counts[0], (long long)counts[1]);
}

kl_status kl_study_run(kl_study *study, MPI_Comm comm, const kl_run_options *options, kl_error *err)
{
    run r = {.study = study, .options = options, .comm = comm, .output.lock = -1};
    r.groups.group = MPI_COMM_NULL;
    MPI_Comm_rank(comm, &r.rank);
    if (options->max_walltime > 0)
        r.deadline = kl_clock() + options->max_walltime;
    kl_stop_on_signals();
    kl_status status = run_all(&r, err);
    kl_group_fields_destroy(study, &r.fields);
    kl_groups_destroy(&r.groups);
    kl_results_destroy(&r.results);
    if (r.rank == 0)
        kl_output_close(&r.output);
    free(r.done);
    free(r.finer_done);
    free(r.planned);
    free(r.order);
    return status;
}
