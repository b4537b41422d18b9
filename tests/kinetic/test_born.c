/* The second cumulant of the departure. Oracles: the digits of another program, its definition as a
 * double integral with F_s summed over the lattice, and the limits as eta falls.
 * Second-order perturbation theory by dense matrices: tests/systems/test_localization.c.
 */
#include "kinetic/born.h"
#include "kinetic/departure.h"
#include "kinetic/decaying.h"

#include "statistics/check.h"

#include <complex.h>
#include <stdlib.h>

enum { MOST = 8 };

static void solve(kl_born problem, double *value, double most_error)
{
    double error[MOST];
    assert_int_equal(kl_born_departure(&problem, value, error, NULL), 0);
    for (int i = 0; i < problem.ntimes; i++)
        assert_true(error[i] < most_error);
}

/* d = 2, sigma = 1, eta = 0.5, four digits of another program. */
static void has_the_known_digits(void **state)
{
    static const double t[] = {1.225, 2.45, 4.9, 10}, known[] = {.1117, .1451, .1687, .1846};
    double value[4];
    (void)state;
    solve((kl_born){.dimension = 2, .sigma = 1, .eta = 0.5, .ntimes = 4, .time = t}, value, 1e-5);
    for (int i = 0; i < 4; i++)
        assert_near(value[i], known[i], 1e-4);
}

/* F_s(k), d = 1 or 2. */
static complex double transform(int d, double sigma, double s, const double k[2])
{
    enum { REACH = 16 };
    static const complex double phase[4] = {1, -I, -1, I};
    complex double sum = 0;
    const int far = d == 2 ? REACH : 0;
    for (int x = -REACH; x <= REACH; x++)
        for (int y = -far; y <= far; y++)
            sum += pow(1 + x * x + y * y, -sigma) * phase[abs(x) % 4] * jn(abs(x), 2 * s) *
                   (d == 2 ? phase[abs(y) % 4] * jn(abs(y), 2 * s) : 1) *
                   cexp(-2 * M_PI * I * (k[0] * x + k[1] * y));
    return sum;
}

/* c_k(t), both integrals by Simpson's rule on the same grid. */
static complex double cumulant(int d, double sigma, double t, const double k[2])
{
    enum { STEPS = 48 };
    const double e = 2 * cos(2 * M_PI * k[0]) + (d == 2 ? 2 * cos(2 * M_PI * k[1]) : 0);
    const double h = t / STEPS;
    complex double f[STEPS + 1], inner[STEPS + 1], sum = 0;
    for (int i = 0; i <= STEPS; i++)
        f[i] = transform(d, sigma, i * h, k);
    for (int i = 0; i <= STEPS; i += 2) {
        inner[i] = 0;
        for (int j = 0; j <= i && i > 0; j++)
            inner[i] += (j == 0 || j == i ? 1 : 2 + 2 * (j % 2)) * h / 3 *
                        pow(j0(2 * (i - j) * h), d) * f[j];
    }
    for (int i = 0; i <= STEPS; i += 2)
        sum += (i == 0 || i == STEPS ? 1 : 2 + 2 * (i / 2 % 2)) * 2 * h / 3 * cexp(I * i * h * e) *
               inner[i];
    return -sum;
}

static void is_its_double_integral(void **state)
{
    static const double sigma[] = {0.2, 0.5, 1.3};
    const double t = 2, eta = 0.9;
    (void)state;
    for (int d = 1; d <= 2; d++)
        for (int i = 0; i < 3; i++) {
            const int n = d == 1 ? 32 : 16; /* |x| <= 8 in c */
            double sum = 0, value;
            for (int a = 0; a < n; a++)
                for (int b = 0; b < (d == 2 ? n : 1); b++) {
                    const double k[2] = {(double)a / n, (double)b / n};
                    if (d == 1 || (a <= n / 2 && b <= a)) { /* symmetric */
                        const int images = d == 1 ? 1
                                                  : (a == b ? 1 : 2) * (a % (n / 2) ? 2 : 1) *
                                                        (b % (n / 2) ? 2 : 1);
                        sum += images * creal(cexp(eta * eta * cumulant(d, sigma[i], t, k)));
                    }
                }
            solve((kl_born){.dimension = d, .sigma = sigma[i], .eta = eta, .ntimes = 1, .time = &t},
                  &value, 1e-5);
            assert_near(value, 2 - 2 * sum / pow(n, d), 2e-5);
            assert_true(value > 0.1);
        }
}

