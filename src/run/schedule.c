#include "run/schedule.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* What ranks that share a realization make of their time, in slabs that are not thin
 * (docs/performance.md). */
static const double sharing = 0.95;

/* Seconds that a record takes; the disk syncs beside the work. */
static const double record = 2e-5;

/* Larger groups must gain this much. */
static const double worth = 0.997;

static const kl_study *study_of(const kl_study *study, const kl_stage *stage)
{
    return stage->step.finer ? study->finer : study;
}

static int smaller(int a, int b)
{
    return a < b ? a : b;
}

/* ---- one stage ---- */

int kl_schedule_largest(int ranks, const kl_stage *stage)
{
    return smaller(kl_groups_largest(ranks, stage->cut.ngroups), stage->cut.most);
}

static int members_of_group(const kl_study *study, const kl_stage *stage)
{
    const int groups = stage->cut.ngroups / stage->cut.nteams; /* of the smallest team */
    return (study->members + groups - 1) / groups;
}

double kl_schedule_bytes(const kl_study *study, const kl_machine *m, const kl_stage *stage)
{
    const kl_study *own = study_of(study, stage);
    const int smallest = smaller(m->ranks / stage->cut.ngroups, stage->cut.most);
    const kl_cost cost = own->system->cost(own->self, stage->step.point, smallest);
    const double node = smallest > m->ranks_per_node ? cost.node_bytes / m->ranks_per_node : 0;
    return cost.bytes + node + (members_of_group(own, stage) - 1) * cost.more_bytes;
}

static bool fits(const kl_study *study, const kl_machine *m, double besides, const kl_stage *stage)
{
    return m->available <= 0 || kl_schedule_bytes(study, m, stage) + besides <= m->available;
}

/* Of a batch, in all, if its groups have so many ranks. */
static double batch_seconds(const kl_study *study, const kl_stage *stage, int size)
{
    const kl_study *own = study_of(study, stage);
    return own->members * own->system->cost(own->self, stage->step.point, size).seconds;
}

double kl_schedule_item(const kl_study *study, const kl_stage *stage, int team_ranks)
{
    const int groups = stage->cut.nteams > 0 ? stage->cut.ngroups / stage->cut.nteams : 1;
    const int size = team_ranks / groups > 0 ? team_ranks / groups : 1; /* of a group */
    const double own = batch_seconds(study, stage, size) / team_ranks;
    return record + own / (size > 1 ? sharing : 1);
}

/* A group of more ranks would leave some of them idle. */
static int most_ranks(const kl_study *study, const kl_stage *stage)
{
    const kl_study *own = study_of(study, stage);
    const int64_t most = own->system->cost(own->self, stage->step.point, 1).most_ranks;
    return most > 0 && most < INT32_MAX ? (int)most : INT32_MAX;
}

/* Groups of at least `size` ranks, each a team. */
static void cut_groups(int ranks, int size, kl_stage *stage)
{
    stage->cut.ngroups = stage->cut.nteams = size < ranks ? ranks / size : 1;
}

/* ---- the time of all stages, if every batch goes to the team that is free first ---- */

typedef struct clock {
    int ranks, nteams;
    double *free;      /* [ranks]: when a rank is */
    double *before;    /* [ranks]: likewise, before a stage */
    double *begin;     /* [ranks], of teams: when one is */
    double *each;      /* [ranks], of teams: seconds of a batch */
    int *first, *last; /* [ranks], of teams: its ranks that work are in first..last-1 */
} clock;

static void destroy_clock(clock *c)
{
    free(c->free);
    free(c->before);
    free(c->begin);
    free(c->each);
    free(c->first);
    free(c->last);
}

static kl_status create_clock(int ranks, clock *c, kl_error *err)
{
    const size_t n = (size_t)ranks;
    *c = (clock){.ranks = ranks};
    KL_TRY(kl_alloc(n, sizeof *c->free, "the plan", &c->free, err));
    KL_TRY(kl_alloc(n, sizeof *c->before, "the plan", &c->before, err));
    KL_TRY(kl_alloc(n, sizeof *c->begin, "the plan", &c->begin, err));
    KL_TRY(kl_alloc(n, sizeof *c->each, "the plan", &c->each, err));
    KL_TRY(kl_alloc(n, sizeof *c->first, "the plan", &c->first, err));
    return kl_alloc(n, sizeof *c->last, "the plan", &c->last, err);
}

