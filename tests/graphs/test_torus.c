/* Transforms on tori with any axes even, short and long, against their definition. */
#include "graphs/torus.h"

#include "base/complex.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>
#include <math.h>

enum { MOST = 80 * 80 };

static int mirrored(const kl_torus *torus, int axis, int x)
{
    return torus->even[axis] && 2 * x > torus->sites ? torus->sites - x : x;
}

/* The point of the grid that stands for site `at` of the whole torus. */
static size_t point_of(const kl_torus *torus, int at)
{
    int x[3] = {0};
    size_t point = 0;
    for (int j = torus->dimension - 1; j >= 0; j--, at /= torus->sites)
        x[j] = mirrored(torus, j, at % torus->sites);
    for (int j = 0; j < 3; j++)
        point = point * (size_t)torus->n[j] + (size_t)x[j];
    return point;
}

static double complex transform_at(const kl_torus *torus, const double complex *f, int momentum)
{
    double complex sum = 0;
    for (int at = 0; at < (int)torus->volume; at++) {
        int turns = 0;
        for (int j = 0, x = at, p = momentum; j < torus->dimension; j++) {
            turns += x % torus->sites * (p % torus->sites);
            x /= torus->sites;
            p /= torus->sites;
        }
        sum += f[point_of(torus, at)] * cexp(-2 * M_PI * I * (turns % torus->sites) / torus->sites);
    }
    return sum;
}

static void check(int dimension, int sites, const bool even[3])
{
    static double complex f[MOST], copy[MOST];
    kl_torus torus;
    kl_error err;
    double complex *data, total = 0;
    assert_int_equal(kl_torus_create(dimension, sites, even, &torus, &err), KL_OK);
    data = aligned_alloc(64, (torus.points * sizeof *data + 63) / 64 * 64);
    for (size_t i = 0; i < torus.points; i++)
        data[i] = f[i] = CMPLX(cos(1.3 * (double)(i * i)), sin(0.7 * (double)(i * i) + 1));
    kl_torus_forward(&torus, data);
    for (int k = 0; k < (int)torus.volume; k += 1 + (int)torus.volume / 37)
        assert_true(cabs(data[point_of(&torus, k)] - transform_at(&torus, f, k)) <
                    1e-14 * torus.volume);
    for (size_t i = 0; i < torus.points; i++)
        copy[i] = data[i];
    kl_torus_backward(&torus, data);
    for (size_t i = 0; i < torus.points; i++)
        assert_true(cabs(data[i] - f[i]) < 1e-13);
    for (int at = 0; at < (int)torus.volume; at++)
        total += f[point_of(&torus, at)] * copy[point_of(&torus, at)];
    assert_true(cabs(kl_torus_dot(&torus, f, copy) - total) < 1e-12 * torus.volume);
    free(data);
    kl_torus_destroy(&torus);
}

static void definition(void **state)
{
    static const int sites[][6] = {{2, 4, 5, 12, 66, 80}, {2, 3, 6, 10, 68, 0}, {2, 3, 4, 8, 0, 0}};
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int i = 0; i < 6 && sites[d - 1][i]; i++)
            for (int which = 0; which < 1 << d; which++) {
                const bool even[3] = {which & 1, which >> 1 & 1, which >> 2 & 1};
                if (sites[d - 1][i] % 2 == 0 || which == 0)
                    check(d, sites[d - 1][i], even);
            }
}

/* Folding takes the mean over mirror images; reversing keeps the even axes. */
static void folding(void **state)
{
    static const bool even[3] = {false, true, false};
    double complex whole[36], folded[24], reversed[24];
    kl_torus torus;
    kl_error err;
    (void)state;
    for (int i = 0; i < 36; i++)
        whole[i] = CMPLX(i * i, sin(i));
    assert_int_equal(kl_torus_create(2, 6, even, &torus, &err), KL_OK);
    kl_torus_fold(&torus, whole, folded);
    kl_torus_reverse(&torus, folded, reversed);
    for (int i = 0; i < 6; i++)
        for (int j = 0; j < 4; j++) {
            const double complex mean = 0.5 * (whole[6 * i + j] + whole[6 * i + (6 - j) % 6]);
            assert_true(cabs(folded[4 * i + j] - mean) < 1e-12);
            assert_true(reversed[4 * i + j] == folded[4 * ((6 - i) % 6) + j]);
        }
    kl_torus_destroy(&torus);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(definition), cmocka_unit_test(folding)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
