/* Symbols of momentum against their closed forms, as functions and as paired
 * with plane waves. */
#include "wigner/weyl.h"

#include "dynamics/initial.h"

enum { MOST = 13 * 13 * 13 };

static complex double at(const kl_symbol *symbol, const double V[3])
{
    complex double sum = 0;
    for (int n = 0; n < symbol->n; n++) {
        double turns = 0;
        for (int j = 0; j < 3; j++)
            turns += symbol->mode[n][j] * V[j];
        sum += symbol->coefficient[n] * (cos(2 * test_pi * turns) + I * sin(2 * test_pi * turns));
    }
    return sum;
}

static double energy(int d, const double V[3])
{
    double e = 0;
    for (int j = 0; j < d; j++)
        e += 2 * cos(2 * test_pi * V[j]);
    return e;
}

static void closed_forms(void **state)
{
    uint64_t seed = 70;
    (void)state;
    for (int i = 0; i < 20; i++) {
        const double V[3] = {test_random(&seed), test_random(&seed), test_random(&seed)};
        for (int d = 1; d <= 3; d++)
            for (int power = 0; power <= 6; power++) {
                kl_symbol symbol;
                assert_ok(kl_symbol_energy(d, power, &symbol, why));
                assert_at_most(cabs(at(&symbol, V) - pow(energy(d, V), power)),
                               1e-14 * pow(2 * d, power));
                for (int n = 0; n < symbol.n; n++)
                    for (int j = d; j < 3; j++)
                        assert_int_equal(symbol.mode[n][j], 0);
                kl_symbol_destroy(&symbol);
            }
        for (int axis = 0; axis < 3; axis++) {
            kl_symbol symbol;
            assert_ok(kl_symbol_velocity(axis, &symbol, why));
            assert_at_most(cabs(at(&symbol, V) + 2 * sin(2 * test_pi * V[axis])), 1e-14);
            kl_symbol_destroy(&symbol);
        }
    }
}

/* The coefficient of mode 0 in e^power counts closed walks on Z^d: binomial(2n, n)
 * for d = 1, its square for d = 2; 1, 6, 90, 1860 for d = 3 (OEIS A000984, A002894,
 * A002896). */
static void closed_walks(void **state)
{
    static const double counts[3][4] = {{1, 2, 6, 20}, {1, 4, 36, 400}, {1, 6, 90, 1860}};
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int n = 0; n <= 3; n++) {
            kl_symbol symbol;
            double found = 0;
            assert_ok(kl_symbol_energy(d, 2 * n, &symbol, why));
            for (int i = 0; i < symbol.n; i++)
                if (!symbol.mode[i][0] && !symbol.mode[i][1] && !symbol.mode[i][2])
                    found += creal(symbol.coefficient[i]);
            assert_true(found == counts[d - 1][n]);
            kl_symbol_destroy(&symbol);
        }
}

/* A plane wave of momentum p is paired with b(p); with position a Gaussian, times
 * the mean of a. e^2 needs modes 2, e^3 modes 3: L >= 6. */
static void plane_waves(void **state)
{
    static complex double psi[MOST];
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int64_t L = 12; L <= 13; L++) {
            const kl_initial initial = {
                .envelope = KL_ENVELOPE_UNIFORM, .momentum = {0.15, -0.34, 0.26}, .mu = 0.2};
            kl_lattice lattice;
            kl_state start;
            kl_symbol symbols[7];
            kl_observable o[7];
            complex double value[7];
            double p[3], norm, hop;
            kl_initial_momentum(&initial, d, L, p);
            assert_ok(kl_lattice_create(MPI_COMM_SELF, d, L, &lattice, why));
            assert_ok(kl_state_create(&lattice, KL_DOUBLE, &start, why));
            assert_ok(kl_initial_fill(&initial, &start, why));
            get_state(&start, psi);
            kl_state_destroy(&start);
            for (int k = 0; k < 4; k++)
                assert_ok(kl_symbol_energy(d, k, &symbols[k], why));
            for (int k = 0; k < 3; k++)
                assert_ok(kl_symbol_velocity(k < d ? k : 0, &symbols[4 + k], why));
            for (int k = 0; k < 7; k++)
                o[k] = (kl_observable){.position = KL_POSITION_UNIFORM, .symbol = &symbols[k]};
            evaluate(&lattice, initial.mu, 7, o, KL_DOUBLE, psi, value, &norm, &hop, NULL);
            for (int k = 0; k < 4; k++)
                assert_at_most(cabs(value[k] - pow(energy(d, p), k)), 1e-12);
            for (int k = 0; k < 3; k++)
                assert_at_most(cabs(value[4 + k] + 2 * sin(2 * test_pi * p[k < d ? k : 0])), 1e-13);
            assert_near(hop, energy(d, p), 1e-13);
            for (int k = 0; k < 7; k++)
                kl_symbol_destroy(&symbols[k]);
        }
}

static const struct CMUnitTest tests[] = {
    cmocka_unit_test(closed_forms), cmocka_unit_test(closed_walks), cmocka_unit_test(plane_waves)};
TEST_MAIN(tests)
