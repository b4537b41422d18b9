/* Errors, allocation, clock, the logarithm, and the normal quantile. */
#include "base/bisect.h"
#include "base/checksum.h"
#include "base/cpu.h"
#include "kinlim/status.h"
#include "base/logarithm.h"
#include "base/memory.h"
#include "base/normal.h"
#include "base/stop.h"
#include "base/xxh64.h"

#include "lattice/check.h"

#include <signal.h>

/* Phi^-1(p) from p by two Newton steps on the long double erfc, started from
 * the value under test: the residual is the error, to 1e-18 relative. */
static double relative_error(double p)
{
    long double x = (long double)kl_normal_quantile(p), step = 0;
    const long double root_half = sqrtl(0.5L), norm = sqrtl(2 * acosl(-1.0L));
    for (int i = 0; i < 2; i++) {
        long double density = expl(-x * x / 2) / norm;
        step += (erfcl(-x * root_half) / 2 - (long double)p) / density;
        x = (long double)kl_normal_quantile(p) - step;
    }
    return (double)fabsl(step / x);
}

/* p = Phi(x) for x <= 0, from the tail 1e-308 to 1/2. */
static void quantile_against_erfc(void **state)
{
    double worst = 0;
    (void)state;
    for (double x = -37.5; x < -1e-3; x += 0.00137) {
        double p = 0.5 * erfc(-x / sqrt(2.0));
        worst = fmax(worst, relative_error(p));
    }
    for (int i = 1; i < 60; i++) { /* towards 1/2, where p - 1/2 is exact */
        worst = fmax(worst, relative_error(0.5 - ldexp(1, -i - 1)));
        worst = fmax(worst, i < 53 ? relative_error(0.5 - ldexp(1, -53)) : 0);
    }
    print_message("normal quantile: largest relative error %.2e\n", worst);
    assert_at_most(worst, 2e-15);
}

/* The check values of AS 241 (Wichura 1988, p. 481) and the usual table. */
static void quantile_published(void **state)
{
    static const double table[][2] = {{0.25, -0.6744897501960817},
                                      {0.001, -3.090232306167814},
                                      {1e-20, -9.262340089798408},
                                      {0.025, -1.959963984540054},
                                      {0.005, -2.575829303548901}};
    (void)state;
    for (int i = 0; i < 5; i++)
        assert_near(kl_normal_quantile(table[i][0]), table[i][1], 4e-16 * fabs(table[i][1]));
    assert_true(kl_normal_quantile(0.5) == 0);
    for (double p = 1.0 / 64; p < 0.5; p += 1.0 / 64)
        assert_true(kl_normal_quantile(1 - p) == -kl_normal_quantile(p));
    assert_true(isinf(kl_normal_quantile(0)) && kl_normal_quantile(0) < 0);
    assert_true(isinf(kl_normal_quantile(1)) && kl_normal_quantile(1) > 0);
}

/* Many at once (the widest vectors of the machine) and one at a time (plain code)
 * give the same bits: in the centre, in the tails, far out, for any number. */
static void quantiles_alike(void **state)
{
    enum { N = 3001 };
    double p[N], x[N];
    uint64_t bits = 1;
    (void)state;
    for (int i = 0; i < N; i++) {
        bits = bits * 6364136223846793005 + 1442695040888963407;
        p[i] = ((double)(bits >> 12) + 0.5) * 0x1p-52;
        if (i % 7 == 0)
            p[i] = ldexp(p[i], -(i % 1000));
        if (i % 11 == 0)
            p[i] = 1 - ldexp(p[i], -(i % 50));
    }
    p[1000] = 0;
    p[2000] = 1;
    p[2999] = 0.5;
    for (int64_t n = N; n > 0; n -= n > 600 ? 311 : 1) {
        kl_normal_quantiles(n, p, x);
        for (int64_t i = 0; i < n; i++)
            assert_true(x[i] == kl_normal_quantile(p[i]));
    }
}

/* Against the long double logarithm: one unit in the last place, so also near 1,
 * where the logarithm vanishes, and at every power of 2. */
