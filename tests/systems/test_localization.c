/* The `localization` system behind its table of functions, against lattices small
 * enough for LAPACK (propagators and sums are written here from their definitions)
 * and against identities of free motion.
 */
#include "contract/find.h"
#include "dynamics/dense.h"
#include "systems/localization/localization.h"

enum { MOST_QUANTITIES = 24, MOST_SITES = 128 };

typedef struct open_system {
    kl_config *config;
    const kl_system *system;
    void *self, *run;
    const kl_description *about;
} open_system;

static open_system begin_on(MPI_Comm comm, const char *text, const kl_stations *times,
                            int64_t realization)
{
    open_system s;
    assert_ok(kl_config_parse("study.yaml", text, strlen(text), &s.config, why));
    kl_node *root = kl_config_root(s.config);
    s.system = &kl_system_localization;
    assert_ok(kl_system_open(s.system, root, times, &s.self, why));
    s.about = kl_system_describe(s.system, s.self);
    const kl_place place = {0, comm, comm, 1, 0, 1};
    assert_ok(s.system->begin(s.self, &place, &s.run, why));
    assert_ok(s.system->start(s.run, realization, why));
    return s;
}

static open_system begin(const char *text, const kl_stations *times, int64_t realization)
{
    return begin_on(MPI_COMM_SELF, text, times, realization);
}

static void at_time(open_system *s, int time, double *quantity, double check[2])
{
    kl_sample sample = {.quantity = quantity, .check = check};
    for (bool reached = false; !reached;) {
        reached = true;
        assert_ok(s->system->advance(s->run, time, &reached, why));
    }
    assert_ok(s->system->measure(s->run, time, 0, &sample, why));
}

static void end(open_system *s)
{
    s->system->end(&s->run);
    kl_system_close(s->system, &s->self);
    kl_config_destroy(&s->config);
}

static double of(const open_system *s, const double *quantity, const char *name)
{
    for (int q = 0; q < s->about->nquantities; q++)
        if (strcmp(s->about->quantity[q].observable, name) == 0)
            return quantity[q];
    fail_msg("no quantity %s", name);
    return 0;
}

static double square_distance(const problem *p, int64_t x, int64_t from)
{
    int64_t a[3], b[3];
    double square = 0;
    index_of(&p->lattice, x, a);
    index_of(&p->lattice, from, b);
    for (int j = 0; j < p->lattice.dimension; j++) {
        double least = 1e9; /* the nearest image */
        for (int image = -1; image <= 1; image++)
            least = fmin(least, fabs((double)(a[j] - b[j] + image * p->lattice.sites)));
        square += least * least;
    }
    return square;
}

typedef struct expected {
    double departure, msd, back, ipr, near, shell[3];
} expected;

/* Adds one start site's values at time t. */
static void add_dense(problem *p, int64_t start, double t, expected *sum)
{
    static double e[MOST_SITES], u[MOST_SITES * MOST_SITES];
    complex double delta[MOST_SITES] = {0}, psi[MOST_SITES], phi[MOST_SITES];
    const double eta = p->h.eta;
    delta[start] = 1;
    diagonalise(p, e, u);
    exact_evolution((int)p->n, e, u, delta, t, psi);
    p->h.eta = 0;
    diagonalise(p, e, u);
    exact_evolution((int)p->n, e, u, delta, t, phi);
    p->h.eta = eta;
    for (int64_t x = 0; x < p->n; x++) {
        const double r = sqrt(square_distance(p, x, start)), d = cabs(psi[x] - phi[x]);
        const double density = creal(psi[x] * conj(psi[x]));
        sum->departure += d * d;
        sum->msd += r * r * density;
        sum->ipr += density * density;
        sum->near += r <= 1 ? density : 0;
        for (int j = 0; j < 3; j++)
            sum->shell[j] += r > ldexp(1, j) && r <= ldexp(2, j) ? density : 0;
    }
    sum->back += creal(psi[start] * conj(psi[start]));
}

