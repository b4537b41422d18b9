/* The Boltzmann reference against the jump process, with its statistical error.
 *
 * Ten comparisons at five standard errors: a correct program fails with
 * probability below 6e-6 (and not at all with this seed).
 */
#include "kinetic/boltzmann.h"

#include "kinetic/oracle_jump.c"
#include "kinetic/oracle_volterra.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>

static const double ell = 5.12, width = 0.6;
static const double center[3][3] = {{-0.5, -1, -1}, {-1, -1, -1}, {1.5, 1, 0.5}};
static const int modes[3][1][3] = {{{0, 0, 0}}, {{1, 0, 0}}, {{1, 1, -1}}};

static void pairings(const double x[3], const double v[3], double *out, void *context)
{
    (void)context;
    for (int io = 0; io < 3; io++) {
        double a = 1, phase = 0;
        for (int j = 0; j < 3; j++) {
            double sum = 0, off = remainder(x[j] - center[io][j], ell);
            for (int image = -1; image <= 1; image++)
                sum += exp(-pow(off + image * ell, 2) / (2 * width * width));
            a *= sum;
            phase += 2 * M_PI * modes[io][0][j] * v[j];
        }
        out[2 * io] = a * cos(phase);
        out[2 * io + 1] = a * sin(phase);
    }
}

static void compare(const double p[3], double time, uint64_t seed)
{
    static const double one[1][2] = {{1, 0}};
    const double start[3] = {0.1, 0, -0.1};
    double value[6], error[3], mean[6], statistical[6], energy = 0;
    char note[256];
    kl_error err;
    kl_kinetic_observable o[3];
    for (int io = 0; io < 3; io++) {
        o[io] = (kl_kinetic_observable){
            .width = width, .nmodes = 1, .mode = modes[io], .coefficient = one};
        for (int j = 0; j < 3; j++)
            o[io].center[j] = center[io][j];
    }
    kl_kinetic_problem problem = {.dimension = 3,
                                  .ell = ell,
                                  .width = 0.4,
                                  .ntimes = 1,
                                  .times = &time,
                                  .nobservables = 3,
                                  .observables = o,
                                  .tolerance = 1e-7};
    for (int j = 0; j < 3; j++) {
        problem.momentum[j] = p[j];
        problem.center[j] = start[j];
        energy += 2 * cos(2 * M_PI * p[j]);
    }
    assert_int_equal(kl_boltzmann_solve(MPI_COMM_SELF, &problem, value, error, note, &err), KL_OK);
    oracle_jump(p, start, 0.4, 2 * M_PI * oracle_density(3, energy), time, 400000, seed, 6,
                pairings, NULL, mean, statistical);
    for (int i = 0; i < 6; i++) {
        if (i == 1) /* identically zero */
            continue;
        double off = fabs(mean[i] - value[i]) / statistical[i];
        if (!(off < 5))
            print_error("value %d: %.6f, Monte Carlo %.6f(%.6f)\n", i, value[i], mean[i],
                        statistical[i]);
        assert_true(statistical[i] < 1e-3);
        assert_true(off < 5);
    }
}

static void inner_shell(void **state)
{
    (void)state;
    compare((double[3]){0.15, 0.20, 0.30}, 1.5, 20100301);
}

static void outer_shell(void **state)
{
    (void)state;
    compare((double[3]){0.44, 0.40, 0.30}, 1.5, 20100302);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(inner_shell),
                                       cmocka_unit_test(outer_shell)};
    kl_error err;
    MPI_Init(&argc, &argv);
    if (kl_petsc_begin(&err) != KL_OK) {
        fprintf(stderr, "%s\n", err.message);
        return 1;
    }
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    kl_petsc_end();
    MPI_Finalize();
    return failed;
}
