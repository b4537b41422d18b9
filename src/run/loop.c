#include "run/loop.h"

#include "base/memory.h"
#include "ensemble/counters.h"
#include "run/beside.h"
#include "run/collect.h"
#include "run/crew.h"
#include "run/limits.h"
#include "run/until.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct looping {
    kl_loop *loop;
    int rank;
    double *need; /* rank 0, [npoints]: batches that will be asked for, as far as can be told */
    int *order;   /* rank 0, [npoints]: which come first, with stopping by precision */
    kl_work work; /* what is open, and what may be */
    int nteams;   /* ways in which ranks are cut */
    kl_teams *teams;
    int *teams_of;        /* [stages]: which of them */
    kl_counters counters; /* of each stage: runs that are handed out */
    kl_verdicts *verdicts;
    kl_keeper keeper;
    kl_crew crew;
    /* Limits are solved beside the realizations, by so many ranks that do not work or more. */
    bool solve_limits;
    int share;
    MPI_Comm workers; /* the other ranks; MPI_COMM_NULL on those */
    kl_beside beside;
    kl_checkpoint_list checkpoints; /* of earlier attempts */
} looping;

static int points_of(const looping *l)
{
    return l->loop->study->description->points.n;
}

/* Is it decided while teams work how many batches a point needs? A range is done as asked for,
 * however precise the points are. */
static bool decides(const looping *l)
{
    return l->loop->study->until.relative_error > 0 && l->loop->options->last == 0;
}

/* ---- what is open: rank 0 ---- */

/* A realization whose snapshot is asked for and missing is done again. */
static bool is_done(const looping *l, const kl_study *study, int point, int64_t b)
{
    const kl_results *results = l->loop->results;
    const int64_t numbers = (int64_t)results->ntimes * results->nquantities;
    if (study != l->loop->study) /* by the first member */
        return !isnan(results->finer[(point * study->batches + b) * results->members * numbers]);
    return kl_collect_has(results, point, b) &&
           !(b == study->snapshot &&
             kl_output_wants_snapshot(study, l->loop->output, results, point));
}

/* The open ones of those that are asked for. */
static kl_status add_step(looping *l, const kl_study *study, kl_step step, kl_interval asked,
                          kl_error *err)
{
    for (int64_t b = asked.first; b < asked.end;) {
        const int64_t first = b;
        while (b < asked.end && !is_done(l, study, step.point, b))
            b++;
        if (b > first)
            KL_TRY(kl_work_add(&l->work, step, (kl_interval){first, b}, err));
        while (b < asked.end && is_done(l, study, step.point, b))
            b++;
    }
    return KL_OK;
}

/* Of the study or its finer one: what is open now. */
static kl_interval asked_of(const looping *l, const kl_study *study, int point)
{
    const kl_run_options *options = l->loop->options;
    kl_interval asked = {0, l->loop->results->planned[point] / study->members};
    if (options->last > 0)
        asked = (kl_interval){options->first, options->last};
    if (study != l->loop->study && options->last == 0)
        asked.end = study->batches;
    if (asked.end > study->batches)
        asked.end = study->batches;
    if (asked.first > asked.end)
        asked.first = asked.end;
    return asked;
}

static kl_status add_point(looping *l, const kl_study *study, int point, kl_progress_work *all,
                           kl_error *err)
{
    const bool finer = study != l->loop->study;
    const double cost = study->members * study->system->cost(study->self, point, 1).seconds;
    kl_step step = {finer, point, 0};
    kl_interval asked = asked_of(l, study, point);
    const int before = l->work.n;
    KL_TRY(add_step(l, study, step, asked, err));
    const int64_t open = l->work.n > before ? l->work.stage[before].items : 0;
    all->open += open;
    all->cost += cost * (double)open;
    all->total += asked.end - asked.first;
    all->most += l->loop->options->last > 0 ? 0 : study->batches;
    while (open > 0 && !finer && decides(l) && asked.end < study->until.most) {
        step.number++;
        asked = (kl_interval){asked.end, kl_until_next(&study->until, asked.end)};
        KL_TRY(add_step(l, study, step, asked, err));
    }
    return KL_OK;
}

