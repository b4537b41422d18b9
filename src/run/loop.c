#include "run/loop.h"

#include "base/memory.h"
#include "base/shared.h"
#include "ensemble/counters.h"
#include "ensemble/journal.h"
#include "ensemble/hosts.h"
#include "run/batch.h"
#include "run/beside.h"
#include "run/checkpoint.h"
#include "run/limits.h"
#include "run/choices.h"
#include "run/collect.h"
#include "run/progress.h"
#include "run/until.h"
#include "run/work.h"

#include <math.h>
#include <stdlib.h>

typedef struct rounds {
    kl_loop *loop;
    int rank;
    int *planned; /* rank 0, [npoints]: batches asked for */
    int *order;   /* rank 0, [npoints]: which come first, with stopping by precision */
    kl_work work; /* what is open */
    int nteams;   /* ways in which ranks are cut */
    kl_teams *teams;
    int *teams_of;        /* [stages]: which of them */
    kl_counters counters; /* of each stage: runs that are handed out */
    bool stopped;         /* this team stopped early */
    kl_progress *progress;
    kl_journal journal; /* on leaders, once the first item is done: one file of a node's leaders */
    kl_hosts hosts;
    kl_shared clock; /* of the node's journal */
    kl_group_fields fields;
    /* Of the first round: limits are solved beside it, by so many ranks that do not work or more.
     */
    bool solve_limits;
    int share;
    MPI_Comm workers; /* the other ranks; MPI_COMM_NULL on those */
    kl_beside beside;
    kl_checkpoint_list checkpoints; /* of earlier attempts */
} rounds;

static int points_of(const rounds *r)
{
    return r->loop->study->description->points.n;
}

/* ---- what is open: rank 0 ---- */

/* Of the study or its finer one. A range is done as asked for, however precise the points are. */
static bool is_asked(const rounds *r, const kl_study *study, int point, int64_t b)
{
    const kl_run_options *options = r->loop->options;
    if (options->last > 0)
        return b >= options->first && b < options->last;
    return b < (study == r->loop->study ? r->planned[point] : study->batches);
}

/* A realization whose snapshot is asked for and missing is done again. */
static bool is_done(const rounds *r, const kl_study *study, int point, int64_t b)
{
    const kl_results *results = r->loop->results;
    const int64_t numbers = (int64_t)results->ntimes * results->nquantities;
    if (study != r->loop->study) /* by the first member */
        return !isnan(results->finer[(point * study->batches + b) * results->members * numbers]);
    return kl_collect_has(results, point, b) &&
           !(b == study->snapshot &&
             kl_output_wants_snapshot(study, r->loop->output, results, point));
}

/* The open batches of a point, and what progress tells of them. */
static kl_status add_point(rounds *r, const kl_study *study, int point, kl_progress_work *all,
                           kl_error *err)
{
    const double cost = study->members * study->system->cost(study->self, point, 1).seconds;
    for (int64_t b = 0; b < study->batches;) {
        const int64_t first = b;
        while (b < study->batches && is_asked(r, study, point, b) && !is_done(r, study, point, b))
            b++;
        if (b > first)
            KL_TRY(kl_work_add(&r->work, study != r->loop->study, point, (kl_interval){first, b},
                               err));
        all->open += b - first;
        all->total += b - first;
        all->cost += cost * (double)(b - first);
        for (; b < study->batches && (!is_asked(r, study, point, b) || is_done(r, study, point, b));
             b++)
            all->total += is_asked(r, study, point, b);
    }
    all->most += r->loop->options->last > 0 ? 0 : study->batches;
    return KL_OK;
}

/* Of the ranks that work on realizations. */
static kl_machine machine_of(const rounds *r)
{
    kl_machine machine = r->loop->layout->machine;
    machine.ranks -= r->share;
    return machine;
}

static kl_status plan(rounds *r, kl_progress_work *all, kl_error *err)
{
    const kl_loop *loop = r->loop;
    const kl_study *study = loop->study;
    KL_TRY(kl_until_plan(study, loop->results, r->order, err));
    for (int p = 0; p < points_of(r); p++)
        r->planned[p] = loop->results->planned[p] / study->members;
    for (int p = 0; p < points_of(r); p++)
        KL_TRY(add_point(r, study, r->order[p], all, err));
    for (int p = 0; study->finer && p < points_of(r); p++)
        KL_TRY(add_point(r, study->finer, p, all, err));
    const kl_machine machine = machine_of(r);
    const int groups = loop->options->groups;
    return kl_schedule_choose(study, &machine, groups < machine.ranks ? groups : machine.ranks,
                              loop->layout->besides, r->work.n, r->work.stage, err);
}

