/* Eigenstates near an energy against LAPACK's: which ones, their energies, their projections. */
#include "dynamics/dense.h"
#include "dynamics/interior.h"
#include "dynamics/symmetric.h"

enum { MOST = 512 };

static const struct {
    int d;
    int64_t L;
    int wanted;
    double energy, eta;
} cases[] = {{1, 64, 5, 0.3, 0.5}, {1, 20, 20, 0, 0.5},  {2, 16, 9, -1.2, 0.6},
             {2, 6, 30, 1.5, 1},   {3, 8, 12, 0.4, 0.7}, {3, 8, 10, 5.7, 0.4} /* fewer than said */,
             {2, 16, 12, 1, 0.02}}; /* clusters of levels */

static void start(kl_interior *s, int64_t n)
{
    uint64_t seed = 11;
    for (int k = 0; k < s->vectors; k++)
        for (int64_t i = 0; i < n; i++)
            s->vector[k * s->length + i] = test_random(&seed);
}

/* |x|^2 in the span of LAPACK's vectors from..to. */
static double inside(const double *u, int n, int from, int to, const double *x)
{
    double sum = 0;
    for (int k = from; k <= to; k++) {
        double c = 0;
        for (int i = 0; i < n; i++)
            c += u[i * n + k] * x[i];
        sum += c * c;
    }
    return sum;
}

static void check(int i, const double *e, const double *u, const kl_interior *s)
{
    const int n = (int)(cases[i].d == 1   ? cases[i].L
                        : cases[i].d == 2 ? cases[i].L * cases[i].L
                                          : cases[i].L * cases[i].L * cases[i].L);
    bool taken[MOST] = {false};
    for (int k = 0; k < cases[i].wanted; k++) {
        int nearest = -1;
        for (int j = 0; j < n; j++)
            if (!taken[j] &&
                (nearest < 0 || fabs(e[j] - cases[i].energy) < fabs(e[nearest] - cases[i].energy)))
                nearest = j;
        taken[nearest] = true;
        int from = nearest, to = nearest;
        while (from > 0 && e[nearest] - e[from - 1] < 1e-6)
            from--;
        while (to < n - 1 && e[to + 1] - e[nearest] < 1e-6)
            to++;
        assert_near(s->energy[k], e[nearest], 1e-12);
        assert_near(inside(u, n, from, to, s->vector + k * s->length), 1, 1e-6);
    }
}

static void states_are_the_nearest_ones(void **state)
{
    static double e[MOST], u[MOST * MOST];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        problem *p =
            problem_create(MPI_COMM_SELF, cases[i].d, cases[i].L, KL_GAUSSIAN, cases[i].eta, 4);
        kl_interior s;
        assert_ok(kl_interior_create(&p->lattice, cases[i].wanted, &s, why));
        diagonalise(p, e, u);
        start(&s, p->n);
        assert_ok(kl_interior_begin(&s, radius_of(p, KL_DOUBLE), cases[i].energy,
                                    0.15 * (double)p->n, 1e-9, why));
        while (!kl_interior_step(&s, &p->h))
            ;
        assert_true(s.converged);
        check((int)i, e, u, &s);
        kl_interior_destroy(&s);
        problem_destroy(p);
    }
}

static void small_matrices_have_lapacks_eigenvalues(void **state)
{
    static const int size[] = {1, 2, 7, 60};
    static double a[3600], b[3600], v[3600], e[60];
    uint64_t seed = 3;
    (void)state;
    for (int i = 0; i < 4; i++) {
        const int n = size[i];
        for (int k = 0; k < n; k++)
            for (int j = 0; j <= k; j++)
                a[k * n + j] = a[j * n + k] = b[k * n + j] = b[j * n + k] = test_random(&seed);
        kl_symmetric_eigen(n, a, v);
        for (int k = 0; k < n; k++) /* B v = lambda v */
            for (int x = 0; x < n; x++) {
                double sum = 0;
                for (int y = 0; y < n; y++)
                    sum += b[x * n + y] * v[k * n + y];
                assert_near(sum, a[k * n + k] * v[k * n + x], 1e-13 * n);
            }
        double trace = 0, squares = 0, lapack = 0;
        assert_int_equal(LAPACKE_dsyev(LAPACK_ROW_MAJOR, 'N', 'U', n, b, n, e), 0);
        for (int k = 0; k < n; k++) {
            trace += a[k * n + k] - e[k];
            squares += a[k * n + k] * a[k * n + k];
            lapack += e[k] * e[k];
        }
        assert_near(trace, 0, 1e-13 * n);
        assert_near(squares, lapack, 1e-12 * n);
    }
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_are_the_nearest_ones),
        cmocka_unit_test(small_matrices_have_lapacks_eigenvalues),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