/* Of the ranks that work on realizations. */
static kl_machine machine_of(const looping *l)
{
    kl_machine machine = l->loop->layout->machine;
    machine.ranks -= l->share;
    return machine;
}

/* Cuts the ranks for stages that are all worked at. */
static kl_status choose(const looping *l, kl_stage *stage, kl_error *err)
{
    const kl_machine machine = machine_of(l);
    const int groups = l->loop->options->groups;
    return kl_schedule_choose(l->loop->study, &machine,
                              groups < machine.ranks ? groups : machine.ranks,
                              l->loop->layout->besides, l->work.n, stage, err);
}

/* For those that are open or likely to be, which keep their order. */
static kl_status choose_for_likely(looping *l, kl_error *err)
{
    const kl_study *study = l->loop->study;
    kl_work *w = &l->work;
    kl_stage *likely;
    KL_TRY(kl_alloc((size_t)w->n, sizeof *likely, "the plan", &likely, err));
    for (int i = 0; i < w->n; i++) {
        const kl_step step = w->stage[i].step;
        const int64_t first = l->loop->results->planned[step.point] / study->members;
        likely[i] = w->stage[i];
        if (step.number >= kl_until_counts(&study->until, first, l->need[step.point]))
            likely[i].items = 0;
    }
    const kl_status status = choose(l, likely, err);
    for (int i = 0; status == KL_OK && i < w->n; i++)
        w->stage[i].cut = likely[i].cut;
    free(likely);
    return status;
}

static kl_status plan(looping *l, kl_progress_work *all, kl_error *err)
{
    const kl_study *study = l->loop->study;
    KL_TRY(kl_until_plan(study, l->loop->results, l->order, l->need, err));
    for (int p = 0; p < points_of(l); p++)
        KL_TRY(add_point(l, study, l->order[p], all, err));
    for (int p = 0; study->finer && p < points_of(l); p++)
        KL_TRY(add_point(l, study->finer, p, all, err));
    return decides(l) ? choose_for_likely(l, err) : choose(l, l->work.stage, err);
}

/* ---- who does it ---- */

static kl_teams make_teams(const looping *l, kl_cut cut)
{
    kl_teams teams = {.team = MPI_COMM_NULL, .groups.group = MPI_COMM_NULL};
    if (l->workers != MPI_COMM_NULL)
        kl_teams_create(l->workers, cut, l->loop->study->members, &teams);
    return teams;
}

/* Ways to cut the ranks that do not differ are one. */
static kl_status create_teams(looping *l, kl_error *err)
{
    const kl_work *w = &l->work;
    const int ranks = machine_of(l).ranks;
    kl_status status = kl_alloc((size_t)w->n, sizeof *l->teams, "the plan", &l->teams, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)w->n, sizeof *l->teams_of, "the plan", &l->teams_of, err);
    KL_TRY(kl_agree(l->loop->comm, status, err));
    for (int i = 0; i < w->n; i++) {
        const int most = kl_schedule_largest(ranks, &w->stage[i]);
        const kl_cut cut = {w->stage[i].cut.ngroups, w->stage[i].cut.nteams, most};
        int same = 0;
        while (same < i && (w->stage[same].cut.ngroups != cut.ngroups ||
                            w->stage[same].cut.nteams != cut.nteams ||
                            kl_schedule_largest(ranks, &w->stage[same]) != most))
            same++;
        l->teams_of[i] = same < i ? l->teams_of[same] : l->nteams;
        if (same == i)
            l->teams[l->nteams++] = make_teams(l, cut);
    }
    return KL_OK;
}

/* What there is to do and who does it, the same on every rank. */
static kl_status share_plan(looping *l, kl_progress_work *all, kl_error *err)
{
    const kl_loop *loop = l->loop;
    const kl_machine *m = &loop->layout->machine;
    kl_status status = l->rank == 0 ? plan(l, all, err) : KL_OK;
    KL_TRY(kl_agree(loop->comm, status, err));
    KL_TRY(kl_work_share(&l->work, loop->comm, err));
    KL_TRY(create_teams(l, err));
    return kl_counters_create(loop->comm, l->work.n, m->ranks == m->ranks_per_node, &l->counters,
                              err);
}

