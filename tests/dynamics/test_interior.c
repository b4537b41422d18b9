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
             {2, 16, 12, 1, 0.02}, {3, 8, 7, -2, 0.06}}; /* clusters of levels */

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
        do
            while (kl_interior_filter(&s, &p->h, 0, s.vectors))
                ;
        while (!kl_interior_end_round(&s, &p->h));
        assert_true(s.converged);
        check((int)i, e, u, &s);
        kl_interior_destroy(&s);
        problem_destroy(p);
    }
}

/* Against LAPACK, with degenerate levels and blocks that do not touch among them. */
static void matrix(int n, int kind, uint64_t *seed, double *a)
{
    for (int k = 0; k < n; k++)
        for (int j = 0; j <= k; j++)
            a[k * n + j] = a[j * n + k] = kind == 1   ? (k == j) /* the unit matrix */
                                          : kind == 2 ? (k - j == 1) + 3 * (k - j == n - 1)
                                          : kind == 3 && (k < n / 2) != (j < n / 2)
                                              ? 0
                                              : test_random(seed);
}

static void matrices_have_lapacks_eigenvalues(void **state)
{
    static const int size[] = {1, 2, 7, 60, 250};
    static double a[62500], b[62500], c[62500], v[62500], value[250], work[500], e[250];
    uint64_t seed = 3;
    (void)state;
    for (int i = 0; i < 20; i++) {
        const int n = size[i / 4];
        matrix(n, i % 4, &seed, a);
        memcpy(b, a, sizeof a);
        memcpy(c, a, sizeof a);
        kl_symmetric_eigen(n, a, value, v, work);
        for (int k = 0; k < n; k++)
            for (int x = 0; x < n; x++) { /* B v = lambda v, V V^T = 1 */
                double image = 0, overlap = 0;
                for (int y = 0; y < n; y++) {
                    image += b[x * n + y] * v[k * n + y];
                    overlap += v[x * n + y] * v[k * n + y];
                }
                assert_near(image, value[k] * v[k * n + x], 1e-14 * n + 1e-15);
                assert_near(overlap, x == k, 1e-14 * n);
            }
        assert_int_equal(LAPACKE_dsyev(LAPACK_ROW_MAJOR, 'N', 'U', n, c, n, e), 0);
        for (int k = 0; k < n; k++) { /* as many below each */
            int below = 0;
            for (int j = 0; j < n; j++)
                below += value[j] < e[k] - 1e-14 * n;
            assert_true(below <= k);
            below = 0;
            for (int j = 0; j < n; j++)
                below += value[j] < e[k] + 1e-14 * n;
            assert_true(below > k);
        }
    }
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(states_are_the_nearest_ones),
        cmocka_unit_test(matrices_have_lapacks_eigenvalues),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
