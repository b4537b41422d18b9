/* Chebyshev moments and the smoothed density of a vector, against LAPACK's eigenvectors. */
#include "dynamics/dense.h"
#include "dynamics/chebyshev_moments.h"

enum { MOST = 125, DEGREE = 60 };

static const struct {
    int d;
    int64_t L;
} lattices[] = {{1, 20}, {1, 21}, {2, 4}, {2, 7}, {3, 4}, {3, 5}};

typedef struct spectrum {
    problem *p;
    double radius, v[MOST], e[MOST], weight[MOST]; /* |<e|v>|^2 */
} spectrum;

static void make(spectrum *s, int i)
{
    static double u[MOST * MOST];
    uint64_t seed = 3;
    s->p = problem_create(MPI_COMM_SELF, lattices[i].d, lattices[i].L, KL_GAUSSIAN, 0.6, 4);
    s->radius = radius_of(s->p, KL_DOUBLE);
    diagonalise(s->p, s->e, u);
    for (int64_t x = 0; x < s->p->n; x++)
        s->v[x] = test_random(&seed);
    for (int64_t k = 0; k < s->p->n; k++) {
        double sum = 0;
        for (int64_t x = 0; x < s->p->n; x++)
            sum += u[x * s->p->n + k] * s->v[x];
        s->weight[k] = sum * sum;
    }
}

static void moments_of(const spectrum *s, int degree, double *moment)
{
    const kl_lattice *lattice = &s->p->lattice;
    double *array[2];
    for (int i = 0; i < 2; i++) {
        assert_ok(kl_lattice_array(lattice, sizeof(double), i, &array[i], why));
        memset(array[i], 0xff, (size_t)kl_lattice_extent(lattice) * sizeof(double)); /* NaNs */
    }
    memcpy(array[0] + kl_lattice_origin(lattice), s->v, (size_t)s->p->n * sizeof(double));
    assert_ok(kl_chebyshev_moments(&s->p->h, s->radius, array, degree, moment, why));
    kl_lattice_array_free(array[0]);
    kl_lattice_array_free(array[1]);
}

static void moments_are_those_of_the_eigenvectors(void **state)
{
    (void)state;
    for (int i = 0; i < 6; i++) {
        spectrum s;
        double moment[DEGREE + 1];
        make(&s, i);
        for (int degree = DEGREE - 1; degree <= DEGREE; degree++) {
            moments_of(&s, degree, moment);
            for (int n = 0; n <= degree; n++) {
                double sum = 0;
                for (int64_t k = 0; k < s.p->n; k++)
                    sum += s.weight[k] * cos(n * acos(s.e[k] / s.radius));
                assert_near(moment[n], sum, 1e-11 * s.p->n);
            }
        }
        problem_destroy(s.p);
    }
}

/* Whatever R is, and to the bound on what is left out. */
static void density_is_smoothed_with_a_lorentzian(void **state)
{
    static const double width[] = {0.03, 0.2, 2}, energy[] = {-7.5, -3, -0.4, 0, 1.7, 6.1};
    (void)state;
    for (int i = 0; i < 6; i++)
        for (int w = 0; w < 3; w++)
            for (double tolerance = 1e-3; tolerance > 1e-9; tolerance *= 1e-5) {
                spectrum s;
                make(&s, i);
                const int degree = kl_chebyshev_lorentz_degree(s.radius, width[w], tolerance);
                double *moment = malloc((size_t)(degree + 1) * sizeof *moment), worst = 0;
                moments_of(&s, degree, moment);
                for (int k = 0; k < 6; k++) {
                    double exact = 0;
                    for (int64_t n = 0; n < s.p->n; n++)
                        exact +=
                            s.weight[n] * width[w] / M_PI /
                            ((energy[k] - s.e[n]) * (energy[k] - s.e[n]) + width[w] * width[w]);
                    const double found =
                        kl_chebyshev_lorentz(s.radius, energy[k], width[w], degree, moment);
                    worst = fmax(worst, fabs(found - exact));
                }
                assert_at_most(worst, moment[0] * tolerance / (M_PI * width[w]));
                free(moment);
                problem_destroy(s.p);
            }
}

int main(int argc, char **argv)
{
    MPI_Init(&argc, &argv);
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_are_those_of_the_eigenvectors),
        cmocka_unit_test(density_is_smoothed_with_a_lorentzian),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
