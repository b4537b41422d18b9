/* The departure from free motion in potentials that decay. Oracles: the published digits of two
 * prototypes, a midpoint sum over the torus of momenta, the integral I by its definition, and the
 * ways from one formula to the other.
 */
#include "kinetic/decaying.h"
#include "kinetic/departure.h"

#include "statistics/check.h"

static double at(int d, double sigma, double eta, double time)
{
    double value, error;
    const kl_decaying problem = {d, sigma, eta, 1, &time};
    assert_int_equal(kl_departure_decaying(&problem, &value, &error, NULL), 0);
    assert_true(error < (d == 3 ? 1e-4 : 1e-6));
    return value;
}

/* T = 1, d = 2, of another program. */
static void has_the_known_digits(void **state)
{
    double error;
    (void)state;
    assert_near(at(2, 0.2, 0, 1), 0.95494716, 1e-8);
    assert_near(at(2, 1e-12, 0, 1), 0.75807114, 1e-8);
    for (int d = 1; d <= 3; d++)
        assert_near(at(d, 1e-12, 0, 1), kl_departure(d, 1, &error), 1e-8);
}

/* int_0^t (1 + s^2 w^2)^(-sigma) ds where it is elementary; the scaling limit. */
static double strength(double sigma, double w, double t)
{
    if (sigma == 0.5)
        return asinh(w * t) / w;
    if (sigma == 1)
        return atan(w * t) / w;
    if (sigma == 1.5)
        return t / sqrt(1 + w * w * t * t);
    return pow(w, -2 * sigma) * pow(t, 1 - 2 * sigma) / (1 - 2 * sigma);
}

/* The midpoint rule on n x n momenta. A shift by a sixth of a step against the lines e = 0 takes
 * away the first order of the error that a logarithm makes: log |2 sin pi/6| = 0. */
static double brute(double sigma, double eta, double t)
{
    enum { N = 400 };
    double sum = 0;
    for (int i = 0; i < N; i++)
        for (int k = 0; k < N; k++) {
            const double a = 2 * M_PI * (i + 1. / 6) / N, b = 2 * M_PI * k / N;
            const double w = 2 * hypot(sin(a), sin(b)), energy = 2 * cos(a) + 2 * cos(b);
            const double phase = (eta > 0 ? eta * eta : 1) * strength(sigma, w, t);
            double re, im;
            kl_resolvent(2, energy, &re, &im);
            sum += 2 - 2 * exp(phase * im) * cos(phase * re);
        }
    return sum / (N * N);
}

static void is_a_sum_over_momenta(void **state)
{
    (void)state;
    assert_near(at(2, 0.3, 0, 0.8), brute(0.3, 0, 0.8), 2e-4);
    assert_near(at(2, 0.5, 0.5, 20), brute(0.5, 0.5, 20), 2e-4);
    assert_near(at(2, 1, 0.8, 50), brute(1, 0.8, 50), 2e-4);
    assert_near(at(2, 1.5, 0.8, 5), brute(1.5, 0.8, 5), 2e-4);
}

/* From the formula with <x> to the scaling limit, at t = T eta^(-2/(1-2 sigma)). */
static void scales_as_eta_falls(void **state)
{
    (void)state;
    for (int d = 1; d <= 2; d++) {
        const double limit = at(d, 0.2, 0, 1);
        double before = INFINITY;
        for (double eta = 0.4; eta > 0.01; eta /= 4) {
            const double off = fabs(at(d, 0.2, eta, pow(eta, -1 / 0.3)) - limit);
            assert_true(off < 0.3 * before);
            before = off;
        }
        assert_true(before < 1e-3);
    }
    assert_near(at(3, 0.2, 0.02, pow(0.02, -1 / 0.3)), at(3, 0.2, 0, 1), 1e-3);
}

static void saturates_above_one_half(void **state)
{
    (void)state;
    for (int d = 1; d <= 2; d++) {
        assert_near(at(d, 1, 0.3, 1e7), at(d, 1, 0.3, 1e5), 1e-5);
        assert_true(at(d, 1, 0.3, 1e5) < 0.9);
    }
}

/* ln t = tau/eta^2 + O(1): the levels of the formula with <x>, at two eta, are tau apart. */
static void at_one_half_the_logarithm_of_time_counts(void **state)
{
    const double level = 0.5, eta[2] = {0.4, 0.3};
    double tau, log_t[2];
    (void)state;
    assert_int_equal(kl_decaying_level(2, level, &tau, NULL), 0);
    assert_near(at(2, 0.5, 0, tau), level, 1e-5);
    for (int k = 0; k < 2; k++) {
        double low = 0, high = 40;
        while (high - low > 1e-5) {
            const double middle = 0.5 * (low + high);
            *(at(2, 0.5, eta[k], exp(middle)) < level ? &low : &high) = middle;
        }
        log_t[k] = low;
    }
    const double slope = (log_t[1] - log_t[0]) / (pow(eta[1], -2) - pow(eta[0], -2));
    assert_near(slope / tau, 1, 0.05);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_the_known_digits),
        cmocka_unit_test(is_a_sum_over_momenta),
        cmocka_unit_test(scales_as_eta_falls),
        cmocka_unit_test(saturates_above_one_half),
        cmocka_unit_test(at_one_half_the_logarithm_of_time_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