/* Start sites o L/n on every axis; the potential omega_x <x - start>^-sigma. */
static expected dense_values(int d, int64_t L, double eta, double sigma, int origins,
                             int64_t realization, double t)
{
    expected sum = {0};
    for (int o = 0; o < origins; o++) {
        problem *p = problem_create(MPI_COMM_SELF, d, L, KL_LAPLACE, eta, 0);
        const double parameters[4] = {eta, (double)L, d, sigma};
        kl_disorder disorder = {KL_LAPLACE, 9, kl_disorder_point(parameters, 4),
                                (uint64_t)realization};
        const int64_t at = o * L / origins, index[3] = {at, at, at};
        const int64_t start = site_of(&p->lattice, index);
        kl_disorder_fill(&disorder, 0, p->n, p->omega);
        for (int64_t x = 0; x < p->n; x++)
            p->omega[x] *= (float)pow(1 + square_distance(p, x, start), -sigma / 2);
        add_dense(p, start, t, &sum);
        problem_destroy(p);
    }
    double *value = &sum.departure;
    for (int i = 0; i < 8; i++)
        value[i] /= origins;
    return sum;
}

static void check_dense(int d, int64_t L, double sigma, int origins)
{
    const double eta = 0.8, T[2] = {0.4, 1.7};
    const kl_stations times = {2, T};
    char text[512];
    snprintf(text, sizeof text,
             "dimension: %d\nsites: %d\neta: %g\nsigma: %g\norigins: %d\n"
             "disorder: {distribution: laplace, seed: 9}\n"
             "propagator: {precision: double, tolerance: 1.0e-9}\n",
             d, (int)L, eta, sigma, origins);
    open_system s = begin(text, &times, 3);
    for (int i = 0; i < 2; i++) {
        const double unit = pow(eta, sigma < 0.5 ? 2 / (1 - 2 * sigma) : 2);
        const expected e = dense_values(d, L, eta, sigma, origins, 3, T[i] / unit);
        double quantity[MOST_QUANTITIES], check[2];
        at_time(&s, i, quantity, check);
        /* psi is off by 1e-9 at most; the decayed potential is rounded to 6e-8. */
        const double close = sigma > 0 ? 1e-6 : 1e-8;
        assert_near(of(&s, quantity, "departure"), e.departure, close);
        assert_near(of(&s, quantity, "msd"), e.msd, 10 * close);
        assert_near(of(&s, quantity, "return"), e.back, close);
        assert_near(of(&s, quantity, "ipr"), e.ipr, close);
        assert_near(of(&s, quantity, "near"), e.near, close);
        assert_near(of(&s, quantity, "shell_0"), e.shell[0], close);
        assert_near(of(&s, quantity, "shell_1"), e.shell[1], close);
        assert_true(e.departure > 0.01); /* the check sees the potential */
        assert_at_most(check[0], 2e-9);
    }
    end(&s);
}

static void agrees_with_dense_matrices(void **state)
{
    (void)state;
    check_dense(1, 12, 0, 1);
    check_dense(1, 11, 0.25, 3);
    check_dense(2, 9, 0, 2);
    check_dense(2, 8, 0.3, 1);
    check_dense(2, 9, 0.5, 2);
    check_dense(3, 5, 0.7, 2);
    check_dense(3, 4, 0, 1);
}

/* Hardly any disorder: departure below (eta t)^2 max|omega|^2, and free motion. */
static void without_disorder_nothing_departs(void **state)
{
    (void)state;
    const double eta = 1e-9, T[3] = {0, 2e-18, 4e-18}; /* t = 0, 2, 4 */
    const kl_stations times = {3, T};
    for (int d = 1; d <= 3; d++) {
        char text[256];
        snprintf(text, sizeof text,
                 "dimension: %d\nsites: 40\neta: 1.0e-9\n"
                 "propagator: {precision: double, tolerance: 1.0e-11}\n",
                 d);
        open_system s = begin(text, &times, 0);
        for (int i = 0; i < 3; i++) {
            const double t = T[i] / (eta * eta);
            double quantity[MOST_QUANTITIES], check[2], sum = 0;
            at_time(&s, i, quantity, check);
            assert_near(of(&s, quantity, "departure"), 0, 1e-14);
            assert_near(of(&s, quantity, "msd"), 2 * d * t * t, 1e-8);
            assert_near(of(&s, quantity, "return"), pow(j0(2 * t), 2 * d), 1e-10);
            for (int q = 4; q < s.about->nquantities; q++) /* near and the shells */
                sum += quantity[q];
            assert_near(sum, 1, 1e-10);
        }
        end(&s);
    }
}

