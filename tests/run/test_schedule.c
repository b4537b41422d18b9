/* The plan of a run: groups, order and runs. The plan's own cuts are worked off here by another
 * simulation, rank by rank and realization by realization. */
#include "run/work.h"

#include "systems/systems.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

static kl_study *study_of(const char *columns)
{
    char text[2048];
    kl_error err = {0};
    kl_study *study;
    snprintf(
        text, sizeof text,
        "system: anderson\ndimension: 3\n%s\ntimes: [0.5, 1.0]\n"
        "initial:\n  envelope: {shape: gaussian, width: 0.4, center: [0, 0, 0]}\n"
        "  phase: {momentum: [0.15, 0.20, 0.30]}\n"
        "disorder: {distribution: gaussian, seed: 1}\n"
        "observables:\n  - {name: a, position: {shape: uniform}, momentum: {mode: [0, 0, 1]}}\n"
        "moments: [1]\npropagator: {method: chebyshev, precision: single, tolerance: 1.0e-4}\n"
        "boltzmann: {reference: none}\n",
        columns);
    if (kl_study_read("study", text, 0, NULL, kl_systems, &study, &err) != KL_OK)
        fail_msg("%s", err.message);
    return study;
}

static const char published[] = "sites: [32, 57, 82, 128, 200, 256, 356]\n"
                                "eta: [0.4, 0.3, 0.25, 0.2, 0.16, 0.1414, 0.12]\nrealizations: 256";

static kl_stage *plan(const kl_study *study, int ranks, int groups, int64_t items, int *n)
{
    kl_error err = {0};
    const kl_machine machine = {.ranks = ranks, .ranks_per_node = 64, .available = 0};
    *n = study->description->points.n;
    kl_stage *stage = calloc((size_t)*n, sizeof *stage);
    for (int p = 0; p < *n; p++)
        stage[p] = (kl_stage){.step.point = p, .items = items};
    if (kl_schedule_choose(study, &machine, groups, 0, *n, stage, &err) != KL_OK)
        fail_msg("%s", err.message);
    return stage;
}

/* ---- list scheduling, one realization after the other ---- */

enum { MOST_RANKS = 4096 };

/* Groups of ranks; each takes the next realization when it is free, and waits for its ranks at the
 * beginning of a stage. Ranks that share lose 5%. */
static double simulate(const kl_study *study, int ranks, int n, const kl_stage *stage)
{
    static double rank_free[MOST_RANKS], group_free[MOST_RANKS];
    memset(rank_free, 0, sizeof rank_free);
    for (int i = 0; i < n; i++) {
        const int groups = stage[i].cut.ngroups;
        for (int g = 0; g < groups; g++) {
            group_free[g] = 0;
            for (int r = g * ranks / groups; r < (g + 1) * ranks / groups; r++)
                group_free[g] = fmax(group_free[g], rank_free[r]);
        }
        for (int64_t item = 0; item < stage[i].items; item++) {
            int first = 0;
            for (int g = 1; g < groups; g++)
                first = group_free[g] < group_free[first] ? g : first;
            int size = (first + 1) * ranks / groups - first * ranks / groups;
            size = size < stage[i].cut.most ? size : stage[i].cut.most;
            const double all = study->system->cost(study->self, stage[i].step.point, size).seconds;
            group_free[first] += all / size / (size > 1 ? 0.95 : 1);
        }
        for (int g = 0; g < groups; g++)
            for (int r = g * ranks / groups; r < (g + 1) * ranks / groups; r++)
                rank_free[r] = group_free[g];
    }
    double last = 0;
    for (int r = 0; r < ranks; r++)
        last = fmax(last, rank_free[r]);
    return last;
}

static double efficiency(const kl_study *study, int ranks, int groups)
{
    int n;
    kl_stage *stage = plan(study, ranks, groups, study->batches, &n);
    double work = 0;
    for (int i = 0; i < n; i++)
        work += (double)stage[i].items *
                study->system->cost(study->self, stage[i].step.point, 1).seconds;
    const double time = simulate(study, ranks, n, stage);
    double said;
    assert_int_equal(kl_schedule_seconds(study, ranks, n, stage, &said, NULL), KL_OK);
    if (groups == 0)
        assert_true(fabs(said - time) < 0.02 * time); /* the plan knows */
    free(stage);
    return work / ranks / time;
}

static void the_published_study_wastes_nothing(void **state)
{
    (void)state;
    kl_study *study = study_of(published);
    const int ranks[] = {1, 16, 96, 256, 1024, 4096};
    for (size_t i = 0; i < sizeof ranks / sizeof *ranks; i++) {
        const double e = efficiency(study, ranks[i], 0);
        printf("%d ranks: %.3f\n", ranks[i], e);
        assert_true(e >= 0.94);
    }
    kl_study_destroy(&study);
}

