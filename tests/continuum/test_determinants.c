/* Operators on determinants, some of them left out, against sets of bits with signs of their own.
 */
#include "base/complex.h"
#include "continuum/determinants.h"
#include "lattice/check.h"

enum { N = 4, K = 9, PAIRS = K * (K - 1) / 2, SETS = 1 << K, QUANTA = 8 };

static int bits_below(int set, int k)
{
    return __builtin_popcount((unsigned)set & ((1u << k) - 1));
}

/* a_k, or 0. */
static double annihilate(int k, int *set)
{
    const int has = *set >> k & 1, below = bits_below(*set, k);
    *set &= ~(1 << k);
    return has ? (below % 2 ? -1 : 1) : 0;
}

/* The sets of n of at most so many quanta by number, which is their order as integers. */
static int list_sets(int n, int quanta, int *out)
{
    int count = 0;
    for (int set = 0; set < SETS; set++) {
        int above = -n * (n - 1) / 2;
        for (int k = 0; k < K; k++)
            above += (set >> k & 1) * k;
        if (__builtin_popcount((unsigned)set) == n && above <= quanta)
            out[count++] = set;
    }
    return count;
}

static complex double any(uint64_t *seed)
{
    const double re = test_random(seed);
    return CMPLX(re, test_random(seed));
}

/* whole[set] = sum_pq A_pq b_p^+ b_q c */
static void apply_by_bits(const complex double *a, const complex double *c, complex double *whole)
{
    static complex double g[SETS][PAIRS];
    memset(g, 0, sizeof g);
    memset(whole, 0, SETS * sizeof *whole);
    for (int turn = 0; turn < 2; turn++)
        for (int set = 0; set < SETS; set++)
            for (int j = 1; j < K; j++)
                for (int i = 0; i < j; i++) {
                    int core = set;
                    const double sign = annihilate(i, &core) * annihilate(j, &core);
                    const int q = kl_pair_number(i, j);
                    for (int p = 0; p < PAIRS && sign != 0; p++)
                        if (turn == 0)
                            g[core][p] += a[p * PAIRS + q] * sign * c[set];
                        else if (p == q)
                            whole[set] += sign * g[core][p];
                }
}

static void check_operator(int quanta)
{
    static complex double a[PAIRS * PAIRS], c[SETS], whole[SETS], small[SETS], out[SETS], g[PAIRS];
    static int set[SETS];
    uint64_t seed = 7;
    kl_determinants d;
    assert_ok(kl_determinants_create(N, K, quanta, &d, why));
    const int n = list_sets(N, quanta, set);
    assert_int_equal(d.n, n);
    assert_int_equal(kl_determinants_count(N, K, quanta), n);
    memset(c, 0, sizeof c);
    memset(out, 0, sizeof out);
    for (int i = 0; i < PAIRS * PAIRS; i++)
        a[i] = any(&seed);
    for (int i = 0; i < n; i++)
        small[i] = c[set[i]] = any(&seed);
    apply_by_bits(a, c, whole);
    for (int64_t core = 0; core < d.cores; core++) {
        kl_determinants_gather(&d, core, small, g);
        kl_determinants_scatter(&d, core, a, PAIRS, g, out);
    }
    for (int i = 0; i < n; i++)
        assert_near(cabs(out[i] - whole[set[i]]), 0, 1e-12);
    kl_determinants_destroy(&d);
}

static void what_is_left_out_is_left_out_alone(void **state)
{
    (void)state;
    check_operator(N * (K - N)); /* all */
    check_operator(QUANTA);
    check_operator(0);
}

static void a_particle_can_be_removed(void **state)
{
    static complex double c[SETS], out[K * SETS];
    static int set[SETS], rest[SETS];
    uint64_t seed = 9;
    kl_determinants d, less;
    (void)state;
    assert_ok(kl_determinants_create(N, K, QUANTA, &d, why));
    assert_ok(kl_determinants_create(N - 1, K, QUANTA + N - 1, &less, why));
    const int n = list_sets(N, QUANTA, set), m = list_sets(N - 1, QUANTA + N - 1, rest);
    assert_int_equal(less.n, m);
    for (int i = 0; i < n; i++)
        c[i] = any(&seed);
    assert_ok(kl_determinants_remove(&d, &less, c, out, why));
    for (int k = 0; k < K; k++)
        for (int i = 0; i < n; i++) {
            int core = set[i];
            const double sign = annihilate(k, &core);
            for (int j = 0; j < m && sign != 0; j++)
                if (rest[j] == core) {
                    assert_near(cabs(out[k * m + j] - sign * c[i]), 0, 1e-15);
                    out[k * m + j] = 0;
                }
        }
    for (int i = 0; i < K * m; i++) /* and that was all */
        assert_true(out[i] == 0);
    kl_determinants_destroy(&d);
    kl_determinants_destroy(&less);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_left_out_is_left_out_alone),
                                       cmocka_unit_test(a_particle_can_be_removed)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