/* ---- limits beside them ---- */

/* A rank without work at every stage. */
static bool is_idle(const looping *l)
{
    for (int i = 0; i < l->work.n; i++)
        if (l->teams[l->teams_of[i]].team != MPI_COMM_NULL)
            return false;
    return true;
}

/* A team has stopped or failed. Between two looks, what is due between realizations. */
static bool others_ended(void *context)
{
    looping *l = context;
    kl_keeper_tick(&l->keeper);
    return l->work.n > 0 && kl_counters_exhausted(&l->counters, 0);
}

/* By ranks that have nothing else to do. */
static kl_status solve_limits(looping *l, kl_error *err)
{
    const kl_loop *loop = l->loop;
    kl_status status = KL_OK;
    int rank;
    if (!l->beside.solved || l->beside.comm == MPI_COMM_NULL)
        return KL_OK;
    MPI_Comm_rank(l->beside.comm, &rank);
    if (rank == 0)
        status = kl_keeper_open(&l->keeper, err);
    KL_TRY(kl_agree(l->beside.comm, status, err));
    const kl_limits_run run = {.deadline = loop->deadline,
                               .quiet = loop->options->quiet,
                               .ended = others_ended,
                               .context = l};
    status = kl_beside_solve(loop->study, &l->beside, run, &l->keeper.journal, err);
    l->crew.stopped = status == KL_STOPPED;
    if (status != KL_OK && rank == 0)
        kl_crew_give_up(&l->crew);
    return l->crew.stopped ? KL_OK : status;
}

/* ---- all of it ---- */

/* The teams of a stage, and the first stage after it that has others: teams of as many groups are
 * of the same ranks. *all: those of most ranks. */
static int end_of_section(const looping *l, int from, const kl_teams **all)
{
    const kl_stage *stage = l->work.stage;
    int to = from, most = 0;
    for (; to < l->work.n && stage[to].cut.ngroups == stage[from].cut.ngroups &&
           stage[to].cut.nteams == stage[from].cut.nteams;
         to++) {
        const int ranks = kl_schedule_largest(machine_of(l).ranks, &stage[to]);
        if (ranks > most)
            *all = &l->teams[l->teams_of[to]];
        most = ranks > most ? ranks : most;
    }
    return to;
}

/* Every rank passes through all sections, also one that has stopped or failed, so that nobody waits
 * there for it. */
static kl_status work_on_sections(looping *l, kl_error *err)
{
    const kl_teams *all = NULL;
    kl_status status = solve_limits(l, err);
    for (int from = 0, to; from < l->work.n; from = to) {
        to = end_of_section(l, from, &all);
        l->crew.stopped = l->crew.stopped || status != KL_OK;
        const kl_status worked =
            kl_crew_work(&l->crew, from, to, all, status == KL_OK ? err : NULL);
        status = status == KL_OK ? worked : status;
    }
    return status;
}

static kl_status create_crew(looping *l, kl_error *err)
{
    const kl_loop *loop = l->loop;
    l->crew = (kl_crew){.study = loop->study,
                        .output = loop->output,
                        .checkpoints = &l->checkpoints,
                        .checkpoint = loop->options->checkpoint,
                        .deadline = loop->deadline,
                        .work = &l->work,
                        .teams = l->teams,
                        .teams_of = l->teams_of,
                        .verdicts = l->verdicts,
                        .keeper = &l->keeper,
                        .results = loop->results};
    return kl_agree(loop->comm,
                    kl_hand_out_create(&l->work, &l->counters, l->verdicts, &l->crew.hand_out, err),
                    err);
}

static bool leads(const looping *l)
{
    for (int i = 0; i < l->work.n; i++)
        if (l->teams[l->teams_of[i]].leader)
            return true;
    return l->rank == 0;
}