static void logarithm(void **state)
{
    double worst = 0;
    (void)state;
    assert_true(kl_log(1) == 0);
    for (int i = 0; i < 400000; i++) {
        const double u = (i + 0.5) / 400000;
        const double x[] = {u,
                            1 + u,
                            ldexp(1 + u, -i % 1022),
                            1 - ldexp(u, -i % 50),
                            1 + ldexp(u, -i % 50),
                            ldexp(1 + u, i % 1023)};
        for (int j = 0; j < 6; j++) {
            const long double exact = logl((long double)x[j]);
            if (x[j] != 1)
                worst = fmax(worst, (double)fabsl(((long double)kl_log(x[j]) - exact) / exact));
        }
    }
    print_message("logarithm: largest relative error %.2e\n", worst);
    assert_at_most(worst, 0x1p-52);
}

static void allocation(void **state)
{
    kl_error err = {0};
    double *p = NULL;
    (void)state;
    for (size_t n = 0; n < 200; n++) {
        assert_ok(kl_alloc(n, sizeof *p, "numbers", &p, why));
        assert_int_equal((uintptr_t)p % 64, 0);
        for (size_t i = 0; i < n; i++)
            assert_true(p[i] == 0);
        free(p);
    }
    /* A product that wraps to a small number, the largest number, a petabyte (which
     * the address sanitizer would abort on). */
    const size_t absurd[][2] = {
        {SIZE_MAX / 8 + 2, 8},
        {SIZE_MAX, 1},
        {SIZE_MAX - 32, 1},
#ifndef __SANITIZE_ADDRESS__
        {(size_t)1 << 50, 1},
#endif
    };
    for (size_t i = 0; i < sizeof absurd / sizeof *absurd; i++) {
        p = (double *)&err;
        assert_int_equal(kl_alloc(absurd[i][0], absurd[i][1], "the lattice", &p, &err),
                         KL_ENVIRONMENT);
        assert_null(p);
        assert_int_equal(err.status, KL_ENVIRONMENT);
        assert_non_null(strstr(err.message, "the lattice"));
    }
    size_t available = kl_memory_available();
    assert_true(available > (size_t)1 << 20 && available < (size_t)1 << 50);
}

static void messages(void **state)
{
    kl_error err = {0};
    char longer[2 * sizeof err.message];
    (void)state;
    assert_int_equal(kl_fail(&err, KL_INPUT, "eta: %g is not allowed", -0.3), KL_INPUT);
    assert_string_equal(err.message, "eta: -0.3 is not allowed");
    assert_int_equal(kl_fail_prefix(&err, "%s:%d", "study.yaml", 14), KL_INPUT);
    assert_string_equal(err.message, "study.yaml:14: eta: -0.3 is not allowed");
    assert_int_equal(kl_fail(NULL, KL_BUG, "nobody listens"), KL_BUG);
    memset(longer, 'x', sizeof longer);
    longer[sizeof longer - 1] = 0;
    kl_fail(&err, KL_BUG, "%s", longer);
    assert_int_equal(strlen(err.message), sizeof err.message - 1);
    for (int n = 0; n < 4; n++) { /* a full message, then prefixes that fill it */
        kl_fail_prefix(&err, "%.*s", (int)sizeof err.message - 5 + n, longer);
        assert_int_equal(err.status, KL_BUG);
        assert_true(strlen(err.message) < sizeof err.message);
    }
}

static void signals_and_clock(void **state)
{
    (void)state;
    double before = kl_clock();
    assert_false(kl_stop_requested(MPI_COMM_SELF, 0));
    assert_false(kl_stop_requested(MPI_COMM_SELF, before + 1000));
    assert_true(kl_stop_requested(MPI_COMM_SELF, before - 1));
    assert_int_equal(kl_stop_early(MPI_COMM_SELF, NULL), KL_OK);
    kl_stop_on_signals();
    raise(SIGUSR1);
    assert_true(kl_stop_requested(MPI_COMM_SELF, 0));
    kl_error err = {0};
    assert_int_equal(kl_stop_early(MPI_COMM_SELF, &err), KL_STOPPED);
    assert_non_null(strstr(err.message, "stopped before anything began"));
    assert_true(kl_clock() >= before);
}

