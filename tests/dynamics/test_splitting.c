/* Operator splitting against LAPACK: orders 2 and 4 as fitted, and the tolerance. */
#include "dynamics/dense.h"
#include "dynamics/splitting.h"

enum { MOST = 125 };

static const struct {
    int d;
    int64_t L;
} lattices[] = {{1, 20}, {1, 21}, {2, 6}, {2, 7}, {3, 4}, {3, 5}};
enum { LATTICES = 6 };

typedef struct fixture {
    problem *p;
    complex double psi[MOST], exact[MOST];
    double t;
} fixture;

static fixture make_fixture(int i, double eta, double t)
{
    fixture f = {.t = t};
    double e[MOST], *u = malloc(MOST * MOST * sizeof *u);
    f.p = problem_create(MPI_COMM_SELF, lattices[i].d, lattices[i].L, (kl_distribution)(i % 4), eta,
                         4);
    random_vector(f.p->n, 14, f.psi);
    diagonalise(f.p, e, u);
    exact_evolution((int)f.p->n, e, u, f.psi, t, f.exact);
    free(u);
    return f;
}

/* Error with a fixed number of steps, or (steps = 0) of evolve() to `tolerance`. */
static double error_of(const fixture *f, kl_precision precision, kl_splitting_method method,
                       int steps, double tolerance)
{
    complex double found[MOST];
    kl_splitting *s = NULL;
    kl_state state;
    assert_ok(kl_state_create(&f->p->lattice, precision, &state, why));
    assert_ok(kl_splitting_create(&f->p->h, precision, method, &s, why));
    set_state(&state, f->psi);
    if (steps)
        assert_ok(kl_splitting_steps(s, &state, f->t, steps, why));
    else
        assert_ok(kl_splitting_evolve(s, &state, f->t, tolerance, why));
    get_state(&state, found);
    kl_splitting_destroy(&s);
    kl_state_destroy(&state);
    return distance(f->p->n, found, f->exact);
}

/* Least squares slope of log error against log step over four halvings. */
static double fitted_order(const fixture *f, kl_splitting_method method, int steps)
{
    enum { POINTS = 5 };
    double sx = 0, sy = 0, sxx = 0, sxy = 0;
    for (int i = 0; i < POINTS; i++) {
        double x = -log(steps << i), y = log(error_of(f, KL_DOUBLE, method, steps << i, 0));
        sx += x;
        sy += y;
        sxx += x * x;
        sxy += x * y;
    }
    return (POINTS * sxy - sx * sy) / (POINTS * sxx - sx * sx);
}

static void orders(void **state)
{
    (void)state;
    for (int i = 0; i < LATTICES; i++) {
        fixture f = make_fixture(i, 0.8, 3);
        double second = fitted_order(&f, KL_STRANG, 20),
               fourth = fitted_order(&f, KL_FOURTH_ORDER, 14);
        print_message("d = %d: orders %.4f and %.4f\n", lattices[i].d, second, fourth);
        assert_near(second, 2, 0.02);
        assert_near(fourth, 4, 0.05);
        problem_destroy(f.p);
    }
}

/* Without a potential one step is exact. */
static void exact_without_disorder(void **state)
{
    (void)state;
    for (int i = 0; i < LATTICES; i++) {
        fixture f = make_fixture(i, 0, 17);
        for (int method = KL_STRANG; method <= KL_FOURTH_ORDER; method++)
            assert_at_most(error_of(&f, KL_DOUBLE, (kl_splitting_method)method, 1, 0), 1e-13);
        problem_destroy(f.p);
    }
}

static void tolerance_is_kept(void **state)
{
    static const double tolerances[] = {1e-2, 1e-4, 1e-6, 1e-9};
    (void)state;
    for (int i = 0; i < LATTICES; i++)
        for (int k = 0; k < 3; k++) {
            fixture f = make_fixture(i, k == 0 ? 0.1 : k == 1 ? 0.5 : 1.5, k == 2 ? 2 : 10);
            for (int j = 0; j < 4; j++) {
                double tolerance = tolerances[j];
                assert_at_most(error_of(&f, KL_DOUBLE, KL_FOURTH_ORDER, 0, tolerance), tolerance);
                if (j < 3)
                    assert_at_most(error_of(&f, KL_DOUBLE, KL_STRANG, 0, tolerance), tolerance);
                if (j < 2)
                    assert_at_most(error_of(&f, KL_SINGLE, KL_FOURTH_ORDER, 0, tolerance),
                                   tolerance);
            }
            assert_at_most(error_of(&f, KL_SINGLE, KL_STRANG, 0, 1e-3), 1e-3);
            problem_destroy(f.p);
        }
}

/* Where rounding stops the convergence it is said, and soon: in one line, exit
 * code of a user's error. */
static void out_of_reach(void **state)
{
    (void)state;
    fixture f = make_fixture(5, 0.5, 5);
    for (int method = KL_STRANG; method <= KL_FOURTH_ORDER; method++) {
        kl_splitting *s = NULL;
        kl_state psi;
        kl_error err = {0};
        assert_ok(kl_state_create(&f.p->lattice, KL_SINGLE, &psi, why));
        assert_ok(kl_splitting_create(&f.p->h, KL_SINGLE, (kl_splitting_method)method, &s, why));
        set_state(&psi, f.psi);
        assert_int_equal(kl_splitting_evolve(s, &psi, f.t, 1e-8, &err), KL_INPUT);
        assert_non_null(strstr(err.message, "cannot be reached in single precision"));
        kl_splitting_destroy(&s);
        kl_state_destroy(&psi);
    }
    problem_destroy(f.p);
}

/* Backwards undoes forwards: both methods are symmetric. */
static void reversible(void **state)
{
    (void)state;
    for (int method = KL_STRANG; method <= KL_FOURTH_ORDER; method++) {
        fixture f = make_fixture(5, 0.7, 4);
        complex double found[MOST];
        kl_splitting *s = NULL;
        kl_state psi;
        assert_ok(kl_state_create(&f.p->lattice, KL_DOUBLE, &psi, why));
        assert_ok(kl_splitting_create(&f.p->h, KL_DOUBLE, (kl_splitting_method)method, &s, why));
        set_state(&psi, f.psi);
        assert_ok(kl_splitting_steps(s, &psi, 4, 9, why));
        assert_ok(kl_splitting_steps(s, &psi, -4, 9, why));
        get_state(&psi, found);
        assert_at_most(distance(f.p->n, found, f.psi), 1e-13);
        kl_splitting_destroy(&s);
        kl_state_destroy(&psi);
        problem_destroy(f.p);
    }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(orders), cmocka_unit_test(exact_without_disorder),
    cmocka_unit_test(tolerance_is_kept), cmocka_unit_test(out_of_reach),
    cmocka_unit_test(reversible)};
TEST_MAIN(tests)
