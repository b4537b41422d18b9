/* Correlated potentials: the same bits on any number of ranks; mean, variance and correlations as
 * their formulas say, within five standard errors of an average over a torus (false alarm below
 * 1e-5 for all checks together). */
#include "lattice/correlated.h"
#include "lattice/check.h"

#include <math.h>
#include <stdlib.h>

enum { SITES = 48, REALIZATIONS = 12 };

static double *whole(int d, const kl_correlation *c, uint64_t realization, MPI_Comm comm)
{
    kl_lattice lattice;
    kl_error err;
    int64_t n = 1;
    for (int i = 0; i < d; i++)
        n *= SITES;
    assert_int_equal(kl_lattice_create(comm, d, SITES, &lattice, &err), KL_OK);
    const kl_disorder disorder = {KL_GAUSSIAN, 11, 3, realization};
    float *omega = malloc((size_t)kl_lattice_local(&lattice) * sizeof *omega);
    assert_int_equal(kl_correlated_fill(&disorder, c, &lattice, omega, &err), KL_OK);
    double *all = calloc((size_t)n, sizeof *all);
    for (int64_t i = 0; i < kl_lattice_local(&lattice); i++)
        all[lattice.first * lattice.plane + i] = (double)omega[i];
    MPI_Allreduce(MPI_IN_PLACE, all, (int)n, MPI_DOUBLE, MPI_SUM, comm);
    free(omega);
    return all;
}

static void same_bits(void **state)
{
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int field = 0; field < 2; field++) {
            const kl_correlation c = {1.7, field};
            double *many = whole(d, &c, 5, MPI_COMM_WORLD), *one = whole(d, &c, 5, MPI_COMM_SELF);
            assert_memory_equal(many, one,
                                (d == 1   ? SITES
                                 : d == 2 ? SITES * SITES
                                          : SITES * SITES * SITES) *
                                    sizeof *one);
            free(many);
            free(one);
        }
}

/* sum_m g(m) g(m + n), by its definition. */
static double covariance(double s, int n)
{
    double sum = 0, norm = 0;
    for (int m = -40; m <= 40; m++) {
        norm += exp(-2 * m * m / (s * s));
        sum += exp(-(m * m + (m + n) * (m + n)) / (s * s));
    }
    return sum / norm;
}

/* Estimates of E V(x) V(x + n e_axis), one for each realization. */
static void check(const kl_correlation *c, int axis, int n, double expected)
{
    double sum = 0, squares = 0;
    for (uint64_t k = 0; k < REALIZATIONS; k++) {
        double *v = whole(2, c, k, MPI_COMM_SELF), mean = 0;
        for (int i = 0; i < SITES; i++)
            for (int j = 0; j < SITES; j++) {
                const int i2 = (i + (axis == 0 ? n : 0)) % SITES,
                          j2 = (j + (axis == 1 ? n : 0)) % SITES;
                mean += v[i * SITES + j] * v[i2 * SITES + j2] / (SITES * SITES);
            }
        free(v);
        sum += mean / REALIZATIONS;
        squares += mean * mean / REALIZATIONS;
    }
    const double error = sqrt((squares - sum * sum) / (REALIZATIONS - 1));
    if (!(fabs(sum - expected) < 6 * error && error < 0.1))
        print_error("field %d, axis %d, distance %d: %g +- %g, not %g\n", c->field, axis, n, sum,
                    error, expected);
    assert_true(fabs(sum - expected) < 6 * error && error < 0.1); /* Student's t of 11: 1e-4 */
}

static void correlations(void **state)
{
    (void)state;
    const double s = 1.5;
    assert_true(fabs(covariance(s, 2) - exp(-2 / (s * s))) < 1e-3);
    for (int field = 0; field < 2; field++)
        for (int n = 0; n <= 4; n += 2)
            for (int axis = 0; axis < 2; axis++) {
                const kl_correlation c = {s, field};
                const double g = covariance(s, n);
                double all[15];
                kl_correlated_covariance(&c, all);
                assert_true(kl_correlated_reach(s) == 7);
                assert_true(fabs(all[n] - (field == KL_FIELD_SPECKLE ? g * g : g)) < 1e-8);
                check(&c, axis, n, field == KL_FIELD_SPECKLE ? g * g : g);
            }
}

/* Speckle is distributed exponentially: mean 0, E V^3 = 2, never below -1. */
static void speckle(void **state)
{
    (void)state;
    const kl_correlation c = {1, KL_FIELD_SPECKLE};
    double mean = 0, cube = 0;
    const double each = 1. / (REALIZATIONS * SITES * SITES);
    for (uint64_t k = 0; k < REALIZATIONS; k++) {
        double *v = whole(2, &c, k, MPI_COMM_SELF);
        for (int i = 0; i < SITES * SITES; i++) {
            assert_true(v[i] >= -1);
            mean += v[i] * each;
            cube += v[i] * v[i] * v[i] * each;
        }
        free(v);
    }
    /* 12 48^2/pi independent cells; variances 1 and E V^6 - 4 = 261. */
    assert_true(fabs(mean) < 5 * sqrt(M_PI / (REALIZATIONS * SITES * SITES)));
    assert_true(fabs(cube - 2) < 5 * sqrt(261 * M_PI / (REALIZATIONS * SITES * SITES)));
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(same_bits), cmocka_unit_test(correlations), cmocka_unit_test(speckle)};
TEST_MAIN(tests)