/* The teams of a stage, each free when all its ranks are. */
static void meet(clock *c, const kl_study *study, const kl_stage *stage)
{
    int known_ranks = 0;
    double known = 0;
    c->nteams = stage->cut.nteams;
    for (int t = 0; t < c->nteams; t++) {
        const int group = kl_groups_first(stage->cut.ngroups, c->nteams, t),
                  end = kl_groups_first(stage->cut.ngroups, c->nteams, t + 1);
        const int from = kl_groups_first(c->ranks, stage->cut.ngroups, group);
        int to = kl_groups_first(c->ranks, stage->cut.ngroups, end);
        if (end - group == 1)
            to = smaller(to, from + stage->cut.most < from ? to : from + stage->cut.most);
        if (to - from != known_ranks)
            known = kl_schedule_item(study, stage, known_ranks = to - from);
        c->each[t] = known;
        c->first[t] = from;
        c->last[t] = to;
        c->begin[t] = c->free[from];
        for (int r = from + 1; r < to; r++)
            c->begin[t] = fmax(c->begin[t], c->free[r]);
    }
}

/* Batches that have begun by time x. */
static double begun(const clock *c, int t, double x)
{
    return x >= c->begin[t] ? floor((x - c->begin[t]) / c->each[t]) + 1 : 0;
}

/* The time at which teams without pauses between batches would have worked off `items`. */
static double level(const clock *c, double items)
{
    double x = INFINITY;
    for (bool fewer = true; fewer;) {
        double rate = 0, need = items;
        for (int t = 0; t < c->nteams; t++)
            if (c->begin[t] < x) {
                rate += 1 / c->each[t];
                need += c->begin[t] / c->each[t];
            }
        fewer = need / rate < x * (1 - 1e-12) || isinf(x);
        x = need / rate;
    }
    return x;
}

/* The time by which `items` batches have begun. */
static double last_beginning(const clock *c, double items)
{
    double longest = 0;
    for (int t = 0; t < c->nteams; t++)
        longest = fmax(longest, c->each[t]);
    double high = level(c, items), low = high - longest;
    high += 1e-9 * longest;
    while (high - low > 1e-7 * longest) {
        const double middle = (low + high) / 2;
        double sum = 0;
        for (int t = 0; t < c->nteams; t++)
            sum += begun(c, t, middle);
        *(sum >= items ? &high : &low) = middle;
    }
    return high;
}

static void pass_stage(clock *c, const kl_study *study, const kl_stage *stage)
{
    meet(c, study, stage);
    const double x = stage->items > 0 ? last_beginning(c, (double)stage->items) : 0;
    double spare = -(double)stage->items; /* begun at the very last, by more teams than needed */
    for (int t = 0; t < c->nteams; t++)
        spare += stage->items > 0 ? begun(c, t, x) : 0;
    for (int t = c->nteams - 1; t >= 0; t--) {
        double n = stage->items > 0 ? begun(c, t, x) : 0;
        const double last = c->begin[t] + (n - 1) * c->each[t];
        if (n > 0 && spare > 0 && x - last < 1e-6 * c->each[t]) {
            n--;
            spare--;
        }
        for (int r = c->first[t]; r < c->last[t]; r++)
            c->free[r] = c->begin[t] + n * c->each[t];
    }
}

static double run_clock(clock *c, const kl_study *study, int n, const kl_stage *stage)
{
    double last = 0;
    memset(c->free, 0, (size_t)c->ranks * sizeof *c->free);
    for (int i = 0; i < n; i++)
        pass_stage(c, study, &stage[i]);
    for (int r = 0; r < c->ranks; r++)
        last = fmax(last, c->free[r]);
    return last;
}

kl_status kl_schedule_seconds(const kl_study *study, int ranks, int n, const kl_stage *stage,
                              double *out, kl_error *err)
{
    clock c;
    const kl_status status = create_clock(ranks, &c, err);
    if (status == KL_OK)
        *out = run_clock(&c, study, n, stage);
    destroy_clock(&c);
    return status;
}

