/* The energy shell: density of states, quadrature, and the Krylov moments. */
#include "kinetic/shell.h"

#include "kinetic/oracle_volterra.c"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>

#define CLOSE(a, b, tolerance) assert_true(fabs((a) - (b)) <= (tolerance))

static kl_shell shell_of(int dimension, double energy, int n)
{
    kl_shell shell;
    kl_error err;
    assert_int_equal(kl_shell_create(dimension, energy, n, &shell, &err), KL_OK);
    return shell;
}

/* int dU delta(e-E) cos(2 pi m.U - 2 pi q.v), summed over the images of each point. */
static double shell_integral(const kl_shell *shell, const int m[3], const double q[3])
{
    int d = shell->dimension, images = 1 << d;
    double sum = 0;
    for (int i = 0; i < shell->npoints; i++)
        for (int c = 0; c < images; c++) {
            double phase = 0;
            for (int j = 0; j < d; j++) {
                double s = (c >> j & 1 ? -1 : 1) * shell->sine[j][i];
                phase += m[j] * atan2(s, shell->cosine[j][i]) + 4 * M_PI * q[j] * s;
            }
            sum += shell->weight[i] / images * cos(phase);
        }
    return sum;
}

/* Printed values: d = 3 from two independent scripts, d = 1, 2 closed forms. */
static void density_of_states(void **state)
{
    (void)state;
    CLOSE(kl_shell_density_of_states(3, 0), 0.14267298, 5e-9);
    CLOSE(kl_shell_density_of_states(3, 1), 0.14316122, 5e-9);
    CLOSE(kl_shell_density_of_states(3, 3), 0.07377544, 5e-9);
    CLOSE(kl_shell_density_of_states(3, -3), kl_shell_density_of_states(3, 3), 0);
    CLOSE(kl_shell_density_of_states(1, 1.2), 1 / (M_PI * sqrt(4 - 1.44)), 1e-15);
    for (double e = -3.7; e < 3.8; e += 0.61)
        CLOSE(kl_shell_density_of_states(2, e), density2(e), 1e-14);
    assert_true(kl_shell_density_of_states(3, 6.001) == 0);
    assert_true(kl_shell_density_of_states(2, -4.001) == 0);
    assert_true(isinf(kl_shell_density_of_states(2, 0)));
    /* Nothing is left of the shell at the band edge but its square root. */
    CLOSE(kl_shell_density_of_states(3, 6 - 1e-6), 1e-3 / (4 * M_PI * M_PI), 1e-9);
}

/* Against the Bessel integral, and at the van Hove energies against one angle. */
static void density_against_oracles(void **state)
{
    static const double energy[] = {0.37, -1.4, 1.17557050, 1.99, 2.01, -2.6, 4.4, 5.97};
    (void)state;
    for (size_t i = 0; i < sizeof energy / sizeof *energy; i++) {
        CLOSE(kl_shell_density_of_states(3, energy[i]), oracle_density(3, energy[i]), 2e-12);
        CLOSE(oracle_density_convolution(energy[i]), oracle_density(3, energy[i]), 2e-12);
    }
    static const double near[] = {1.999, 1.99999, 2, 2.00001, 2.001};
    for (int i = 0; i < 5; i++)
        CLOSE(kl_shell_density_of_states(3, near[i]), oracle_density_convolution(near[i]), 1e-12);
}

/* int N = 1 and int E^2 N = 2d; d = 3 by Gauss between the van Hove energies
 * (square roots at their ends removed by E = a + (b-a) sin^2). */
static void sum_rules(void **state)
{
    enum { COUNT = 60 };
    static const double corner[] = {-6, -2, 2, 6};
    double x[COUNT], w[COUNT], one = 0, square = 0, diffusion = 0;
    (void)state;
    oracle_gauss(COUNT, 0, M_PI_2, x, w);
    for (int piece = 0; piece < 3; piece++)
        for (int i = 0; i < COUNT; i++) {
            double a = corner[piece], b = corner[piece + 1], s = sin(x[i]);
            double energy = a + (b - a) * s * s, weight = w[i] * (b - a) * sin(2 * x[i]);
            double n = kl_shell_density_of_states(3, energy);
            one += weight * n;
            square += weight * n * energy * energy;
            kl_shell shell = shell_of(3, energy, 24);
            for (int p = 0; p < shell.npoints; p++)
                diffusion += weight * shell.weight[p] * 4 * pow(shell.sine[1][p], 2);
            kl_shell_destroy(&shell);
        }
    CLOSE(one, 1, 1e-10);
    CLOSE(square, 6, 1e-9);
    CLOSE(diffusion, 2, 1e-7);
}