static void crossing_is_found_between_times(void **state)
{
    (void)state;
    const double T[3] = {0.5, 1, 3};
    const kl_stations times = {3, T};
    open_system s = begin("dimension: 1\nsites: 40\neta: 0.5\nlevel: 1\n", &times, 0);
    const kl_derived *derived = s.about->derived;
    double mean[3 * MOST_QUANTITIES] = {0};
    assert_string_equal(derived[0].name, "t_star");
    assert_int_equal(s.about->nderived, 1);
    /* D = 2 (1 - exp(-c T)) crosses 1 at T = log 2/c, t = T/eta^2, wherever the times are. */
    for (double c = 0.25; c < 4; c *= 1.5) {
        for (int i = 0; i < 3; i++)
            mean[i * s.about->nquantities] = -2 * expm1(-c * T[i]);
        assert_near(derived->value(s.self, derived, 0, -1, mean), log(2) / c / 0.25, 1e-9);
    }
    for (int i = 0; i < 3; i++)
        mean[i * s.about->nquantities] = 0.9;
    assert_true(isnan(derived->value(s.self, derived, 0, -1, mean)));
    end(&s);
}

/* ---- limits ---- */

static double *limit_of(const open_system *s, const char *name, int ntimes, const char *observable)
{
    static double value[3 * MOST_QUANTITIES], error[3 * MOST_QUANTITIES], found[3];
    kl_limit_values out = {.value = value, .error = error};
    for (int i = 0; i < 3 * MOST_QUANTITIES; i++)
        value[i] = NAN;
    for (int k = 0; k < s->about->nlimits; k++)
        if (strcmp(s->about->limit[k].name, name) == 0)
            assert_ok(s->about->limit[k].solve(s->self, 0, MPI_COMM_SELF, &out, why));
    for (int i = 0; i < ntimes; i++)
        found[i] = of(s, value + i * s->about->nquantities, observable);
    return found;
}

/* <phi_t, exp(-it(Delta + h delta_x)) delta_0> by dense matrices. */
static double one_site_overlap(problem *p, int64_t x, double h, double t)
{
    static double e[MOST_SITES], u[MOST_SITES * MOST_SITES];
    complex double delta[MOST_SITES] = {1}, psi[MOST_SITES], phi[MOST_SITES], overlap = 0;
    memset(p->omega, 0, (size_t)p->n * sizeof *p->omega);
    p->h.eta = 1;
    diagonalise(p, e, u);
    exact_evolution((int)p->n, e, u, delta, t, phi);
    p->omega[x] = (float)h;
    diagonalise(p, e, u);
    exact_evolution((int)p->n, e, u, delta, t, psi);
    for (int64_t i = 0; i < p->n; i++)
        overlap += conj(phi[i]) * psi[i];
    return creal(overlap);
}

/* 2 - 2 Re E <phi, psi> to second order in eta, over eta^2: independent sites add up. The lattice
 * is so large that nothing gets around it. */
static double second_order(int d, int64_t L, double sigma, double t)
{
    const double h = 0.0625;
    problem *p = problem_create(MPI_COMM_SELF, d, L, KL_LAPLACE, 1, 0);
    double sum = 0;
    for (int64_t x = 0; x < p->n; x++) {
        const double strength = pow(1 + square_distance(p, x, 0), -sigma);
        const double both = one_site_overlap(p, x, h, t) + one_site_overlap(p, x, -h, t);
        sum += strength * (2 - both) / (h * h);
    }
    problem_destroy(p);
    return sum;
}