/* Ranks that work if there is enough to do. */
static int working(int ranks, const kl_cut *cut)
{
    int64_t all = 0;
    for (int g = 0; g < cut->ngroups; g++)
        all += smaller(cut->most, kl_groups_first(ranks, cut->ngroups, g + 1) -
                                      kl_groups_first(ranks, cut->ngroups, g));
    return (int)all;
}

int kl_schedule_idle(int ranks, int n, const kl_stage *stage, int *somewhere)
{
    int most = 0;
    *somewhere = 0;
    for (int i = 0; i < n; i++) {
        const kl_cut *cut = &stage[i].cut;
        const int64_t groups = stage[i].items * (cut->ngroups / cut->nteams);
        int all = working(ranks, cut);
        *somewhere = ranks - all > *somewhere ? ranks - all : *somewhere;
        if (stage[i].items < cut->nteams && groups * kl_schedule_largest(ranks, &stage[i]) < all)
            all = (int)groups * kl_schedule_largest(ranks, &stage[i]);
        most = all > most ? all : most;
    }
    return ranks - most;
}

/* ---- choosing ---- */

static kl_status fail_memory(const kl_study *study, const kl_machine *m, double besides,
                             const kl_stage *stage, kl_error *err)
{
    char name[2 * KL_NAME];
    kl_study_point_name(study, stage->step.point, name, sizeof name);
    return kl_fail(err, KL_ENVIRONMENT,
                   "not enough memory: %s needs %.3g GB per rank in groups of %d, %.3g GB is "
                   "available: use fewer ranks per node, more nodes, or fewer groups",
                   name, 1e-9 * (kl_schedule_bytes(study, m, stage) + besides),
                   kl_schedule_largest(m->ranks, stage), 1e-9 * m->available);
}

static kl_status check_memory(const kl_study *study, const kl_machine *m, double besides, int n,
                              const kl_stage *stage, kl_error *err)
{
    const kl_stage *worst = NULL;
    for (int i = 0; i < n; i++)
        if (!fits(study, m, besides, &stage[i]) &&
            (!worst || kl_schedule_bytes(study, m, &stage[i]) > kl_schedule_bytes(study, m, worst)))
            worst = &stage[i];
    return worst ? fail_memory(study, m, besides, worst, err) : KL_OK;
}

/* As many groups as there is work for; teams share members, then groups grow, until all fits. */
static void choose_lockstep(const kl_study *study, const kl_machine *m, int groups, double besides,
                            int n, kl_stage *stage)
{
    int64_t items = 0;
    for (int i = 0; i < n; i++)
        items += stage[i].items;
    const int64_t parts = items * study->members;
    int ngroups = groups ? groups : (int)(parts < m->ranks ? parts : m->ranks);
    ngroups = ngroups > 0 ? ngroups : 1;
    for (;; ngroups--) {
        int nteams = items >= ngroups ? ngroups : items > 0 ? (int)items : 1;
        for (bool all = false; !all && nteams >= 1; nteams--) {
            all = true;
            for (int i = 0; i < n; i++) {
                stage[i].cut.ngroups = ngroups;
                stage[i].cut.nteams = nteams;
                all = all && fits(study, m, besides, &stage[i]);
            }
            if (all)
                return;
        }
        if (groups || ngroups == 1)
            return;
    }
}

/* When all is done, if what is left after this stage is shared out well. */
static double outlook(const clock *c, double left)
{
    double last = 0, sum = left;
    for (int r = 0; r < c->ranks; r++) {
        last = fmax(last, c->free[r]);
        sum += c->free[r];
    }
    return fmax(last, sum / c->ranks);
}

/* Groups of a size that is a power of two, so that groups of one stage are made of groups of the
 * next: the smallest that have room, or larger ones by which all is done sooner. */
