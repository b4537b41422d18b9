#include "run/loop.h"

#include "base/memory.h"
#include "ensemble/journal.h"
#include "run/batch.h"
#include "run/checkpoint.h"
#include "run/choices.h"
#include "run/collect.h"
#include "run/progress.h"
#include "run/until.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct rounds {
    kl_loop *loop;
    int rank;
    uint8_t *done;       /* [npoints][batches]: finished */
    uint8_t *finer_done; /* [npoints][finer batches], likewise */
    int *planned;        /* [npoints]: batches asked for */
    int *order;          /* [npoints]: in which points are worked on */
    bool stopped;        /* this team stopped early */
    kl_progress *progress;
    kl_journal journal; /* on leaders, once the first item is done */
    kl_group_fields fields;
} rounds;

static int points_of(const rounds *r)
{
    return r->loop->study->description->points.n;
}

/* ---- what is open ---- */

/* Of the study or its finer one. A range is done as asked for, however precise the points are. */
static bool is_asked(const rounds *r, const kl_study *study, int point, int64_t b)
{
    const kl_run_options *options = r->loop->options;
    if (options->last > 0)
        return b >= options->first && b < options->last;
    return b < (study == r->loop->study ? r->planned[point] : study->batches);
}

static bool is_open(const rounds *r, const kl_study *study, int point, int64_t b)
{
    const uint8_t *done = study == r->loop->study ? r->done : r->finer_done;
    return is_asked(r, study, point, b) && !done[point * study->batches + b];
}

/* Rank 0. A realization whose snapshot is asked for and missing is done again. */
static void mark_done(rounds *r)
{
    const kl_study *study = r->loop->study;
    const kl_results *results = r->loop->results;
    const size_t numbers = (size_t)results->ntimes * (size_t)results->nquantities;
    for (int p = 0; p < points_of(r); p++) {
        for (int64_t b = 0; b < study->batches; b++)
            r->done[p * study->batches + b] = kl_collect_has(results, p, b);
        if (kl_output_wants_snapshot(study, r->loop->output, results, p))
            r->done[p * study->batches + study->snapshot] = 0;
    }
    const int64_t finer = study->finer ? study->finer->batches : 0;
    for (int64_t i = 0; i < finer * points_of(r); i++) /* by the first member */
        r->finer_done[i] = !isnan(results->finer[(size_t)(i * results->members) * numbers]);
}

static size_t finer_items(const rounds *r)
{
    const kl_study *finer = r->loop->study->finer;
    return finer ? (size_t)(finer->batches * points_of(r)) : 0;
}

/* What is open now, the same on every rank. */
static kl_status plan_round(rounds *r, kl_error *err)
{
    const kl_loop *loop = r->loop;
    const int n = points_of(r);
    kl_status status = KL_OK;
    if (r->rank == 0) {
        status = kl_until_plan(loop->study, loop->results, r->order, err);
        for (int p = 0; p < n; p++)
            r->planned[p] = loop->results->planned[p] / loop->study->members;
        mark_done(r);
    }
    KL_TRY(kl_agree(loop->comm, status, err));
    MPI_Bcast(r->planned, n, MPI_INT, 0, loop->comm);
    MPI_Bcast(r->order, n, MPI_INT, 0, loop->comm);
    MPI_Bcast(r->done, (int)(n * loop->study->batches), MPI_BYTE, 0, loop->comm);
    MPI_Bcast(r->finer_done, (int)finer_items(r), MPI_BYTE, 0, loop->comm);
    return KL_OK;
}

static double cost_of(const kl_study *study, int point)
{
    return study->members * study->system->cost(study->self, point, 1).seconds;
}

static void count_items(const rounds *r, const kl_study *study, kl_progress_work *all)
{
    for (int p = 0; study && p < points_of(r); p++) {
        const double cost = cost_of(study, p);
        for (int64_t b = 0; b < study->batches; b++) {
            all->total += is_asked(r, study, p, b);
            all->open += is_open(r, study, p, b);
            all->cost += is_open(r, study, p, b) ? cost : 0;
        }
        const bool range = r->loop->options->last > 0;
        all->most += range ? 0 : study->batches;
    }
}

/* ---- items ---- */

static void tick(void *context)
{
    kl_progress_tick(context);
}

/* The record into the journal; its checkpoint goes when it is on disk. */
static kl_status save(rounds *r, const kl_batch_run *run, kl_error *err)
{
    const kl_record *record = &run->record;
    const kl_loop *loop = r->loop;
    const char *journal = loop->output->journal;
    if (!loop->teams.leader)
        return KL_OK;
    if (r->journal.file < 0)
        KL_TRY(kl_journal_open(journal, loop->attempt, loop->teams.index, &r->journal, err));
    KL_TRY(kl_journal_append(&r->journal, run->finer ? KL_RECORD_FINER : KL_RECORD_SAMPLE,
                             record->payload, record->size, err));
    if (kl_checkpoint_exists(journal, run->finer, record->point, record->batch)) {
        KL_TRY(kl_journal_wait(&r->journal, err));
        kl_checkpoint_remove(journal, run->finer, record->point, record->batch);
    }
    return run->finer ? KL_OK : kl_group_fields_add(loop->study, record, &r->fields, err);
}

