/* The closed form of the departure from free motion. Oracles: the Bessel integral
 * of the resolvent, Watson's integral, periodic sums over momenta, the slope at
 * T = 0, all written here without the room's own functions.
 */
#include "kinetic/departure.h"
#include "kinetic/shell.h"

#include "statistics/check.h"

#include <complex.h>

/* G(E+i0) = -i int_0^inf ds exp(isE) J_0(2s)^d, cut by a window that falls
 * smoothly, erfc((s - s0)/width)/2, from s0 = 8 width: what is cut is of order
 * exp(-(width D/2)^2), D the distance of E from the van Hove energies. Simpson. */
static double complex bessel_resolvent(int d, double energy)
{
    enum { STEPS = 160000 };
    const double width = 25, s0 = 8 * width, h = (s0 + 6 * width) / STEPS;
    double complex sum = 0;
    for (int i = 0; i <= STEPS; i++) {
        const double s = i * h, w = i == 0 || i == STEPS ? 1 : 2 + 2 * (i % 2);
        sum += w * 0.5 * erfc((s - s0) / width) * pow(j0(2 * s), d) * cexp(I * s * energy);
    }
    return -I * sum * h / 3;
}

static void resolvent_is_the_bessel_integral(void **state)
{
    (void)state;
    static const double energy[3][4] = {
        {0, 0.4, -0.9, 1.2}, {0.8, -1.7, 2.9, 3.3}, {0, 1.3, -2.8, 4.5}};
    for (int d = 1; d <= 3; d++)
        for (int i = 0; i < 4; i++) {
            const double complex g = bessel_resolvent(d, energy[d - 1][i]);
            double re, im;
            kl_resolvent(d, energy[d - 1][i], &re, &im);
            assert_near(re, creal(g), 2e-9);
            assert_near(im, cimag(g), 2e-9);
        }
}

static void imaginary_part_is_the_density_of_states(void **state)
{
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (double e = -1.99; e < 2; e += 0.0937) {
            double re, im;
            kl_resolvent(d, d * e, &re, &im);
            assert_near(-im / M_PI, kl_shell_density_of_states(d, d * e), 1e-12);
        }
}

/* G(6) = W/2 with Watson's W = 0.505462019717326... (G. N. Watson, Quart. J. Math.
 * 10 (1939) 266); the square root there makes 1e-10 in E 1e-5 in G. */
static void resolvent_at_the_upper_edge_is_watsons(void **state)
{
    (void)state;
    double re, im;
    kl_resolvent(3, 6 - 1e-13, &re, &im);
    assert_near(re, 0.505462019717326 / 2, 1e-7);
    kl_resolvent(3, 6.1, &re, &im);
    assert_nan(re);
}

/* d = 1: int N dE f(E) = int dU f(e(U)), a periodic integrand, smooth to all orders. */
static void one_dimension_is_a_sum_over_momenta(void **state)
{
    (void)state;
    enum { N = 400000 };
    for (int k = 0; k < 5; k++) {
        const double time = (double[]){0.01, 0.3, 1, 4, 20}[k];
        double sum = 0, error;
        for (int i = 0; i < N; i++)
            sum += exp(-time / (2 * fabs(sin(2 * M_PI * (i + 0.5) / N))));
        assert_near(kl_departure(1, time, &error), 2 - 2 * sum / N, 1e-10);
        assert_true(error < 1e-10);
    }
}

/* 2 - 2 Re int N exp(-iTG) by the midpoint rule in a variable that takes the square
 * roots and logarithms out of the piece's ends: E = a + (b-a) x^4 (35 - 84x + 70x^2 - 20x^3). */
static double brute_departure(int d, double time)
{
    enum { N = 4000 };
    const double cut[2][3] = {{0, 4, 4}, {0, 2, 6}};
    double sum = 0;
    for (int piece = 0; piece < d - 1; piece++) {
        const double a = cut[d - 2][piece], b = cut[d - 2][piece + 1];
        for (int i = 0; i < N; i++) {
            const double x = (i + 0.5) / N, x3 = x * x * x;
            const double e = a + (b - a) * x * x3 * (35 - 84 * x + 70 * x * x - 20 * x3);
            const double slope = (b - a) * 140 * x3 * (1 - x) * (1 - x) * (1 - x);
            double re, im;
            kl_resolvent(d, e, &re, &im);
            sum += slope / N * -im / M_PI * creal(cexp(-I * time * (re + I * im)));
        }
    }
    return 2 - 4 * sum;
}

static void more_dimensions_are_an_energy_integral(void **state)
{
    (void)state;
    for (int d = 2; d <= 3; d++)
        for (int k = 0; k < 4; k++) {
            const double time = (double[]){0.1, 1, 3, 12}[k];
            double error, value = kl_departure(d, time, &error);
            assert_near(value, brute_departure(d, time), 1e-8);
            assert_true(error < 1e-8);
        }
}

/* d/dT at 0 = 2 pi int N^2 dE = int_-inf^inf ds J_0(2s)^(2d), d = 3; the tail beyond S
 * from J_0(x)^6 -> (5/16) (2/(pi x))^3 on average. */
static void starts_at_the_golden_rule_rate(void **state)
{
    (void)state;
    enum { STEPS = 400000 };
    const double last = 2000, h = last / STEPS, time = 1e-5;
    double sum = 0, error;
    for (int i = 0; i <= STEPS; i++)
        sum += (i == 0 || i == STEPS ? 1 : 2 + 2 * (i % 2)) * pow(j0(2 * i * h), 6);
    const double tail = 5.0 / 16 / (M_PI * M_PI * M_PI) / (2 * last * last);
    const double rate = 2 * (sum * h / 3 + tail);
    assert_near(kl_departure(3, time, &error) / time, rate, 1e-5);
    assert_near(kl_departure(3, 0, &error), 0, 1e-15);
    for (int d = 1; d <= 3; d++) /* the overlap is gone */
        assert_near(kl_departure(d, 200, &error), 2, 1e-3);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(resolvent_is_the_bessel_integral),
        cmocka_unit_test(imaginary_part_is_the_density_of_states),
        cmocka_unit_test(resolvent_at_the_upper_edge_is_watsons),
        cmocka_unit_test(one_dimension_is_a_sum_over_momenta),
        cmocka_unit_test(more_dimensions_are_an_energy_integral),
        cmocka_unit_test(starts_at_the_golden_rule_rate),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