static void born_is_second_order_perturbation_theory(void **state)
{
    static const struct {
        int d, sites;
        double sigma, t;
    } cases[] = {{1, 24, 0, 3}, {1, 24, 0.3, 3}, {1, 24, 0.5, 3}, {2, 9, 0.2, 1}, {2, 9, 1.5, 1}};
    const double eta = 1e-3;
    (void)state;
    for (int i = 0; i < 5; i++) {
        const double sigma = cases[i].sigma;
        const double T = cases[i].t * pow(eta, sigma < 0.5 ? 2 / (1 - 2 * sigma) : 2);
        const kl_stations times = {1, &T};
        char text[128];
        snprintf(text, sizeof text, "dimension: %d\nsites: 24\neta: %g\nsigma: %g\n", cases[i].d,
                 eta, sigma);
        open_system s = begin(text, &times, 0);
        const double born = limit_of(&s, "born", 1, "departure")[0] / (eta * eta);
        const double dense = second_order(cases[i].d, cases[i].sites, sigma, cases[i].t);
        assert_near(born / dense, 1, 2e-3); /* the second difference: h^2 */
        assert_true(dense > 0.3);
        end(&s);
    }
}

/* A plane wave departs as a packet that is broad: the free motion of both, and their limits. */
static void packets_have_the_closed_form(void **state)
{
    const double T[2] = {0, 1};
    const kl_stations times = {2, T};
    static const char *const envelope[2] = {"shape: uniform", "shape: gaussian, width: 0.6"};
    (void)state;
    for (int k = 0; k < 2; k++) {
        char text[512];
        double quantity[MOST_QUANTITIES], check[2];
        snprintf(text, sizeof text,
                 "dimension: 3\nsites: 32\neta: 0.5\ninitial: {envelope: {%s}, phase: {momentum: "
                 "[0.15625, 0.1875, 0.3125]}}\n",
                 envelope[k]);
        open_system s = begin(text, &times, 0);
        assert_near(limit_of(&s, "reference", 2, "departure")[1], 0.73264, 5e-6);
        at_time(&s, 0, quantity, check);
        assert_near(of(&s, quantity, "departure"), 0, 1e-9);
        if (k == 1) /* d s^2/eta^4, cut at the box */
            assert_near(of(&s, quantity, "msd"), 3 * 0.36 / 0.0625, 1e-3);
        if (k == 1)
            assert_near(limit_of(&s, "reference", 2, "msd")[0], 3 * 0.36 / 0.0625, 1e-9);
        at_time(&s, 1, quantity, check);
        assert_near(of(&s, quantity, "departure"), 0.7, 0.25); /* one realization */
        end(&s);
    }
}

/* Hardly any disorder: the departure is that of the free motion alone. */
static void packets_move_freely(void **state)
{
    const double eta = 0.001, T[2] = {0, 4e-6}; /* t = 0, 4 */
    const kl_stations times = {2, T};
    static const char *const envelope[3] = {"shape: uniform", "shape: gaussian, width: 3.0e-6",
                                            "shape: bump, width: 9.0e-6, center: [2.0e-6]"};
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int k = 0; k < (d == 1 ? 3 : 2); k++) {
            char text[512];
            double quantity[MOST_QUANTITIES], check[2];
            snprintf(
                text, sizeof text,
                "dimension: %d\nsites: 30\neta: %g\ninitial: {envelope: {%s}, phase: {momentum: "
                "[0.1%s%s]}}\npropagator: {precision: double, tolerance: 1.0e-9}\n",
                d, eta, envelope[k], d > 1 ? ", 0.3" : "", d > 2 ? ", -0.2" : "");
            open_system s = begin(text, &times, 0);
            for (int i = 0; i < 2; i++) {
                at_time(&s, i, quantity, check);
                assert_near(of(&s, quantity, "departure"), 0, 2e-4); /* (eta t)^2 max omega^2 */
            }
            end(&s);
        }
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(agrees_with_dense_matrices),
        cmocka_unit_test(without_disorder_nothing_departs),
        cmocka_unit_test(crossing_is_found_between_times),
        cmocka_unit_test(born_is_second_order_perturbation_theory),
        cmocka_unit_test(packets_have_the_closed_form),
        cmocka_unit_test(packets_move_freely),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