static kl_status work_on_batch(rounds *r, kl_batch_run *run, int64_t batch, kl_error *err)
{
    const kl_study *study = run->study;
    char path[4200];
    bool whole;
    kl_output_snapshot(r->loop->output, run->place.point, "", path, sizeof path);
    run->snapshot = study->snapshot == batch && study->system->snapshot ? path : NULL;
    if (run->snapshot) {
        const kl_status status =
            r->loop->teams.leader ? kl_output_claim_snapshot(r->loop->output, run->place.point, err)
                                  : KL_OK;
        KL_TRY(kl_agree(run->place.ensemble, status, err));
    }
    KL_TRY(kl_batch_realize(run, batch, &whole, err));
    r->stopped = !whole;
    if (!whole)
        return KL_OK;
    KL_TRY(kl_agree(run->place.ensemble, save(r, run, err), err));
    if (r->loop->teams.leader)
        kl_progress_item(r->progress, cost_of(study, run->place.point));
    kl_progress_tick(r->progress);
    return KL_OK;
}

/* This team's open batches of one point, of the study or its finer one. */
static kl_status work_on_point(rounds *r, const kl_study *study, int point, int64_t *item,
                               kl_error *err)
{
    kl_batch_run run = {.study = study,
                        .finer = study != r->loop->study,
                        .place = kl_teams_place(&r->loop->teams, point),
                        .journal = r->loop->output->journal,
                        .checkpoint = r->loop->options->checkpoint,
                        .deadline = r->loop->deadline,
                        .tick = tick,
                        .tick_context = r->progress};
    kl_status status = KL_OK;
    for (int64_t b = 0; status == KL_OK && !r->stopped && b < study->batches; b++) {
        if (!is_open(r, study, point, b) ||
            kl_teams_turn(&r->loop->teams, (*item)++) != r->loop->teams.index)
            continue;
        if (!run.state)
            status = kl_batch_begin(&run, err);
        if (status == KL_OK)
            status = work_on_batch(r, &run, b, err);
    }
    if (status == KL_OK && run.state && r->loop->results)
        status = kl_choices_record(study->system, run.state, r->loop->results, err);
    kl_batch_end(&run);
    return status;
}

/* ---- rounds ---- */

static kl_status work_on_items(rounds *r, kl_error *err)
{
    const kl_study *study = r->loop->study;
    int64_t item = 0;
    for (int i = 0; !r->stopped && i < points_of(r); i++)
        KL_TRY(work_on_point(r, study, r->order[i], &item, err));
    for (int p = 0; !r->stopped && study->finer && p < points_of(r); p++)
        KL_TRY(work_on_point(r, study->finer, p, &item, err));
    return KL_OK;
}

/* Everything that is open, into the journal and from there into the results. Each round has
 * journals of its own, so that rank 0 reads closed files. */
static kl_status work_on_round(rounds *r, kl_progress_work all, kl_error *err)
{
    kl_loop *loop = r->loop;
    KL_TRY(kl_progress_create(loop->comm, loop->options->quiet, all, &r->progress, err));
    r->journal.file = -1;
    kl_status status = work_on_items(r, err);
    const kl_status closed = kl_journal_close(&r->journal, status == KL_OK ? err : NULL);
    kl_progress_end(&r->progress);
    status = kl_agree(loop->comm, status == KL_OK ? closed : status, err);
    int stopped = r->stopped;
    MPI_Allreduce(MPI_IN_PLACE, &stopped, 1, MPI_INT, MPI_MAX, loop->comm);
    loop->stopped = r->stopped = stopped != 0;
    loop->attempt++;
    if (status != KL_OK)
        return status;
    KL_TRY(kl_group_fields_reduce(loop->study, loop->comm, &r->fields, loop->results, err));
    if (r->rank == 0)
        status = kl_collect_journal(loop->study, loop->output->journal, loop->results, err);
    return kl_agree(loop->comm, status, err);
}

static kl_status allocate(rounds *r, kl_error *err)
{
    const size_t points = (size_t)points_of(r);
    KL_TRY(kl_alloc(points * (size_t)r->loop->study->batches, 1, "realizations", &r->done, err));
    KL_TRY(kl_alloc(finer_items(r), 1, "realizations", &r->finer_done, err));
    KL_TRY(kl_alloc(points, sizeof *r->planned, "points", &r->planned, err));
    KL_TRY(kl_alloc(points, sizeof *r->order, "points", &r->order, err));
    return kl_group_fields_create(r->loop->study, &r->fields, err);
}

/* One round; with stopping by precision, rounds until every point is precise enough. */
static kl_status all_rounds(rounds *r, kl_error *err)
{
    const kl_loop *loop = r->loop;
    for (int round = 0;; round++) {
        KL_TRY(plan_round(r, err));
        const bool lockstep = loop->study->system->ensemble == KL_LOCKSTEP;
        kl_progress_work all = {.name = lockstep ? "ensembles" : "realizations",
                                .log = loop->options->log,
                                .pulse = loop->pulse};
        count_items(r, loop->study, &all);
        count_items(r, loop->study->finer, &all);
        if (round > 0 && all.open == 0)
            return KL_OK;
        KL_TRY(work_on_round(r, all, err));
        if (loop->stopped || loop->study->until.relative_error == 0)
            return KL_OK;
    }
}

kl_status kl_loop_run(kl_loop *loop, kl_error *err)
{
    rounds r = {.loop = loop};
    MPI_Comm_rank(loop->comm, &r.rank);
    kl_status status = kl_agree(loop->comm, allocate(&r, err), err);
    if (status == KL_OK)
        status = all_rounds(&r, err);
    kl_group_fields_destroy(loop->study, &r.fields);
    free(r.done);
    free(r.finer_done);
    free(r.planned);
    free(r.order);
    return status;
}