/* A potential that hardly decays is one that does not; two grids of momenta are behind them. */
static void does_not_jump_at_sigma_0(void **state)
{
    static const double t[] = {0, 0.05, 3, 9};
    (void)state;
    for (int d = 1; d <= 3; d++) {
        double none[4], hardly[4];
        kl_born problem = {.dimension = d, .eta = 0.3, .ntimes = 4, .time = t};
        solve(problem, none, 1e-5);
        problem.sigma = 1e-7;
        solve(problem, hardly, 1e-4);
        for (int i = 0; i < 4; i++)
            assert_near(hardly[i], none[i], 2e-5);
        assert_near(none[0], 0, 1e-15);
        assert_near(none[1] / (0.09 * 0.05 * 0.05), 1, 1e-2); /* D = eta^2 t^2 at first */
    }
}

/* At T = 1; the correction is of order eta^2, in d = 2 with a logarithm. */
static void becomes_the_limit(void **state)
{
    static const double momentum[3] = {5. / 32, 6. / 32, 10. / 32};
    (void)state;
    for (int d = 2; d <= 3; d++) {
        double error, value, before = INFINITY;
        for (double eta = 0.4; eta > 0.09; eta /= 2) {
            const double t = 1 / (eta * eta);
            solve((kl_born){.dimension = d, .eta = eta, .ntimes = 1, .time = &t}, &value, 1e-3);
            const double off = fabs(value - kl_departure(d, 1, &error));
            assert_true(off < 0.35 * before);
            before = off;
        }
    }
    double value, before = INFINITY;
    for (double eta = 0.4; eta > 0.09; eta /= 2) {
        const double t = 1 / (eta * eta);
        solve((kl_born){.dimension = 3, .eta = eta, .momentum = momentum, .ntimes = 1, .time = &t},
              &value, 1e-4);
        const double off = fabs(value - kl_departure_at(3, momentum, 1));
        assert_true(off < 0.35 * before);
        before = off;
    }
    assert_near(kl_departure_at(3, momentum, 1), 0.73264, 5e-6); /* of another program */
}

/* Along free flight, after long times. */
static void becomes_the_formula_along_free_flight(void **state)
{
    static const double t[3] = {5, 15, 45};
    const kl_decaying problem = {2, 0.2, 0.25, 3, t};
    double born[3], value[3], error[3];
    (void)state;
    solve((kl_born){.dimension = 2, .sigma = 0.2, .eta = 0.25, .ntimes = 3, .time = t}, born, 1e-3);
    assert_int_equal(kl_departure_decaying(&problem, value, error, NULL), 0);
    for (int i = 0; i < 3; i++)
        assert_near(born[i] / value[i], 1, 0.12 * pow(2.5, -i));
}

static bool at_once(void *asked)
{
    return ++*(int *)asked > 1;
}

static void stops(void **state)
{
    static const double t = 100;
    int asked = 0;
    double value, error;
    (void)state;
    const kl_born problem = {.dimension = 2,
                             .sigma = 0.2,
                             .eta = 0.3,
                             .ntimes = 1,
                             .time = &t,
                             .stop = at_once,
                             .stop_context = &asked};
    assert_int_equal(kl_born_departure(&problem, &value, &error, NULL), KL_STOPPED);
    assert_int_equal(asked, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(has_the_known_digits),
        cmocka_unit_test(is_its_double_integral),
        cmocka_unit_test(does_not_jump_at_sigma_0),
        cmocka_unit_test(becomes_the_limit),
        cmocka_unit_test(becomes_the_formula_along_free_flight),
        cmocka_unit_test(stops),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
