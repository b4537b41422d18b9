/* The `expansion` system behind its table of functions: against the exponential of the block
 * matrix; against the `anderson` system with the same seed; what follows from its means.
 */
#include "contract/find.h"
#include "dynamics/duhamel_block.h"
#include "systems/anderson/anderson.h"
#include "systems/expansion/expansion.h"

enum { MOST_QUANTITIES = 600, MOST_SITES = 64 };

typedef struct open_system {
    kl_config *config;
    const kl_system *system;
    void *self;
    const kl_description *about;
    double quantity[MOST_QUANTITIES], check[4];
} open_system;

static void open_text(const kl_system *system, const char *text, const kl_stations *times,
                      open_system *s)
{
    assert_ok(kl_config_parse("study.yaml", text, strlen(text), &s->config, why));
    s->system = system;
    assert_ok(kl_system_open(system, kl_config_root(s->config), times, &s->self, why));
    s->about = kl_system_describe(system, s->self);
    assert_true(s->about->nquantities <= MOST_QUANTITIES);
}

/* Realization 3 at the last time. */
static void measure(open_system *s, int ntimes)
{
    void *run;
    const kl_place place = {0, MPI_COMM_SELF, MPI_COMM_SELF, 1, 0, 1};
    assert_ok(s->system->begin(s->self, &place, &run, why));
    assert_ok(s->system->start(run, 3, why));
    for (int i = 0; i < ntimes; i++) {
        kl_sample sample = {.quantity = s->quantity, .check = s->check};
        bool reached = true;
        assert_ok(s->system->advance(run, i, &reached, why));
        assert_ok(s->system->measure(run, i, 0, &sample, why));
    }
    s->system->end(&run);
}

static void end(open_system *s)
{
    kl_system_close(s->system, &s->self);
    kl_config_destroy(&s->config);
}

/* NAN where there is none. */
static double of(const open_system *s, const char *part, const char *format, ...)
{
    char name[KL_NAME];
    va_list list;
    va_start(list, format);
    vsnprintf(name, sizeof name, format, list);
    va_end(list);
    for (int q = 0; q < s->about->nquantities; q++)
        if (strcmp(s->about->quantity[q].observable, name) == 0 &&
            strcmp(s->about->quantity[q].part, part) == 0)
            return s->quantity[q];
    return NAN;
}

/* ---- against the block matrix ---- */

typedef struct small {
    int d, orders;
    int64_t L;
    double eta, momentum[3];
    kl_distribution distribution;
} small;

/* The potential of realization 3 of an `anderson` study with seed 9. */
static problem *same_problem(const small *c)
{
    problem *p = problem_create(MPI_COMM_SELF, c->d, c->L, c->distribution, c->eta, 9);
    const double parameters[3] = {c->eta, (double)c->L, c->d};
    const kl_disorder disorder = {c->distribution, 9, kl_disorder_point(parameters, 3), 3};
    kl_disorder_fill(&disorder, 0, p->n, p->omega);
    return p;
}

/* All orders of a plane wave at time t, as dense linear algebra has them. */
static complex double *exact_orders(const problem *p, const small *c, double t)
{
    const int64_t n = p->n * c->orders;
    complex double *a = generator(p, c->orders, t), *u = exponential((int)n, a);
    complex double *psi = calloc((size_t)n, sizeof *psi);
    for (int64_t y = 0; y < p->n; y++) {
        int64_t index[3];
        double turns = 0;
        index_of(&p->lattice, y, index);
        for (int j = 0; j < c->d; j++)
            turns += c->momentum[j] * (double)kl_lattice_coordinate(&p->lattice, index[j]);
        for (int64_t row = 0; row < n; row++)
            psi[row] += u[row * n + y] * cexp(2 * test_pi * I * turns) / sqrt((double)p->n);
    }
    free(a);
    free(u);
    return psi;
}

/* sum_y exp(2 pi i n.X/ell) conj(a(y)) b(y+m), X at the middle of y and y + m; n = (0,1,0) or 0,
 * m = (1,0,0). */
static complex double pair(const problem *p, int wave, const complex double *a,
                           const complex double *b)
{
    complex double sum = 0;
    for (int64_t y = 0; y < p->n; y++) {
        int64_t index[3];
        index_of(&p->lattice, y, index);
        const double turns =
            wave * (double)kl_lattice_coordinate(&p->lattice, index[1]) / (double)p->lattice.sites;
        index[0]++;
        sum += cexp(2 * test_pi * I * turns) * conj(a[y]) * b[site_of(&p->lattice, index)];
    }
    return sum;
}

static void compare(const open_system *s, const problem *p, const small *c,
                    const complex double *psi, const complex double *whole)
{
    complex double left[MOST_SITES];
    memcpy(left, whole, (size_t)p->n * sizeof *left);
    for (int n = 0; n < c->orders; n++) {
        const complex double *a = psi + n * p->n;
        for (int m = n; m < c->orders; m++)
            for (int wave = 0; wave < 2; wave++) {
                const complex double value = pair(p, wave, a, psi + m * p->n);
                const char *name = wave ? "w" : "u";
                assert_near(of(s, "re", "%s.%d.%d", name, n, m), creal(value), 1e-9);
                assert_near(of(s, "im", "%s.%d.%d", name, n, m), cimag(value), 1e-9);
            }
        for (int64_t y = 0; y < p->n; y++)
            left[y] -= a[y];
        assert_near(of(s, "re", "norm.%d", n), pow(norm_of(p->n, a), 2), 1e-9);
        assert_near(of(s, "re", "remainder.%d", n), pow(norm_of(p->n, left), 2), 1e-9);
    }
    assert_true(isnan(of(s, "re", "u.1.0"))); /* n <= m alone */
    assert_at_most(s->check[2], 1e-10);
}

