/* The Boltzmann equation on moving shells: at lambda = 0 the closed form, with interaction what it
 * keeps and what a prototype finds; residuals and fixed points. */
#include "kinetic/boltzmann.h"
#include "kinetic/hartree.h"

#include "lattice/check.h"

typedef struct fermi_dirac {
    int d;
    double a[3];
} fermi_dirac;

static const double pi = 3.14159265358979323846;
static const fermi_dirac bent = {2, {1, 0.5}}, even = {3, {1, 1, 1}},
                         fixed = {3, {1.6250144402, 1, 1}};
static const int at[2][3] = {{0, 0, 0}, {1, 0, 0}}, number[1][3] = {{0}},
                 cosine[1][3] = {{1, 0, 0}};
static const double v[2] = {1, 0.5}, one[1][2] = {{1, 0}};
static const kl_kinetic_observable symbol[2] = {{.nmodes = 1, .mode = number, .coefficient = one},
                                                {.nmodes = 1, .mode = cosine, .coefficient = one}};

/* beta = 3, mu = -1/2 */
static double occupation(const void *context, const double p[3])
{
    const fermi_dirac *f = context;
    double h = 0;
    for (int j = 0; j < f->d; j++)
        h += f->a[j] * cos(2 * pi * p[j]);
    return 1 / (1 + exp(3 * (h + 0.5)));
}

static double phi(const void *context, double energy)
{
    (void)context;
    return 1 / (1 + exp(3 * (energy + 0.5)));
}

static kl_hartree_problem problem(const fermi_dirac *f, double lambda, const double *time)
{
    return (kl_hartree_problem){.dimension = f->d,
                                .lambda = lambda,
                                .v = {2, at, v},
                                .j = {occupation, f},
                                .ntimes = 1,
                                .times = time,
                                .nsymbols = 2,
                                .symbol = symbol};
}

static void without_interaction_is_the_closed_form(void **state)
{
    static const double time = 0.7;
    const kl_hartree_problem p = problem(&bent, 0, &time);
    double complex value[2], exact[2];
    double error[2];
    kl_gas gas;
    (void)state;
    assert_ok(kl_hartree_solve(MPI_COMM_SELF, &p, value, error, why));
    assert_ok(kl_gas_create(2, p.j, 2, symbol, 0, &gas, why));
    kl_gas_means(&gas, time, exact);
    for (int k = 0; k < 2; k++) {
        assert_near(creal(value[k]), creal(exact[k]), error[k] + 1e-6);
        assert_at_most(error[k], 1e-3);
    }
    assert_true(fabs(creal(exact[1] - value[0])) > 0.01);
    kl_gas_destroy(&gas);
}

/* A prototype in another language: cos1 at T = 1; the number stays. */
static void with_interaction(void **state)
{
    static const double time = 1;
    const kl_hartree_problem p = problem(&even, 3, &time);
    double complex value[2];
    double error[2];
    (void)state;
    assert_ok(kl_hartree_solve(MPI_COMM_SELF, &p, value, error, why));
    assert_near(creal(value[1]), -.17165, 1e-4);
    assert_near(creal(value[0]), .3634264588, 1e-7);
}

static void fixed_points_are_stationary(void **state)
{
    kl_hartree_problem p = problem(&even, 3, NULL);
    kl_fixed_point point[KL_MOST_BRANCHES];
    double moved, still;
    int found;
    (void)state;
    assert_ok(kl_hartree_fixed_points(&p, phi, NULL, 3, point, &found, why));
    assert_int_equal(found, 1);
    assert_near(point[0].a[0], 1.6250144402, 1e-8);
    assert_near(point[0].a[1], 1, 0);
    assert_ok(kl_hartree_residual(&p, &moved, why));
    p.j.context = &fixed;
    assert_ok(kl_hartree_residual(&p, &still, why));
    assert_true(moved > 0.3 && still < 3e-3);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(without_interaction_is_the_closed_form),
                                       cmocka_unit_test(with_interaction),
                                       cmocka_unit_test(fixed_points_are_stationary)};
    MPI_Init(&argc, &argv);
    if (kl_petsc_begin(NULL, NULL) != KL_OK)
        return 1;
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    kl_petsc_end();
    MPI_Finalize();
    return failed != 0;
}
