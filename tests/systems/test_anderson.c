/* The `anderson` system behind its table of functions: what is measured at a time
 * does not depend on which other times are asked for; costs follow the layout.
 */
#include "contract/find.h"
#include "lattice/check.h"
#include "systems/anderson/anderson.h"
#include "kinlim/study.h"
#include "systems/systems.h"

typedef struct open_system {
    kl_config *config;
    const kl_system *system;
    void *self;
} open_system;

static open_system open_text(const char *text, const kl_stations *times)
{
    open_system s;
    assert_ok(kl_config_parse("study.yaml", text, strlen(text), &s.config, why));
    s.system = &kl_system_anderson;
    assert_ok(kl_system_open(s.system, kl_config_root(s.config), times, &s.self, why));
    return s;
}

static void end(open_system *s)
{
    kl_system_close(s->system, &s->self);
    kl_config_destroy(&s->config);
}

static const char tiny[] =
    "dimension: 3\nsites: 4\neta: 0.5\n"
    "initial: {envelope: {shape: uniform}}\n"
    "observables:\n"
    "  - {name: a, position: {shape: uniform}, momentum: {mode: [1, 0, 2]}}\n"
    "fields: [{type: density, axis: 2}]\n"
    "propagator: {precision: double, tolerance: 1.0e-9}\n";
enum { QUANTITIES = 2, CHECKS = 2, SITES = 4, MOST_TIMES = 12 };

/* value[time][QUANTITIES] of realization 5. */
static void measure(const double *t, int n, double (*value)[QUANTITIES])
{
    const kl_stations times = {n, t};
    open_system s = open_text(tiny, &times);
    void *run;
    assert_int_equal(kl_system_describe(s.system, s.self)->nquantities, QUANTITIES);
    assert_int_equal(kl_system_describe(s.system, s.self)->nchecks, CHECKS);
    assert_int_equal(s.system->axis(s.self, 0, 0, 0, NULL), SITES);
    const kl_place place = {0, MPI_COMM_SELF, MPI_COMM_SELF, 1, 0, 1};
    assert_ok(s.system->begin(s.self, &place, &run, why));
    assert_ok(s.system->start(run, 5, why));
    for (int i = 0; i < n; i++) {
        double check[CHECKS], density[SITES], *field[] = {density}, sum = 0;
        kl_sample sample = {.quantity = value[i], .check = check, .field = field};
        bool reached = true;
        assert_ok(s.system->advance(run, i, &reached, why));
        assert_true(reached);
        assert_ok(s.system->measure(run, i, 0, &sample, why));
        for (int x = 0; x < SITES; x++)
            sum += 0.25 * density[x]; /* dX = eta^2 */
        assert_near(sum, 1, 1e-8);
    }
    s.system->end(&run);
    assert_null(run);
    end(&s);
}

static void check_times(const double *t, int n, int probe)
{
    double all[MOST_TIMES][QUANTITIES], one[1][QUANTITIES];
    measure(t, n, all);
    measure(&t[probe], 1, one);
    for (int q = 0; q < QUANTITIES; q++) /* each psi is off by 1e-9 at most */
        assert_near(all[probe][q], one[0][q], 4e-9);
}

/* One sweep of the series serves several close times: every partition of them must come out. */
static void values_do_not_depend_on_the_other_times(void **state)
{
    /* With T = 0 in a sweep of its own, one that serves four starts at the second time. */
    static const double late[] = {0, 0.8118, 0.8557, 0.8564, 0.9077, 2.673, 14.02, 14.44};
    uint64_t seed = 20261120;
    (void)state;
    for (int probe = 0; probe < 8; probe++)
        check_times(late, 8, probe);
    for (int k = 0; k < 150; k++) {
        double t[MOST_TIMES];
        const int n = 2 + (int)(5 * (1 + test_random(&seed)));
        t[0] = k % 2 ? 0 : 0.01;
        for (int i = 1; i < n; i++) /* gaps of 1e-3 to 10 */
            t[i] = t[i - 1] + pow(10, -1 + 2 * test_random(&seed));
        check_times(t, n, (int)(0.5 * n * (1 + test_random(&seed))));
    }
}

static void memory_of_a_rank_falls_with_the_group(void **state)
{
    const double t[] = {1};
    const kl_stations times = {1, t};
    (void)state;
    open_system s = open_text("dimension: 3\nsites: [64, 32]\neta: [0.3, 0.4]\n"
                              "initial: {envelope: {shape: uniform}}\n"
                              "observables:\n"
                              "  - {name: a, position: {shape: uniform}, momentum: {energy: 1}}\n",
                              &times);
    for (int ranks = 1; ranks < 64; ranks *= 2) {
        kl_cost more = s.system->cost(s.self, 0, ranks),
                less = s.system->cost(s.self, 0, 2 * ranks);
        assert_true(less.bytes < more.bytes && more.bytes < 2 * less.bytes);
        assert_true(more.bytes * ranks > 64. * 64 * 64 * 4 * 4); /* psi and an output, re and im */
    }
    assert_int_equal(s.system->cost(s.self, 0, 1).most_ranks, 64);
    assert_int_equal(s.system->cost(s.self, 1, 1).most_ranks, 32);
    assert_true(s.system->cost(s.self, 0, 1).seconds > 8 * s.system->cost(s.self, 1, 1).seconds);
    end(&s);
}

static void an_unknown_system_names_the_known_ones(void **state)
{
    kl_study *study;
    kl_error err = {0};
    (void)state;
    assert_int_equal(
        kl_study_parse("study.yaml", "system: andersen\n", 0, NULL, NULL, &study, &err), KL_INPUT);
    assert_non_null(strstr(err.message, "study.yaml:1: system: andersen"));
    for (int i = 0; kl_systems[i]; i++)
        assert_non_null(strstr(err.message, kl_systems[i]->name));
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(values_do_not_depend_on_the_other_times),
                                          cmocka_unit_test(memory_of_a_rank_falls_with_the_group),
                                          cmocka_unit_test(an_unknown_system_names_the_known_ones)};
TEST_MAIN(tests)
