/* The Chebyshev evolution against LAPACK on small lattices: the tolerance is
 * kept, and not wasted; several times from one sweep. */
#include "dynamics/dense.h"

enum { MOST = 125 };

static const struct {
    int d;
    int64_t L;
} lattices[] = {{1, 20}, {1, 21}, {2, 6}, {2, 7}, {3, 4}, {3, 5}};

static const double etas[] = {0.1, 0.4, 1.5};

/* Largest error over the cases, in units of the tolerance. For double
 * precision 1e-13 is allowed to LAPACK and rounding together. */
static void check_case(const problem *p, const double *e, const double *u, double *most,
                       double *least)
{
    static const double tolerances[] = {1e-3, 1e-5, 1e-6, 1e-9, 1e-12};
    static const double times[] = {0, 0.01, 1, 7.3, 25};
    complex double psi[MOST], exact[MOST], found[MOST];
    random_vector(p->n, 3 * (uint64_t)p->n, psi);
    for (int i = 0; i < 5; i++)
        for (int k = 0; k < 5; k++) {
            exact_evolution((int)p->n, e, u, psi, times[k], exact);
            evolve(p, KL_DOUBLE, tolerances[i], psi, times[k], found);
            double error = distance(p->n, exact, found);
            assert_at_most(error, tolerances[i] + 1e-13);
            *most = fmax(*most, error / tolerances[i]);
            if (times[k] > 7 && i < 4)
                *least = fmin(*least, error / tolerances[i]);
            if (i > 1)
                continue;
            evolve(p, KL_SINGLE, tolerances[i], psi, times[k], found);
            double rounding = kl_chebyshev_rounding(KL_SINGLE, radius_of(p, KL_SINGLE), times[k]);
            assert_at_most(distance(p->n, exact, found), tolerances[i] + rounding);
        }
}

static void against_lapack(void **state)
{
    double most = 0, least = INFINITY;
    (void)state;
    for (int i = 0; i < 6; i++)
        for (int k = KL_GAUSSIAN; k <= KL_LAPLACE; k++)
            for (int j = 0; j < 3; j++) {
                double e[MOST], *u = malloc(MOST * MOST * sizeof *u);
                problem *p = problem_create(MPI_COMM_SELF, lattices[i].d, lattices[i].L,
                                            (kl_distribution)k, etas[j], 17);
                diagonalise(p, e, u);
                check_case(p, e, u, &most, &least);
                problem_destroy(p);
                free(u);
            }
    print_message("error/tolerance: at most %.2g, for R t > 15 at least %.2g\n", most, least);
    assert_true(least > 1e-4); /* the degree is not grossly too high */
}

/* A real start takes half the work and gives the same bits. */
static void real_start(void **state)
{
    complex double psi[MOST], a[MOST], b[MOST], *out[2] = {a, b};
    double t = 6;
    (void)state;
    problem *p = problem_create(MPI_COMM_SELF, 3, 5, KL_GAUSSIAN, 0.5, 23);
    random_vector(p->n, 5, psi);
    for (int64_t i = 0; i < p->n; i++)
        psi[i] = creal(psi[i]);
    chebyshev(p, KL_DOUBLE, 1e-10, psi, true, &t, 1, &out[0]);
    chebyshev(p, KL_DOUBLE, 1e-10, psi, false, &t, 1, &out[1]);
    for (int64_t i = 0; i < p->n; i++)
        assert_true(a[i] == b[i]);
    problem_destroy(p);
}

/* Up to four times from one sweep: each within the tolerance of LAPACK. */
static void several_times(void **state)
{
    static const double times[4] = {0, 0.4, 3.7, 11};
    (void)state;
    for (int i = 0; i < 6; i++) {
        double e[MOST], *u = malloc(MOST * MOST * sizeof *u);
        problem *p =
            problem_create(MPI_COMM_SELF, lattices[i].d, lattices[i].L, KL_LAPLACE, 0.7, 29);
        complex double psi[MOST], exact[MOST], found[4][MOST];
        complex double *const out[4] = {found[0], found[1], found[2], found[3]};
        random_vector(p->n, 6, psi);
        diagonalise(p, e, u);
        for (int n = 1; n <= 4; n++)
            for (int k = 0; k < 2; k++) {
                const double tolerance = k ? 1e-4 : 1e-10;
                chebyshev(p, k ? KL_SINGLE : KL_DOUBLE, tolerance, psi, false, times + 4 - n, n,
                          out);
                for (int j = 0; j < n; j++) {
                    exact_evolution((int)p->n, e, u, psi, times[4 - n + j], exact);
                    assert_at_most(distance(p->n, exact, found[j]), tolerance);
                }
            }
        problem_destroy(p);
        free(u);
    }
}

/* A hopping other than 1: the spectrum is [-2dh, 2dh] at eta = 0. */
static void hopping(void **state)
{
    double e[MOST], *u = malloc(MOST * MOST * sizeof *u);
    complex double psi[MOST], exact[MOST], found[MOST];
    (void)state;
    problem *p = problem_create(MPI_COMM_SELF, 3, 5, KL_UNIFORM, 0.3, 31);
    p->h.hopping = 0.5;
    random_vector(p->n, 7, psi);
    diagonalise(p, e, u);
    exact_evolution((int)p->n, e, u, psi, 9, exact);
    evolve(p, KL_DOUBLE, 1e-10, psi, 9, found);
    assert_at_most(distance(p->n, exact, found), 1e-10);
    problem_destroy(p);
    free(u);
}

/* Close times share a sweep, distant ones do not; never more than asked or four. */
static void sweep_sizes(void **state)
{
    static const double close[6] = {1, 1.1, 1.2, 1.3, 1.4, 1.5}, far[3] = {100, 200, 300};
    (void)state;
    for (int n = 1; n <= 6; n++) {
        int served = kl_chebyshev_sweep(6, close, n);
        assert_true(served >= 1 && served <= n && served <= 4);
        assert_int_equal(kl_chebyshev_sweep(6, far, n < 3 ? n : 3), 1);
    }
    assert_true(kl_chebyshev_sweep(6, close, 6) > 1);
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(against_lapack), cmocka_unit_test(real_start), cmocka_unit_test(several_times),
    cmocka_unit_test(hopping), cmocka_unit_test(sweep_sizes)};
TEST_MAIN(tests)
