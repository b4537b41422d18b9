/* The random potential: the generator by known answers and by a second
 * implementation, the distributions by exact moments and distribution
 * functions, independence of layout, independence of streams.
 *
 * Seeds are fixed. Chosen blindly, a seed would fail by chance with probability
 * below 1e-6 per statistical check (5 standard deviations: 6e-7; the
 * Kolmogorov-Smirnov limit 2.8: 2 exp(-2 * 2.8^2) = 3e-7).
 */
#include "lattice/disorder.h"

#include "lattice/check.h"

enum { N = 1 << 20 };

/* Philox4x64-10 written from its definition: J. K. Salmon, M. A. Moraes,
 * R. O. Dror, D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11. */
static void philox(const uint64_t counter[4], const uint64_t key[2], uint64_t out[4])
{
    uint64_t k0 = key[0], k1 = key[1], x[4];
    memcpy(x, counter, sizeof x);
    for (int round = 0; round < 10; round++) {
        unsigned __int128 a = (unsigned __int128)0xD2E7470EE14C6C93u * x[0];
        unsigned __int128 b = (unsigned __int128)0xCA5A826395121157u * x[2];
        uint64_t next[4] = {(uint64_t)(b >> 64) ^ x[1] ^ k0, (uint64_t)b,
                            (uint64_t)(a >> 64) ^ x[3] ^ k1, (uint64_t)a};
        memcpy(x, next, sizeof x);
        k0 += 0x9E3779B97F4A7C15u;
        k1 += 0xBB67AE8584CAA73Bu;
    }
    memcpy(out, x, sizeof x);
}

/* Random123, file tests/kat_vectors, lines "philox4x64 10". */
static void known_answers(void **state)
{
    static const uint64_t ones = UINT64_MAX;
    const struct {
        uint64_t counter[4], key[2], answer[4];
    } kat[3] = {{{0, 0, 0, 0},
                 {0, 0},
                 {0x16554d9eca36314c, 0xdb20fe9d672d0fdc, 0xd7e772cee186176b, 0x7e68b68aec7ba23b}},
                {{ones, ones, ones, ones},
                 {ones, ones},
                 {0x87b092c3013fe90b, 0x438c3c67be8d0224, 0x9cc7d7c69cd777b6, 0xa09caebf594f0ba0}},
                {{0x243f6a8885a308d3, 0x13198a2e03707344, 0xa4093822299f31d0, 0x082efa98ec4e6c89},
                 {0x452821e638d01377, 0xbe5466cf34e90c6c},
                 {0xa528f45403e61d95, 0x38c72dbd566e9788, 0xa5a1610e72fd18b5, 0x57bd43b5e52b7fe6}}};
    (void)state;
    for (int i = 0; i < 3; i++) {
        uint64_t out[4];
        philox(kat[i].counter, kat[i].key, out);
        assert_memory_equal(out, kat[i].answer, sizeof out);
    }
}

/* The published scheme, by the generator above: key (seed, 1), counter
 * (site/4, realization, point, 0), the upper 52 bits as the middle of a cell. */
static void keying(void **state)
{
    const kl_disorder disorder = {KL_UNIFORM, 20261120, 0x123456789abcdef0, 77};
    enum { COUNT = 1001 };
    const int64_t first = (INT64_C(1) << 36) - 3; /* last sites of a lattice of 4096^3, and on */
    float omega[COUNT];
    (void)state;
    kl_disorder_fill(&disorder, first, COUNT, omega);
    for (int64_t i = 0; i < COUNT; i++) {
        const uint64_t site = (uint64_t)(first + i), key[2] = {disorder.seed, 1};
        const uint64_t counter[4] = {site / 4, disorder.realization, disorder.point, 0};
        uint64_t bits[4];
        philox(counter, key, bits);
        double u = ((double)(bits[site % 4] >> 12) + 0.5) / 4503599627370496.0;
        assert_true(omega[i] == (float)(sqrt(3.0) * (2 * u - 1)));
    }
}

/* E[omega^2] = 1 and E[omega] = 0 for all; E[omega^4] and E[omega^8] exact. */
static void moments(void **state)
{
    static const double fourth[] = {3, 9.0 / 5, 1, 6}, eighth[] = {105, 9, 1, 2520};
    float *omega = malloc(N * sizeof *omega);
    (void)state;
    for (int k = KL_GAUSSIAN; k <= KL_LAPLACE; k++) {
        kl_disorder disorder = {(kl_distribution)k, 31415, 5, 8};
        double m1 = 0, m2 = 0, m4 = 0;
        kl_disorder_fill(&disorder, 0, N, omega);
        for (int i = 0; i < N; i++) {
            double x = (double)omega[i], y = x * x;
            m1 += x;
            m2 += y;
            m4 += y * y;
        }
        /* 5 standard errors; single precision of omega costs 1e-7 relative. */
        assert_near(m1 / N, 0, 5 * sqrt(1.0 / N));
        assert_near(m2 / N, 1, 5 * sqrt((fourth[k] - 1) / N) + 1e-6);
        assert_near(m4 / N, fourth[k], 5 * sqrt((eighth[k] - fourth[k] * fourth[k]) / N) + 1e-5);
    }
    free(omega);
}

static double exact_cdf(kl_distribution distribution, double x)
{
    switch (distribution) {
    case KL_GAUSSIAN:
        return 0.5 * erfc(-x / sqrt(2.0));
    case KL_UNIFORM:
        return fmin(1, fmax(0, 0.5 + x / (2 * sqrt(3.0))));
    case KL_LAPLACE:
        return x < 0 ? 0.5 * exp(sqrt(2.0) * x) : 1 - 0.5 * exp(-sqrt(2.0) * x);
    default:
        return NAN;
    }
}