/* nohup ignores SIGHUP; the other signals stop a run whatever was before. */
static void nohup_is_respected(void **state)
{
    struct sigaction now;
    (void)state;
    signal(SIGHUP, SIG_IGN);
    kl_stop_on_signals();
    sigaction(SIGHUP, NULL, &now);
    assert_true(now.sa_handler == SIG_IGN);
    const int numbers[] = {SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGXCPU, SIGHUP};
    signal(SIGHUP, SIG_DFL);
    kl_stop_on_signals();
    for (int i = 0; i < 6; i++) {
        sigaction(numbers[i], NULL, &now);
        assert_true(now.sa_handler != SIG_IGN && now.sa_handler != SIG_DFL);
    }
}

/* The name says what the processor's flags say. */
static void instruction_set(void **state)
{
    char line[8192] = "";
    const char *expected = "generic", *name = kl_cpu_instruction_set_name();
    FILE *f = fopen("/proc/cpuinfo", "r");
    (void)state;
    while (f && fgets(line, sizeof line, f) && strncmp(line, "flags", 5) != 0)
        ;
    if (f)
        fclose(f);
    if (strncmp(line, "flags", 5) != 0)
        skip();
    if (strstr(line, " avx2 "))
        expected = "avx2";
    if (strstr(line, " avx512f "))
        expected = "avx512";
    assert_string_equal(name, expected);
}

/* The digests of xxhsum 0.8.1, and the check value of CRC-32 in every catalogue. */
static void checksums(void **state)
{
    static const struct {
        const char *text;
        uint64_t digest;
    } known[] = {{"", 0xef46db3751d8e999},
                 {"abc", 0x44bc2cf5ad770999},
                 {"123456789", 0x8cb841db40e6ae83},
                 {"Nobody inspects the spammish repetition", 0xfbcea83c8a378bf1}};
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const size_t n = strlen(known[i].text);
        assert_true(kl_xxh64(known[i].text, n) == known[i].digest);
        assert_true(kl_checksum(known[i].text, n) == (uint32_t)known[i].digest);
    }
    assert_true(kl_checksum_0_1("123456789", 9) == 0xcbf43926);
}

/* However the bytes come, the hash is that of the whole; 1000 bytes: xxhsum's digest. */
static void checksum_of_pieces(void **state)
{
    unsigned char bytes[1000];
    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * i % 251);
    for (size_t size = 0; size <= sizeof bytes; size++)
        for (size_t first = 0; first <= size; first += 32) {
            kl_xxh64_state pieces;
            kl_xxh64_start(&pieces);
            kl_xxh64_more(&pieces, bytes, first / 2 / 32 * 32);
            kl_xxh64_more(&pieces, bytes + first / 2 / 32 * 32, first - first / 2 / 32 * 32);
            assert_true(kl_xxh64_end(&pieces, bytes + first, size - first) ==
                        kl_xxh64(bytes, size));
        }
    assert_true(kl_xxh64(bytes, sizeof bytes) == 0x2d5f4044a731ebd7);
}

static bool is_short(const void *context, double x)
{
    return fabs(x) < *(const double *)context;
}

static void bisection_finds_the_end_of_what_holds(void **state)
{
    const double end = 1.4142135623730951;
    (void)state;
    assert_true(fabs(kl_bisect(is_short, &end, 0, 3, 55) - end) < 5e-16);
    assert_true(fabs(kl_bisect(is_short, &end, 0, -3, 55) + end) < 5e-16); /* downwards */
    assert_true(kl_bisect(is_short, &end, 1, 2, 1) == 1.25);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(checksum_of_pieces),
                                          cmocka_unit_test(checksums),
                                          cmocka_unit_test(quantile_against_erfc),
                                          cmocka_unit_test(quantile_published),
                                          cmocka_unit_test(quantiles_alike),
                                          cmocka_unit_test(logarithm),
                                          cmocka_unit_test(allocation),
                                          cmocka_unit_test(messages),
                                          cmocka_unit_test(signals_and_clock),
                                          cmocka_unit_test(nohup_is_respected),
                                          cmocka_unit_test(instruction_set),
                                          cmocka_unit_test(bisection_finds_the_end_of_what_holds)};
TEST_MAIN(tests)