/* ---- who does it ---- */

static kl_teams make_teams(const rounds *r, kl_cut cut)
{
    kl_teams teams = {.team = MPI_COMM_NULL, .groups.group = MPI_COMM_NULL};
    if (r->workers != MPI_COMM_NULL)
        kl_teams_create(r->workers, cut, r->loop->study->members, &teams);
    return teams;
}

/* Ways to cut the ranks that do not differ are one. */
static kl_status create_teams(rounds *r, kl_error *err)
{
    const kl_work *w = &r->work;
    const int ranks = machine_of(r).ranks;
    kl_status status = kl_alloc((size_t)w->n, sizeof *r->teams, "the plan", &r->teams, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)w->n, sizeof *r->teams_of, "the plan", &r->teams_of, err);
    KL_TRY(kl_agree(r->loop->comm, status, err));
    for (int i = 0; i < w->n; i++) {
        const int most = kl_schedule_largest(ranks, &w->stage[i]);
        const kl_cut cut = {w->stage[i].cut.ngroups, w->stage[i].cut.nteams, most};
        int same = 0;
        while (same < i && (w->stage[same].cut.ngroups != cut.ngroups ||
                            w->stage[same].cut.nteams != cut.nteams ||
                            kl_schedule_largest(ranks, &w->stage[same]) != most))
            same++;
        r->teams_of[i] = same < i ? r->teams_of[same] : r->nteams;
        if (same == i)
            r->teams[r->nteams++] = make_teams(r, cut);
    }
    return KL_OK;
}

static void end_round(rounds *r)
{
    kl_counters_destroy(&r->counters);
    while (r->nteams > 0)
        kl_teams_destroy(&r->teams[--r->nteams]);
    free(r->teams);
    free(r->teams_of);
    r->teams = NULL;
    r->teams_of = NULL;
    kl_work_destroy(&r->work);
    kl_beside_destroy(&r->beside);
    if (r->share > 0 && r->workers != MPI_COMM_NULL)
        MPI_Comm_free(&r->workers);
    r->workers = r->loop->comm;
    r->solve_limits = false;
    r->share = 0;
}

/* What is open now and who does it, the same on every rank. */
static kl_status plan_round(rounds *r, kl_progress_work *all, kl_error *err)
{
    const kl_loop *loop = r->loop;
    kl_status status = r->rank == 0 ? plan(r, all, err) : KL_OK;
    KL_TRY(kl_agree(loop->comm, status, err));
    KL_TRY(kl_work_share(&r->work, loop->comm, err));
    KL_TRY(create_teams(r, err));
    const kl_machine *m = &loop->layout->machine;
    return kl_counters_create(loop->comm, r->work.n, m->ranks == m->ranks_per_node, &r->counters,
                              err);
}

/* ---- items ---- */

/* What a sync says is said again when the journal is closed. */
static void tick(void *context)
{
    rounds *r = context;
    kl_progress_tick(r->progress);
    kl_journal_beat(&r->journal, NULL);
}

/* Numbers of the longest record: of a batch, or of a limit with correlations. */
static double longest_record(const kl_study *study)
{
    const double n = (double)study->stations.n * study->description->nquantities;
    double longest = 0;
    for (int p = 0; p < study->description->points.n; p++)
        longest = fmax(longest, (double)kl_record_doubles(study, p) * study->members);
    return longest + 2 * n + (study->covariance ? n * n : 0);
}

/* That of the node. Records that are too long to be written in one piece go to files of their own.
 */
static kl_status open_journal(rounds *r, kl_error *err)
{
    static const double most = 1e9 / sizeof(double);
    const kl_loop *loop = r->loop;
    const kl_journal_writers writers = {r->clock.memory};
    const bool own = longest_record(loop->study) > most;
    return kl_journal_open(loop->output->journal, loop->attempt,
                           own ? r->hosts.count + r->rank : r->hosts.index, own ? NULL : &writers,
                           &r->journal, err);
}

/* The record into the journal; its checkpoint goes when it is on disk. */
static kl_status save(rounds *r, const kl_teams *teams, const kl_batch_run *run, kl_error *err)
{
    const kl_record *record = &run->record;
    const kl_loop *loop = r->loop;
    const char *journal = loop->output->journal;
    if (!teams->leader)
        return KL_OK;
    if (r->journal.file < 0)
        KL_TRY(open_journal(r, err));
    KL_TRY(kl_journal_append(&r->journal, run->finer ? KL_RECORD_FINER : KL_RECORD_SAMPLE,
                             record->payload, record->size, err));
    if (run->checkpointed) {
        KL_TRY(kl_journal_wait(&r->journal, err));
        kl_checkpoint_remove(journal, run->finer, record->point, record->batch);
    }
    return run->finer ? KL_OK : kl_group_fields_add(loop->study, record, &r->fields, err);
}

