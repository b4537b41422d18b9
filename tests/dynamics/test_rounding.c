/* The model of rounding, kl_chebyshev_rounding(), as an upper estimate: single
 * against double precision, and double against itself with another radius
 * (other Chebyshev polynomials, other rounding: the difference is at most twice
 * the error).
 */
#include "dynamics/dense.h"

enum { MOST = 24 * 24 * 24, STARTS = 4 };

static const struct {
    int d;
    int64_t L;
} lattices[] = {{1, 24}, {1, 101}, {2, 5}, {2, 24}, {3, 4}, {3, 9}, {3, 24}};
enum { LATTICES = 7 };

/* Spread over all energies; at the upper and, for even L, the lower end of the
 * band, where T_k grows errors most; at one site. Exact in single precision. */
static void make_start(const problem *p, int kind, complex double *psi)
{
    const double level = pow(2, round(-0.5 * log2((double)p->n)));
    random_vector(p->n, 40, psi);
    for (int64_t i = 0; i < p->n; i++) {
        int64_t index[3];
        index_of(&p->lattice, i, index);
        if (kind == 0)
            psi[i] = (double)(float)creal(psi[i]) + I * (double)(float)cimag(psi[i]);
        else if (kind == 3)
            psi[i] = i == p->n / 2;
        else
            psi[i] = kind == 2 && (index[0] + index[1] + index[2]) % 2 ? -level : level;
    }
}

static double length(int64_t n, const complex double *psi)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += creal(psi[i] * conj(psi[i]));
    return sqrt(sum);
}

/* exp(-itH) psi in double precision with the radius scaled up. */
static void evolve_scaled(const problem *p, double scale, const complex double *psi, double t,
                          complex double *out)
{
    kl_state start, result;
    void *scratch = malloc((size_t)kl_lattice_extent(&p->lattice) * sizeof(double));
    assert_ok(kl_state_create(&p->lattice, KL_DOUBLE, &start, why));
    assert_ok(kl_state_create(&p->lattice, KL_DOUBLE, &result, why));
    set_state(&start, psi);
    kl_chebyshev c = {&p->h, scale * radius_of(p, KL_DOUBLE), 1e-16};
    assert_ok(kl_chebyshev_evolve(&c, &start, scratch, &t, 1, &result, NULL, why));
    get_state(&result, out);
    kl_state_destroy(&start);
    kl_state_destroy(&result);
    free(scratch);
}

/* Error over model, both relative to |psi|. */
static void check(const problem *p, double t, double worst[2][STARTS])
{
    complex double *psi = malloc(3 * MOST * sizeof *psi), *a = psi + MOST, *b = a + MOST;
    for (int kind = 0; kind < STARTS; kind++) {
        make_start(p, kind, psi);
        double norm = length(p->n, psi), radius = radius_of(p, KL_SINGLE);
        evolve_scaled(p, 1, psi, t, b);
        evolve(p, KL_SINGLE, 1e-10, psi, t, a);
        worst[0][kind] = fmax(worst[0][kind], distance(p->n, a, b) / norm /
                                                  kl_chebyshev_rounding(KL_SINGLE, radius, t));
        evolve_scaled(p, 1.07, psi, t, a);
        worst[1][kind] =
            fmax(worst[1][kind],
                 distance(p->n, a, b) / norm / (2 * kl_chebyshev_rounding(KL_DOUBLE, radius, t)));
    }
    free(psi);
}

static void report(const char *precision, const char *what, const double worst[STARTS],
                   double limit)
{
    print_message("%s precision, %s, error/model: spread %.2f, upper edge %.2f, lower edge %.2f, "
                  "one site %.2f\n",
                  precision, what, worst[0], worst[1], worst[2], worst[3]);
    for (int kind = 0; kind < STARTS; kind++)
        assert_at_most(worst[kind], limit);
}

static void model_is_an_upper_estimate(void **state)
{
    static const double etas[] = {0, 0.001, 0.1, 0.4, 2}, times[] = {0.5, 7, 60, 400};
    double disordered[2][STARTS] = {{0}}, free_motion[2][STARTS] = {{0}};
    (void)state;
    for (int i = 0; i < LATTICES; i++)
        for (int k = KL_GAUSSIAN; k <= KL_LAPLACE; k++)
            for (int e = 0; e < 5; e++)
                for (int j = 0; j < 4; j++) {
                    bool large = i == LATTICES - 1;
                    if ((e == 0 && k > 0) || (large && (k % 2 || j == 3 || e == 3)))
                        continue;
                    problem *p = problem_create(MPI_COMM_SELF, lattices[i].d, lattices[i].L,
                                                (kl_distribution)k, etas[e], 50);
                    check(p, times[j], e == 0 ? free_motion : disordered);
                    problem_destroy(p);
                }
    for (int precision = 0; precision < 2; precision++) {
        report(precision ? "double" : "single", "disorder", disordered[precision], 1);
        /* Without disorder a plane wave at the edge rounds alike at all sites. */
        report(precision ? "double" : "single", "free", free_motion[precision], 3);
    }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(model_is_an_upper_estimate)};
TEST_MAIN(tests)