static void choose_size(const kl_study *study, const kl_machine *m, double besides, double left,
                        kl_stage *stage, clock *c)
{
    const int most = smaller(stage->cut.most, m->ranks);
    const size_t bytes = (size_t)c->ranks * sizeof *c->free;
    double best = INFINITY;
    int chosen = most;
    memcpy(c->before, c->free, bytes);
    for (int size = 1, next; size <= most; size = next) {
        next = size < most && size > most / 2 ? most : 2 * size;
        cut_groups(m->ranks, size, stage);
        if (!fits(study, m, besides, stage))
            continue;
        memcpy(c->free, c->before, bytes);
        pass_stage(c, study, stage);
        const double time = outlook(c, left);
        if (time < worth * best) {
            best = time;
            chosen = size;
        }
    }
    cut_groups(m->ranks, chosen, stage);
    memcpy(c->free, c->before, bytes);
    pass_stage(c, study, stage);
}

/* Stage by stage. */
static void choose_by_time(const kl_study *study, const kl_machine *m, double besides, int n,
                           kl_stage *stage, clock *c)
{
    double left = 0;
    for (int i = 0; i < n; i++)
        left += (double)stage[i].items * kl_schedule_item(study, &stage[i], 1);
    for (int i = 0; i < n; i++) {
        left -= (double)stage[i].items * kl_schedule_item(study, &stage[i], 1);
        choose_size(study, m, besides, left, &stage[i], c);
    }
}

/* All stages in groups of one size: that by which all is done soonest. */
static void choose_together(const kl_study *study, const kl_machine *m, double besides, int n,
                            kl_stage *stage, clock *c)
{
    double best = INFINITY;
    int chosen = m->ranks;
    for (int size = 1, next; size <= m->ranks; size = next) {
        bool all = true;
        next = size < m->ranks && size > m->ranks / 2 ? m->ranks : 2 * size;
        for (int i = 0; i < n; i++) {
            cut_groups(m->ranks, size, &stage[i]);
            all = all && fits(study, m, besides, &stage[i]);
        }
        const double time = all ? run_clock(c, study, n, stage) : INFINITY;
        if (time < worth * best) {
            best = time;
            chosen = size;
        }
    }
    for (int i = 0; i < n; i++)
        cut_groups(m->ranks, chosen, &stage[i]);
}

static int by_cost(const void *a, const void *b)
{
    const double x = ((const double *)a)[0], y = ((const double *)b)[0];
    const double i = ((const double *)a)[1], j = ((const double *)b)[1];
    return x != y ? (x < y) - (x > y) : (i > j) - (i < j);
}

/* The costliest batch first; equal ones stay as they are. */
static kl_status sort_stages(const kl_study *study, int n, kl_stage *stage, kl_error *err)
{
    double(*key)[2] = NULL;
    kl_stage *old = NULL;
    kl_status status = kl_alloc((size_t)n, sizeof *key, "the plan", &key, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)n, sizeof *old, "the plan", &old, err);
    for (int i = 0; status == KL_OK && i < n; i++) {
        key[i][0] = batch_seconds(study, &stage[i], 1);
        key[i][1] = i;
        old[i] = stage[i];
    }
    if (status == KL_OK) {
        qsort(key, (size_t)n, sizeof *key, by_cost);
        for (int i = 0; i < n; i++)
            stage[i] = old[(int)key[i][1]];
    }
    free(key);
    free(old);
    return status;
}

kl_status kl_schedule_choose(const kl_study *study, const kl_machine *m, int groups, double besides,
                             int n, kl_stage *stage, kl_error *err)
{
    clock c;
    for (int i = 0; i < n; i++) {
        stage[i].cut.most = most_ranks(study, &stage[i]);
        cut_groups(m->ranks, 1, &stage[i]);
    }
    kl_status status = create_clock(m->ranks, &c, err);
    if (status == KL_OK && study->until.relative_error == 0)
        status = sort_stages(study, n, stage, err);
    if (status == KL_OK && study->members > 1)
        choose_lockstep(study, m, groups, besides, n, stage);
    else if (status == KL_OK && !groups && study->until.relative_error > 0)
        choose_together(study, m, besides, n, stage, &c);
    else if (status == KL_OK && !groups)
        choose_by_time(study, m, besides, n, stage, &c);
    else
        for (int i = 0; i < n; i++)
            stage[i].cut.ngroups = stage[i].cut.nteams = groups;
    destroy_clock(&c);
    return status == KL_OK ? check_memory(study, m, besides, n, stage, err) : status;
}
