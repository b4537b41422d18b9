/* Products of transfer matrices against dense linear algebra: LAPACK's Householder factors of
 * explicit matrices, closed forms of strips without disorder, and the exact pairing of exponents.
 */
#include "dynamics/transfer.h"
#include "lattice/check.h"

#include <lapacke.h>

enum { MOST = 32 }; /* 2N */

/* What one step of length one does to the two halves: [2N][2N], column major, of
 * (psi_n, psi_(n-1)) -> (psi_(n+1), psi_n). Hops by counting neighbours, as the lattice has them.
 */
static void factor(int dimension, int m, const double *diagonal, double *t)
{
    const int n = dimension == 3 ? m * m : m, size = 2 * n;
    memset(t, 0, (size_t)(size * size) * sizeof *t);
    for (int i = 0; i < n; i++) {
        t[i * size + i] = diagonal[i];
        t[(n + i) * size + i] = -1;
        t[i * size + n + i] = 1;
        for (int axis = 0; m > 1 && axis < dimension - 1; axis++)
            for (int side = -1; side <= 1; side += 2) {
                const int x = axis ? i / m : i % m, to = (x + side + m) % m;
                t[(axis ? to * m + i % m : i / m * m + to) * size + i] -= 1;
            }
    }
}

static void next_diagonal(uint64_t *seed, int n, double energy, double width, double *diagonal)
{
    for (int i = 0; i < n; i++)
        diagonal[i] = energy - width / 2 * test_random(seed);
}

static void draw(kl_transfer *t, int steps, int every, double energy, double width)
{
    uint64_t seed = 5;
    double diagonal[MOST];
    kl_transfer_start(t);
    for (int s = 1; s <= steps; s++) {
        next_diagonal(&seed, (int)t->slice, energy, width, diagonal);
        kl_transfer_step(t, diagonal);
        if (s % every == 0 || s == steps)
            kl_transfer_orthonormalise(t);
    }
}

/* The same with LAPACK, every step: growth[2N]. */
static void dense(int dimension, int m, int steps, double energy, double width, double *growth)
{
    static double t[MOST * MOST], q[MOST * MOST], next[MOST * MOST];
    const int n = dimension == 3 ? m * m : m, size = 2 * n;
    uint64_t seed = 5;
    double diagonal[MOST], tau[MOST];
    memset(q, 0, sizeof q);
    for (int c = 0; c < size; c++) {
        q[c * size + (c < n ? c : 3 * n - 1 - c)] = 1;
        growth[c] = 0;
    }
    for (int s = 0; s < steps; s++) {
        next_diagonal(&seed, n, energy, width, diagonal);
        factor(dimension, m, diagonal, t);
        for (int i = 0; i < size * size; i++) {
            next[i] = 0;
            for (int k = 0; k < size; k++)
                next[i] += t[k * size + i % size] * q[i / size * size + k];
        }
        assert_int_equal(LAPACKE_dgeqrf(LAPACK_COL_MAJOR, size, size, next, size, tau), 0);
        for (int c = 0; c < size; c++)
            growth[c] += log(fabs(next[c * size + c]));
        assert_int_equal(LAPACKE_dorgqr(LAPACK_COL_MAJOR, size, size, size, next, size, tau), 0);
        memcpy(q, next, sizeof q);
    }
}

static void exponents_are_those_of_dense_matrices(void **state)
{
    static const int shape[][2] = {{2, 1}, {2, 2}, {2, 3}, {2, 7}, {2, 13}, {3, 2}, {3, 3}, {3, 4}};
    (void)state;
    for (size_t i = 0; i < sizeof shape / sizeof *shape; i++) {
        double growth[MOST];
        kl_transfer t;
        assert_ok(kl_transfer_create(shape[i][0], shape[i][1], 1, &t, why));
        const int64_t n = t.slice;
        kl_transfer_destroy(&t);
        assert_ok(kl_transfer_create(shape[i][0], shape[i][1], 2 * n, &t, why));
        dense(shape[i][0], shape[i][1], 60, 0.4, 5, growth);
        for (int every = 1; every <= 4; every *= 2) {
            draw(&t, 60, every, 0.4, 5);
            for (int k = 0; k < 2 * n; k++)
                assert_near(t.growth[k], growth[k], 1e-7);
        }
        kl_transfer_destroy(&t);
    }
}