static kl_status work_on_batch(rounds *r, const kl_teams *teams, kl_batch_run *run, int64_t batch,
                               kl_error *err)
{
    const kl_study *study = run->study;
    char path[4200];
    bool whole;
    if (!run->state)
        KL_TRY(kl_batch_begin(run, err));
    kl_output_snapshot(r->loop->output, run->place.point, "", path, sizeof path);
    run->snapshot = study->snapshot == batch && study->system->snapshot ? path : NULL;
    if (run->snapshot) {
        const kl_status status =
            teams->leader ? kl_output_claim_snapshot(r->loop->output, run->place.point, err)
                          : KL_OK;
        KL_TRY(kl_agree(run->place.ensemble, status, err));
    }
    KL_TRY(kl_batch_realize(run, batch, &whole, err));
    r->stopped = !whole;
    if (!whole)
        return KL_OK;
    KL_TRY(kl_agree(run->place.ensemble, save(r, teams, run, err), err));
    if (teams->leader)
        kl_progress_item(r->progress,
                         study->members *
                             study->system->cost(study->self, run->place.point, 1).seconds);
    kl_progress_tick(r->progress);
    return KL_OK;
}

/* The next run of a stage for this team; none is left: false. */
static bool next_run(rounds *r, const kl_teams *teams, int stage, const kl_runs *runs,
                     kl_interval *out)
{
    int64_t run = 0;
    if (teams->leader)
        run = kl_counters_next(&r->counters, stage, teams->index, teams->nteams);
    MPI_Bcast(&run, 1, MPI_INT64_T, 0, teams->team);
    if (run >= runs->count)
        return false;
    *out = kl_runs_get(runs, run);
    return true;
}

/* Nobody begins another run: this team has stopped or failed. */
static void hand_out_no_more(rounds *r)
{
    for (int i = 0; i < r->work.n; i++)
        kl_counters_exhaust(&r->counters, i);
}

/* What this team gets of a stage. */
static kl_status work_on_stage(rounds *r, int i, kl_error *err)
{
    const kl_stage *stage = &r->work.stage[i];
    const kl_teams *teams = &r->teams[r->teams_of[i]];
    kl_runs runs;
    kl_interval open;
    if (teams->team == MPI_COMM_NULL)
        return KL_OK;
    kl_status status = kl_agree(teams->team, kl_runs_cut(&r->work, i, &runs, err), err);
    kl_batch_run run = {.study = stage->finer ? r->loop->study->finer : r->loop->study,
                        .finer = stage->finer != 0,
                        .place = kl_teams_place(teams, stage->point),
                        .journal = r->loop->output->journal,
                        .checkpoint = r->loop->options->checkpoint,
                        .checkpoints = &r->checkpoints,
                        .deadline = r->loop->deadline,
                        .tick = tick,
                        .tick_context = r};
    while (status == KL_OK && !r->stopped && next_run(r, teams, i, &runs, &open))
        for (int64_t b = open.first; status == KL_OK && !r->stopped && b < open.end; b++)
            status = work_on_batch(r, teams, &run, b, err);
    if (status == KL_OK && run.state && r->loop->results)
        status = kl_choices_record(run.study->system, run.state, r->loop->results, err);
    if (teams->leader && (status != KL_OK || r->stopped))
        hand_out_no_more(r);
    kl_batch_end(&run);
    kl_runs_destroy(&runs);
    return status;
}

/* ---- limits beside them ---- */

/* A rank without work at every stage. */
static bool is_idle(const rounds *r)
{
    for (int i = 0; i < r->work.n; i++)
        if (r->teams[r->teams_of[i]].team != MPI_COMM_NULL)
            return false;
    return true;
}

/* Ranks that have nothing else to do solve the limits. */
static kl_status choose_solvers(rounds *r, kl_error *err)
{
    const kl_loop *loop = r->loop;
    return r->solve_limits ? kl_beside_create(loop->study, loop->comm, is_idle(r), loop->results,
                                              &r->beside, err)
                           : KL_OK;
}

/* A team has stopped or failed. Between two looks, what is due between realizations. */
static bool others_ended(void *context)
{
    rounds *r = context;
    tick(r);
    return r->work.n > 0 && kl_counters_exhausted(&r->counters, 0);
}