/* D(E) = <v_1^2>/(2 pi N), printed values, on every axis. */
static void diffusion(void **state)
{
    static const double expected[][2] = {{0, 2.612552}, {1, 2.409794}, {3, 4.667776}};
    (void)state;
    for (int i = 0; i < 3; i++)
        for (int sign = -1; sign < 2; sign += 2) {
            kl_shell shell = shell_of(3, sign * expected[i][0], 48);
            double n = kl_shell_density_of_states(3, expected[i][0]);
            for (int j = 0; j < 3; j++) {
                double sum = 0;
                for (int p = 0; p < shell.npoints; p++)
                    sum += shell.weight[p] * 4 * pow(shell.sine[j][p], 2);
                CLOSE(sum / n / (2 * M_PI * n), expected[i][1], 6e-7);
            }
            kl_shell_destroy(&shell);
        }
}

/* Every point is on the shell, every angle on its circle. */
static void points_on_shell(void **state)
{
    static const double energy[] = {0, 1, 1.9999999, 2, 2.0000001, -2, 5.9, -0.3};
    (void)state;
    for (int i = 0; i < 8; i++)
        for (int d = 2; d <= 3; d++) {
            double e = d == 2 && energy[i] == 0 ? 1e-3 : d == 2 ? energy[i] * 0.6 : energy[i];
            kl_shell shell = shell_of(d, e, 24);
            for (int p = 0; p < shell.npoints; p++) {
                double sum = 0;
                for (int j = 0; j < d; j++) {
                    double c = shell.cosine[j][p], s = shell.sine[j][p];
                    sum += 2 * c;
                    assert_true(s >= 0);
                    CLOSE(c * c + s * s, 1, 1e-13);
                }
                CLOSE(sum, e, 1e-13);
            }
            kl_shell_destroy(&shell);
        }
}

/* Oscillating integrals against the Bessel integral, inner and outer shells of
 * either sign, near a van Hove energy, and d = 2. */
static void quadrature_against_bessel(void **state)
{
    static const double energy[] = {1.17557050, -0.4, 1.98, 2.03, 4.1, -5.2};
    static const int mode[][3] = {{0, 0, 0}, {1, 0, 0}, {0, -1, 2}, {3, 1, 1}};
    static const double q[3] = {0.21, -0.33, 0.47};
    (void)state;
    for (int i = 0; i < 6; i++) {
        kl_shell three = shell_of(3, energy[i], 72), two = shell_of(2, energy[i] * 0.6, 72);
        for (int k = 0; k < 4; k++) {
            CLOSE(shell_integral(&three, mode[k], q), oracle_shell(3, energy[i], mode[k], q),
                  1e-11);
            CLOSE(shell_integral(&two, mode[k], q), oracle_shell(2, energy[i] * 0.6, mode[k], q),
                  1e-11);
        }
        kl_shell_destroy(&three);
        kl_shell_destroy(&two);
    }
}

/* The error falls by more than any fixed power: at least tenfold per step of 8
 * in n until rounding, at a van Hove energy as elsewhere. */
static void exponential_convergence(void **state)
{
    static const double energy[] = {1.17557050, 2, 3};
    static const double q[3] = {0.15, 0.1, 0.2};
    (void)state;
    for (int i = 0; i < 3; i++) {
        kl_shell fine = shell_of(3, energy[i], 96);
        double exact = shell_integral(&fine, (int[3]){1, 0, 0}, q), last = 1;
        kl_shell_destroy(&fine);
        for (int n = 16; n <= 40; n += 8) {
            kl_shell shell = shell_of(3, energy[i], n);
            double error = fabs(shell_integral(&shell, (int[3]){1, 0, 0}, q) - exact);
            assert_true(error < fmax(0.1 * last, 1e-13));
            last = fmax(error, 1e-13);
            kl_shell_destroy(&shell);
        }
    }
}

static void refuses(void **state)
{
    kl_shell shell;
    kl_error err;
    (void)state;
    assert_int_equal(kl_shell_create(3, 6, 24, &shell, &err), KL_INPUT);
    assert_int_equal(kl_shell_create(3, NAN, 24, &shell, &err), KL_INPUT);
    assert_int_equal(kl_shell_create(2, 0, 24, &shell, &err), KL_INPUT);
    assert_int_equal(kl_shell_create(1, 1, 24, &shell, &err), KL_INPUT);
    assert_null(strchr(err.message, '\n'));
    kl_shell_destroy(&shell);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(density_of_states),
        cmocka_unit_test(density_against_oracles),
        cmocka_unit_test(sum_rules),
        cmocka_unit_test(diffusion),
        cmocka_unit_test(points_on_shell),
        cmocka_unit_test(quadrature_against_bessel),
        cmocka_unit_test(exponential_convergence),
        cmocka_unit_test(refuses),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