/* Of all 2N vectors, at every length. */
static void exponents_come_in_pairs(void **state)
{
    static const int shape[][2] = {{2, 1}, {2, 6}, {3, 2}, {3, 4}};
    (void)state;
    for (size_t i = 0; i < sizeof shape / sizeof *shape; i++)
        for (int steps = 1; steps <= 1000; steps *= 10) {
            const int n = shape[i][0] == 3 ? shape[i][1] * shape[i][1] : shape[i][1];
            kl_transfer t;
            assert_ok(kl_transfer_create(shape[i][0], shape[i][1], 2 * n, &t, why));
            draw(&t, steps, 2, 0.4, 5);
            for (int k = 0; k < n; k++)
                assert_near(t.growth[k], -t.growth[2 * n - 1 - k], 1e-9 * steps);
            assert_at_most(kl_transfer_defect(&t), 1e-10);
            kl_transfer_destroy(&t);
        }
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Without disorder and with all channels closed: arccosh((E - 2 cos q_1 - ...)/2). What the start
 * adds is a constant up to exponentially small terms, so it is not in the difference of two
 * lengths. */
static void clean_strips_have_the_exponents_of_plane_waves(void **state)
{
    static const int shape[][2] = {{2, 8}, {3, 4}};
    (void)state;
    for (int i = 0; i < 2; i++) {
        const int d = shape[i][0], m = shape[i][1], n = d == 3 ? m * m : m;
        const double energy = d == 3 ? 6.5 : 4.5;
        double expected[MOST], before[MOST];
        kl_transfer t;
        for (int k = 0; k < n; k++) {
            const double other = d == 3 ? 2 * cos(2 * M_PI * (k / m) / m) : 0;
            expected[k] = acosh((energy - other - 2 * cos(2 * M_PI * (k % m) / m)) / 2);
        }
        qsort(expected, (size_t)n, sizeof *expected, ascending);
        assert_ok(kl_transfer_create(d, m, n, &t, why));
        draw(&t, 200, 8, energy, 0);
        memcpy(before, t.growth, (size_t)n * sizeof *before);
        draw(&t, 300, 8, energy, 0);
        for (int k = 0; k < n; k++)
            assert_near((t.growth[n - 1 - k] - before[n - 1 - k]) / 100, expected[k], 1e-9);
        kl_transfer_destroy(&t);
    }
}

static void a_state_that_comes_back_goes_on_alike(void **state)
{
    uint64_t seed = 9;
    double diagonal[MOST];
    kl_transfer a, b;
    (void)state;
    assert_ok(kl_transfer_create(3, 3, 9, &a, why));
    assert_ok(kl_transfer_create(3, 3, 9, &b, why));
    draw(&a, 13, 3, 0, 9);
    char *bytes = malloc(kl_transfer_bytes(&a));
    kl_transfer_pack(&a, bytes);
    kl_transfer_start(&b);
    kl_transfer_unpack(&b, bytes);
    for (int s = 0; s < 5; s++) {
        next_diagonal(&seed, 9, 0, 9, diagonal);
        kl_transfer_step(&a, diagonal);
        kl_transfer_step(&b, diagonal);
    }
    kl_transfer_orthonormalise(&a);
    kl_transfer_orthonormalise(&b);
    assert_memory_equal(a.growth, b.growth, 9 * sizeof *a.growth);
    free(bytes);
    kl_transfer_destroy(&a);
    kl_transfer_destroy(&b);
}

static void strong_disorder_asks_for_more_care(void **state)
{
    (void)state;
    assert_int_equal(kl_transfer_interval(2, 2.5), 8);
    assert_int_equal(kl_transfer_interval(3, 50), 4);
    assert_int_equal(kl_transfer_interval(3, 1e30), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(exponents_are_those_of_dense_matrices),
        cmocka_unit_test(exponents_come_in_pairs),
        cmocka_unit_test(clean_strips_have_the_exponents_of_plane_waves),
        cmocka_unit_test(a_state_that_comes_back_goes_on_alike),
        cmocka_unit_test(strong_disorder_asks_for_more_care),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