static void one_realization_is_shared_where_there_is_no_other(void **state)
{
    (void)state;
    int n;
    kl_study *study = study_of("sites: [128]\neta: [0.2]\nrealizations: 1");
    kl_stage *stage = plan(study, 8, 0, 1, &n);
    assert_int_equal(stage[0].cut.ngroups, 1);
    free(stage);
    stage = plan(study, 8, 0, 800, &n);
    assert_int_equal(stage[0].cut.ngroups, 8);
    free(stage);
    kl_study_destroy(&study);
}

static void costly_points_come_first(void **state)
{
    (void)state;
    int n;
    kl_study *study = study_of(published);
    kl_stage *stage = plan(study, 16, 0, 256, &n);
    for (int i = 0; i < n; i++)
        assert_int_equal(stage[i].step.point, n - 1 - i);
    free(stage);
    kl_study_destroy(&study);
}

/* Groups go from point to point as it comes. */
static void with_stopping_by_precision_all_points_have_the_same_groups(void **state)
{
    (void)state;
    int n;
    kl_study *study = study_of("sites: [32, 128, 356]\neta: [0.4, 0.2, 0.12]\n"
                               "realizations: {min: 16, max: 256, until: {relative_error: 0.1}}");
    for (int ranks = 4; ranks <= 4096; ranks *= 4) {
        kl_stage *stage = plan(study, ranks, 0, 16, &n);
        for (int i = 1; i < n; i++) {
            assert_int_equal(stage[i].step.point, i);
            assert_int_equal(stage[i].cut.ngroups, stage[0].cut.ngroups);
            assert_int_equal(stage[i].cut.nteams, stage[0].cut.nteams);
        }
        assert_true(ranks > 4 || stage[0].cut.ngroups == 4);
        free(stage);
    }
    kl_study_destroy(&study);
}

static void ranks_that_cannot_share_are_idle(void **state)
{
    (void)state;
    int n, somewhere;
    kl_study *study = study_of("sites: [9, 16]\neta: [0.6, 0.5]\nrealizations: 1");
    kl_stage *stage = plan(study, 16, 1, 1, &n);
    assert_int_equal(kl_schedule_largest(16, &stage[0]), 16);
    assert_int_equal(kl_schedule_largest(16, &stage[1]), 9);
    assert_int_equal(kl_schedule_idle(16, n, stage, &somewhere), 0);
    assert_int_equal(somewhere, 7);
    assert_int_equal(kl_schedule_idle(16, 1, stage + 1, &somewhere), 7);
    free(stage);
    kl_study_destroy(&study);
}

/* ---- runs ---- */

/* Cuts `open` for so many teams; checks that every batch is in one run, in order, aligned, and that
 * no run is more than half of what a team has still to do. How many there are. */
static int64_t check_runs(int n, const kl_interval *open, int teams)
{
    kl_work work = {0};
    kl_runs runs;
    int64_t left = 0, at = open[0].first;
    int k = 0;
    for (int i = 0; i < n; i++) {
        assert_int_equal(kl_work_add(&work, (kl_step){.point = 3}, open[i], NULL), KL_OK);
        left += open[i].end - open[i].first;
    }
    assert_true(work.n == 1 && work.stage[0].items == left);
    work.stage[0].cut = (kl_cut){teams, teams, 1};
    assert_int_equal(kl_runs_cut(&work, 0, &runs, NULL), KL_OK);
    for (int64_t i = 0; i < runs.count; i++) {
        const kl_interval run = kl_runs_get(&runs, i);
        const int64_t length = run.end - run.first;
        assert_true(run.first == at && length > 0 && run.first % length == 0);
        assert_true((length & (length - 1)) == 0);
        assert_true(length == 1 || 2 * length * teams <= left);
        left -= length;
        at = run.end;
        if (at == open[k].end && ++k < n)
            at = open[k].first;
    }
    assert_true(left == 0 && k == n);
    const int64_t count = runs.count;
    kl_runs_destroy(&runs);
    kl_work_destroy(&work);
    return count;
}

static void runs_hold_every_batch_once(void **state)
{
    (void)state;
    const kl_interval all[] = {{0, 1000}}, some[] = {{3, 4}, {7, 100}, {128, 1024}, {1030, 1031}},
                      many[] = {{0, 10 * 1000 * 1000}}, huge[] = {{5, INT64_C(1) << 35}};
    for (int teams = 1; teams < 40; teams = 2 * teams + 1) {
        check_runs(1, all, teams);
        check_runs(4, some, teams);
        assert_true(check_runs(1, many, teams) < 60 * teams);
        assert_true(check_runs(1, huge, teams) < 100 * teams);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(the_published_study_wastes_nothing),
    cmocka_unit_test(one_realization_is_shared_where_there_is_no_other),
    cmocka_unit_test(costly_points_come_first),
    cmocka_unit_test(with_stopping_by_precision_all_points_have_the_same_groups),
    cmocka_unit_test(ranks_that_cannot_share_are_idle),
    cmocka_unit_test(runs_hold_every_batch_once)};

int main(void)
{
    return cmocka_run_group_tests(tests, NULL, NULL);
}
