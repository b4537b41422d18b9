/* The spectral bound against LAPACK's extreme eigenvalues. */
#include "dynamics/dense.h"

enum { MOST = 125, SEEDS = 12 };

static const struct {
    int d;
    int64_t L;
} lattices[] = {{1, 20}, {1, 21}, {2, 4}, {2, 7}, {3, 4}, {3, 5}};
static const double etas[] = {0.05, 0.2, 0.5, 1, 2};

/* True |lambda|_max, from H as the precision sees it (omega is single anyway). */
static double largest(const problem *p)
{
    double e[MOST];
    diagonalise(p, e, NULL);
    return fmax(-e[0], e[p->n - 1]);
}

static double gershgorin(const problem *p)
{
    double most = 0;
    for (int64_t i = 0; i < p->n; i++)
        most = fmax(most, fabs((double)p->omega[i]));
    return 2 * p->lattice.dimension + p->h.eta * most;
}

/* Never below the truth, never above Gershgorin (rounding aside); the margin is printed. */
static void rigorous(void **state)
{
    (void)state;
    for (int j = 0; j < 5; j++) {
        double worst = 0, sum = 0;
        int cases = 0;
        for (int i = 0; i < 6; i++)
            for (int k = KL_GAUSSIAN; k <= KL_LAPLACE; k++)
                for (uint64_t seed = 0; seed < SEEDS; seed++) {
                    problem *p = problem_create(MPI_COMM_SELF, lattices[i].d, lattices[i].L,
                                                (kl_distribution)k, etas[j], seed);
                    double truth = largest(p), bound = radius_of(p, KL_DOUBLE);
                    double single = radius_of(p, KL_SINGLE);
                    assert_at_most(truth, bound * (1 + 1e-14));
                    assert_at_most(truth, single);
                    assert_at_most(bound, gershgorin(p) * (1 + 2e-7));
                    assert_at_most(single, gershgorin(p) * (1 + 1e-5));
                    assert_near(single, bound, 2e-5 * bound);
                    worst = fmax(worst, bound / truth);
                    sum += bound / truth;
                    cases++;
                    problem_destroy(p);
                }
        print_message("eta %.2f: bound/truth at most %.3f, on average %.3f\n", etas[j], worst,
                      sum / cases);
        assert_at_most(worst, etas[j] <= 0.2 ? 1.06 : 1.2);
    }
}

/* eta = 0: the bound is 2d, to rounding. */
static void free_bound(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        problem *p = problem_create(MPI_COMM_SELF, lattices[i].d, lattices[i].L, KL_GAUSSIAN, 0, 1);
        double edge = 2 * lattices[i].d;
        assert_near(radius_of(p, KL_DOUBLE), edge, 1e-6); /* its quotient fits a float */
        assert_near(radius_of(p, KL_SINGLE), edge, 3e-5);
        assert_true(radius_of(p, KL_SINGLE) >= edge && radius_of(p, KL_DOUBLE) >= edge);
        problem_destroy(p);
    }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(rigorous), cmocka_unit_test(free_bound)};
TEST_MAIN(tests)
