/* Fits of a critical point: curves that are made to cross, without and with errors. */
#include "statistics/check.h"
#include "statistics/synthetic.h"

enum { WIDTHS = 5, SIZES = 4, N = WIDTHS * SIZES };
static const double critical = 16.4, nu = 1.5, there = 1.7;

typedef struct curves {
    double x[N], size[N], value[N], sigma[N];
} curves;

static void make(curves *c, double error, source *seed)
{
    for (int i = 0; i < N; i++) {
        c->x[i] = 15 + 0.75 * (i / SIZES);
        c->size[i] = 4 + 2 * (i % SIZES);
        const double u = (c->x[i] - critical) * pow(c->size[i], 1 / nu);
        c->sigma[i] = error > 0 ? error : 1e-3;
        c->value[i] = there + 0.05 * u + 1e-3 * u * u;
        if (error > 0)
            c->value[i] += error * draw_normal(seed);
    }
}

static void exact_curves_give_their_critical_point(void **state)
{
    curves c;
    kl_crossing fit;
    (void)state;
    make(&c, 0, NULL);
    assert_true(kl_stats_fit_crossing(c.x, c.size, c.value, c.sigma, N, &fit));
    assert_near(fit.x.value, critical, 1e-7);
    assert_near(fit.value.value, there, 1e-7);
    assert_near(fit.exponent.value, nu, 1e-6);
    assert_int_equal(fit.freedom, N - 5);
    assert_between(fit.chi2, 0, 1e-8);
}

/* Of 400 data sets one in twenty has a chi2 that is called poor; of the others the intervals hold
 * the truth with p = 0.95, standard deviation 1.1%; widening by chi2 can only raise it. Chance of a
 * false alarm below 1e-4 each. */
static void intervals_cover(void **state)
{
    source seed = {17};
    int x = 0, value = 0, exponent = 0, found = 0;
    (void)state;
    for (int round = 0; round < 400; round++) {
        curves c;
        kl_crossing f;
        make(&c, 0.01, &seed);
        if (!kl_stats_fit_crossing(c.x, c.size, c.value, c.sigma, N, &f))
            continue;
        found++;
        x += f.x.low <= critical && critical <= f.x.high;
        value += f.value.low <= there && there <= f.value.high;
        exponent += f.exponent.low <= nu && nu <= f.exponent.high;
    }
    assert_in_range(found, 360, 395);
    assert_between((double)x / found, 0.905, 0.995);
    assert_between((double)value / found, 0.905, 0.995);
    assert_between((double)exponent / found, 0.905, 0.995);
}

static void curves_that_do_not_cross_have_none(void **state)
{
    curves c;
    kl_crossing fit;
    (void)state;
    make(&c, 0, NULL);
    for (int i = 0; i < N; i++) /* as of localized states: it grows with the size everywhere */
        c.value[i] = 0.1 * pow(c.size[i], 0.3) * exp(0.4 * (c.x[i] - critical));
    assert_false(kl_stats_fit_crossing(c.x, c.size, c.value, c.sigma, N, &fit));
    make(&c, 0, NULL); /* two values of x; one size */
    assert_false(kl_stats_fit_crossing(c.x, c.size, c.value, c.sigma, 2 * SIZES, &fit));
    for (int i = 0; i < N; i++)
        c.size[i] = 4;
    assert_false(kl_stats_fit_crossing(c.x, c.size, c.value, c.sigma, N, &fit));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exact_curves_give_their_critical_point),
        cmocka_unit_test(intervals_cover),
        cmocka_unit_test(curves_that_do_not_cross_have_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