static int ascending(const void *a, const void *b)
{
    float x = *(const float *)a, y = *(const float *)b;
    return (x > y) - (x < y);
}

/* sqrt(N) sup |F_N - F| exceeds z with probability at most 2 exp(-2 z^2)
 * (P. Massart, Ann. Probab. 18 (1990) 1269). */
static void kolmogorov_smirnov(void **state)
{
    static const kl_distribution continuous[] = {KL_GAUSSIAN, KL_UNIFORM, KL_LAPLACE};
    float *omega = malloc(N * sizeof *omega);
    (void)state;
    for (int k = 0; k < 3; k++) {
        kl_disorder disorder = {continuous[k], 2718, 1, 0};
        double worst = 0;
        kl_disorder_fill(&disorder, 0, N, omega);
        qsort(omega, N, sizeof *omega, ascending);
        for (int i = 0; i < N; i++) {
            double f = exact_cdf(continuous[k], (double)omega[i]);
            worst = fmax(worst, fmax(fabs(f - (double)i / N), fabs(f - (i + 1.0) / N)));
        }
        assert_at_most(worst * sqrt((double)N), 2.8);
        assert_true(worst * sqrt((double)N) > 0.2); /* less: probability 5e-13 */
    }
    kl_disorder coin = {KL_BERNOULLI, 2718, 1, 0};
    int heads = 0;
    kl_disorder_fill(&coin, 0, N, omega);
    for (int i = 0; i < N; i++) {
        assert_true(omega[i] == 1.0f || omega[i] == -1.0f);
        heads += omega[i] > 0;
    }
    assert_near(heads, 0.5 * N, 5 * 0.5 * sqrt((double)N));
    free(omega);
}

/* Any range equals the same part of the whole, and writes nothing beyond. */
static void independent_of_layout(void **state)
{
    enum { SITES = 61 };
    float whole[SITES], part[SITES + 2];
    (void)state;
    for (int k = KL_GAUSSIAN; k <= KL_LAPLACE; k++) {
        kl_disorder disorder = {(kl_distribution)k, 99, 3, 12};
        kl_disorder_fill(&disorder, 0, SITES, whole);
        for (int64_t first = 0; first < SITES; first++)
            for (int64_t count = 0; first + count <= SITES; count++) {
                part[0] = part[count + 1] = 1e9f;
                kl_disorder_fill(&disorder, first, count, part + 1);
                assert_memory_equal(part + 1, whole + first, (size_t)count * sizeof *part);
                assert_true(part[0] == 1e9f && part[count + 1] == 1e9f);
            }
    }
}

static double correlation(const float *a, const float *b, int n)
{
    double sum = 0;
    for (int i = 0; i < n; i++)
        sum += (double)a[i] * (double)b[i];
    return sum / sqrt((double)n);
}

/* Neighbouring seeds, realizations and points, and lags within one stream: the
 * normalised correlation is standard normal. */
static void independent_streams(void **state)
{
    enum { STREAMS = 5, M = 1 << 18 };
    const double parameters[3] = {0.4, 32, 3}, other[3] = {0.3, 57, 3};
    const uint64_t point = kl_disorder_point(parameters, 3), next = kl_disorder_point(other, 3);
    const kl_disorder streams[STREAMS] = {{KL_GAUSSIAN, 7, point, 0},
                                          {KL_GAUSSIAN, 8, point, 0},
                                          {KL_GAUSSIAN, 7, point, 1},
                                          {KL_GAUSSIAN, 7, next, 0},
                                          {KL_GAUSSIAN, 7, point, UINT64_C(1) << 32}};
    static const int lags[] = {1, 2, 3, 4, 32, 1024};
    float *omega = malloc((size_t)STREAMS * M * sizeof *omega);
    (void)state;
    for (int s = 0; s < STREAMS; s++)
        kl_disorder_fill(&streams[s], 0, M, omega + (size_t)s * M);
    for (int s = 0; s < STREAMS; s++)
        for (int r = 0; r < s; r++)
            assert_near(correlation(omega + (size_t)s * M, omega + (size_t)r * M, M), 0, 5);
    for (int i = 0; i < 6; i++)
        assert_near(correlation(omega, omega + lags[i], M - 1024), 0, 5);
    free(omega);
}

/* A point's name depends on each parameter, on their order and number, not on
 * the sign of zero. */
static void point_names(void **state)
{
    const double a[3] = {0.4, 32, 3}, b[3] = {32, 0.4, 3}, c[3] = {0.4, 33, 3};
    const double d[3] = {0.4, 32, 2}, zero[1] = {0.0}, minus[1] = {-0.0};
    (void)state;
    const uint64_t names[] = {kl_disorder_point(a, 3),   kl_disorder_point(b, 3),
                              kl_disorder_point(c, 3),   kl_disorder_point(d, 3),
                              kl_disorder_point(a, 2),   kl_disorder_point(a, 1),
                              kl_disorder_point(zero, 1)};
    for (int i = 0; i < 7; i++)
        for (int j = 0; j < i; j++)
            assert_true(names[i] != names[j]);
    assert_true(kl_disorder_point(zero, 1) == kl_disorder_point(minus, 1));
    assert_true(kl_disorder_point(a, 3) == names[0]);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(known_answers),
                                          cmocka_unit_test(keying),
                                          cmocka_unit_test(moments),
                                          cmocka_unit_test(kolmogorov_smirnov),
                                          cmocka_unit_test(independent_of_layout),
                                          cmocka_unit_test(independent_streams),
                                          cmocka_unit_test(point_names)};
TEST_MAIN(tests)