static kl_status solve_limits(rounds *r, kl_error *err)
{
    const kl_loop *loop = r->loop;
    kl_status status = KL_OK;
    int rank;
    if (!r->beside.solved || r->beside.comm == MPI_COMM_NULL)
        return KL_OK;
    MPI_Comm_rank(r->beside.comm, &rank);
    if (rank == 0)
        status = open_journal(r, err);
    KL_TRY(kl_agree(r->beside.comm, status, err));
    const kl_limits_run run = {.deadline = loop->deadline,
                               .quiet = loop->options->quiet,
                               .ended = others_ended,
                               .context = r};
    status = kl_beside_solve(loop->study, &r->beside, run, &r->journal, err);
    r->stopped = status == KL_STOPPED;
    if (status != KL_OK && rank == 0)
        hand_out_no_more(r);
    return r->stopped ? KL_OK : status;
}

/* ---- rounds ---- */

static kl_status work_on_stages(rounds *r, kl_error *err)
{
    KL_TRY(solve_limits(r, err));
    for (int i = 0; !r->stopped && i < r->work.n; i++)
        KL_TRY(work_on_stage(r, i, err));
    return KL_OK;
}

/* Everything that is open, into the journal and from there into the results. Each round has
 * journals of its own, so that rank 0 reads closed files. */
static kl_status work_on_round(rounds *r, kl_progress_work all, kl_error *err)
{
    kl_loop *loop = r->loop;
    KL_TRY(kl_progress_create(loop->comm, loop->options->quiet, all, &r->progress, err));
    r->journal.file = -1;
    kl_status status = work_on_stages(r, err);
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

static kl_status one_round(rounds *r, bool first, bool *more, kl_error *err)
{
    const kl_loop *loop = r->loop;
    const bool lockstep = loop->study->system->ensemble == KL_LOCKSTEP;
    kl_progress_work all = {.name = lockstep ? "ensembles" : "realizations",
                            .log = loop->options->log,
                            .pulse = loop->pulse};
    KL_TRY(plan_round(r, &all, err));
    KL_TRY(choose_solvers(r, err));
    *more = r->work.n > 0;
    if (!*more && !first)
        return KL_OK;
    KL_TRY(work_on_round(r, all, err));
    *more = !loop->stopped && loop->study->until.relative_error > 0;
    return KL_OK;
}

/* One round; with stopping by precision, rounds until every point is precise enough. */
static kl_status all_rounds(rounds *r, kl_error *err)
{
    kl_status status = KL_OK;
    bool more = true;
    for (int round = 0; status == KL_OK && more; round++) {
        status = one_round(r, round == 0, &more, err);
        end_round(r);
    }
    return status;
}

/* Whether limits are to be solved beside the first round, and who works in it. */
static void choose_workers(rounds *r)
{
    const kl_loop *loop = r->loop;
    int open = loop->results && loop->layout->beside > 0 && loop->study->solve_limits &&
               kl_limits_open(loop->study, loop->results);
    MPI_Bcast(&open, 1, MPI_INT, 0, loop->comm);
    r->solve_limits = open;
    r->share = open && loop->layout->idle == 0 ? loop->layout->beside : 0;
    r->workers = loop->comm;
    if (r->share > 0)
        MPI_Comm_split(loop->comm,
                       r->rank < loop->layout->machine.ranks - r->share ? 0 : MPI_UNDEFINED,
                       r->rank, &r->workers);
}

kl_status kl_loop_run(kl_loop *loop, kl_error *err)
{
    rounds r = {.loop = loop};
    MPI_Comm_rank(loop->comm, &r.rank);
    choose_workers(&r);
    const size_t points = (size_t)points_of(&r);
    kl_status status = kl_alloc(points, sizeof *r.planned, "points", &r.planned, err);
    if (status == KL_OK)
        status = kl_alloc(points, sizeof *r.order, "points", &r.order, err);
    if (status == KL_OK)
        status = kl_group_fields_create(loop->study, &r.fields, err);
    status = kl_agree(loop->comm, status, err);
    kl_hosts_create(loop->comm, &r.hosts);
    kl_shared_among(r.hosts.comm, sizeof(double), &r.clock);
    if (status == KL_OK)
        status = kl_checkpoint_find(loop->output->journal, loop->comm, &r.checkpoints, err);
    if (status == KL_OK)
        status = all_rounds(&r, err);
    kl_hosts_destroy(&r.hosts);
    kl_shared_destroy(&r.clock);
    kl_checkpoint_list_destroy(&r.checkpoints);
    kl_group_fields_destroy(loop->study, &r.fields);
    free(r.planned);
    free(r.order);
    return status;
}