/* Everything that is open, into the journal. */
static kl_status work(looping *l, kl_progress_work all, kl_error *err)
{
    kl_loop *loop = l->loop;
    kl_keeper *k = &l->keeper;
    KL_TRY(kl_progress_create(loop->comm, loop->options->quiet, all, &k->progress, err));
    kl_status status = kl_verdicts_create(loop->study, loop->comm, decides(l), leads(l), &l->work,
                                          l->need, loop->results, k->progress, &l->verdicts, err);
    k->verdicts = l->verdicts;
    if (status == KL_OK)
        status = create_crew(l, err);
    if (status == KL_OK)
        status = work_on_sections(l, err);
    const kl_status closed = kl_keeper_close(k, status == KL_OK ? err : NULL);
    kl_verdicts_destroy(&l->verdicts);
    kl_progress_end(&k->progress);
    int stopped = l->crew.stopped;
    MPI_Allreduce(MPI_IN_PLACE, &stopped, 1, MPI_INT, MPI_MAX, loop->comm);
    loop->stopped = stopped != 0;
    return kl_agree(loop->comm, status == KL_OK ? closed : status, err);
}

/* From this attempt's records into the results, which have those of earlier ones. */
static kl_status collect(looping *l, kl_error *err)
{
    const kl_loop *loop = l->loop;
    KL_TRY(kl_group_fields_reduce(loop->study, loop->comm, &l->keeper.fields, loop->results, err));
    const kl_status status = l->rank == 0 ? kl_collect_journal(loop->study, loop->output->journal,
                                                               loop->attempt, loop->results, err)
                                          : KL_OK;
    return kl_agree(loop->comm, status, err);
}

static kl_status run_all(looping *l, kl_error *err)
{
    kl_loop *loop = l->loop;
    const bool lockstep = loop->study->system->ensemble == KL_LOCKSTEP;
    kl_progress_work all = {.name = lockstep ? "ensembles" : "realizations",
                            .log = loop->options->log,
                            .pulse = loop->pulse};
    KL_TRY(kl_checkpoint_find(loop->output->journal, loop->comm, &l->checkpoints, err));
    KL_TRY(share_plan(l, &all, err));
    if (l->solve_limits)
        KL_TRY(
            kl_beside_create(loop->study, loop->comm, is_idle(l), loop->results, &l->beside, err));
    KL_TRY(work(l, all, err));
    return collect(l, err);
}

/* Whether limits are to be solved beside the realizations, and who works on these. */
static void choose_workers(looping *l)
{
    const kl_loop *loop = l->loop;
    int open = loop->results && loop->layout->beside > 0 && loop->study->solve_limits &&
               kl_limits_open(loop->study, loop->results);
    MPI_Bcast(&open, 1, MPI_INT, 0, loop->comm);
    l->solve_limits = open;
    l->share = open && loop->layout->idle == 0 ? loop->layout->beside : 0;
    l->workers = loop->comm;
    if (l->share > 0)
        MPI_Comm_split(loop->comm,
                       l->rank < loop->layout->machine.ranks - l->share ? 0 : MPI_UNDEFINED,
                       l->rank, &l->workers);
}

static void destroy(looping *l)
{
    kl_crew_end(&l->crew);
    kl_counters_destroy(&l->counters);
    while (l->nteams > 0)
        kl_teams_destroy(&l->teams[--l->nteams]);
    free(l->teams);
    free(l->teams_of);
    kl_work_destroy(&l->work);
    kl_beside_destroy(&l->beside);
    if (l->share > 0 && l->workers != MPI_COMM_NULL)
        MPI_Comm_free(&l->workers);
    kl_keeper_destroy(&l->keeper);
    kl_checkpoint_list_destroy(&l->checkpoints);
    free(l->need);
    free(l->order);
}

kl_status kl_loop_run(kl_loop *loop, kl_error *err)
{
    looping l = {.loop = loop};
    MPI_Comm_rank(loop->comm, &l.rank);
    choose_workers(&l);
    const size_t points = (size_t)points_of(&l);
    kl_status status = kl_alloc(points, sizeof *l.need, "points", &l.need, err);
    if (status == KL_OK)
        status = kl_alloc(points, sizeof *l.order, "points", &l.order, err);
    const kl_status kept = kl_keeper_create(loop->study, loop->comm, loop->output->journal,
                                            loop->attempt, &l.keeper, status == KL_OK ? err : NULL);
    status = kl_agree(loop->comm, status == KL_OK ? kept : status, err);
    if (status == KL_OK)
        status = run_all(&l, err);
    loop->attempt++;
    destroy(&l);
    return status;
}