static void against_the_matrix(void **state)
{
    static const small cases[] = {{2, 5, 5, 0.6, {0.2, -0.4, 0}, KL_LAPLACE},
                                  {3, 3, 4, 0.8, {0.25, 0, 0.5}, KL_BERNOULLI}};
    static const double T[2] = {0.3, 0.9};
    (void)state;
    for (int i = 0; i < 2; i++) {
        const small *c = &cases[i];
        const kl_stations times = {2, T};
        const double t = T[1] / (c->eta * c->eta);
        char text[1024];
        double e[MOST_SITES], u[MOST_SITES * MOST_SITES];
        complex double whole[MOST_SITES];
        open_system s;
        snprintf(
            text, sizeof text,
            "dimension: %d\nsites: %d\neta: %g\norder: %d\n"
            "initial: {envelope: {shape: uniform}, phase: {momentum: [%g, %g%s]}}\n"
            "disorder: {distribution: %s, seed: 9}\nobservables:\n"
            "  - {name: u, position: {shape: uniform}, momentum: {mode: [1, 0%s]}}\n"
            "  - {name: w, position: {shape: wave, wave: [0, 1%s]}, momentum: {mode: [1, 0%s]}}\n"
            "propagator: {precision: double, tolerance: 1.0e-10}\n",
            c->d, (int)c->L, c->eta, c->orders - 1, c->momentum[0], c->momentum[1],
            c->d > 2 ? ", 0.5" : "", kl_distribution_names[c->distribution], c->d > 2 ? ", 0" : "",
            c->d > 2 ? ", 0" : "", c->d > 2 ? ", 0" : "");
        open_text(&kl_system_expansion, text, &times, &s);
        measure(&s, 2);
        problem *p = same_problem(c);
        complex double *start = exact_orders(p, c, 0), *psi = exact_orders(p, c, t);
        diagonalise(p, e, u);
        exact_evolution((int)p->n, e, u, start, t, whole);
        compare(&s, p, c, psi, whole);
        free(start);
        free(psi);
        problem_destroy(p);
        end(&s);
    }
}

/* ---- against the anderson system ---- */

#define COMMON                                                                                     \
    "dimension: 3\nsites: 10\neta: 0.5\n"                                                          \
    "initial: {envelope: {shape: gaussian, width: 0.3}, phase: {momentum: [0.1, 0.2, 0.3]}}\n"     \
    "disorder: {seed: 4}\nobservables:\n"                                                          \
    "  - {name: a, position: {shape: gaussian, width: 0.5}, momentum: {energy: 2}}\n"              \
    "propagator: {precision: double, tolerance: 1.0e-10}\n"

/* With J real, the sum of all pairs is <J,W> of the whole psi once the remainder is small. */
static void orders_make_the_whole(void **state)
{
    static const double T = 0.1;
    const kl_stations times = {1, &T};
    open_system orders, whole;
    double sum = 0;
    (void)state;
    open_text(&kl_system_expansion, COMMON "order: 12\n", &times, &orders);
    open_text(&kl_system_anderson, COMMON, &times, &whole);
    measure(&orders, 1);
    measure(&whole, 1);
    for (int n = 0; n < 13; n++)
        for (int m = n; m < 13; m++)
            sum += (m > n ? 2 : 1) * of(&orders, "re", "a.%d.%d", n, m);
    assert_near(sum, of(&whole, "re", "a"), 1e-8);
    assert_at_most(of(&orders, "re", "remainder.12"), 1e-18);
    assert_true(of(&orders, "re", "remainder.1") > 1e-4);
    end(&orders);
    end(&whole);
}

/* ---- what follows from the means ---- */

static void best_order(void **state)
{
    static const double T[2] = {0.1, 0.2};
    static const double remainder[2][4] = {{0.5, 0.3, 0.1, 0.2}, {0.5, 0.6, 0.7, 0.9}};
    const kl_stations times = {2, T};
    open_system s;
    double mean[2 * MOST_QUANTITIES] = {0}, constant;
    (void)state;
    open_text(&kl_system_expansion, COMMON "order: 3\n", &times, &s);
    const kl_description *about = s.about;
    const int n = about->nquantities;
    for (int t = 0; t < 2; t++)
        memcpy(mean + (t + 1) * n - 4, remainder[t], sizeof remainder[t]);
    assert_int_equal(about->nderived, 5);
    const kl_derived *best = &about->derived[4], *distance = &about->derived[1];
    assert_string_equal(best->name, "best_order");
    assert_string_equal(distance->observable, "remainder.1");
    assert_true(best->value(s.self, best, 0, 0, mean) == 2);
    assert_true(best->value(s.self, best, 0, 1, mean) == 0);
    assert_near(distance->value(s.self, distance, 0, 1, mean), sqrt(0.6), 1e-15);
    assert_ok(s.system->constants(s.self, 0, &constant, why)); /* log 2 < 1 */
    assert_true(isnan(constant));
    end(&s);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(against_the_matrix),
                                          cmocka_unit_test(orders_make_the_whole),
                                          cmocka_unit_test(best_order)};
TEST_MAIN(tests)
