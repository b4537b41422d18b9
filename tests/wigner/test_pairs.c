/* The pairing of two vectors, and the sums over the orders of an expansion, by their definitions.
 */
#include "wigner/weyl.h"

#include "wigner/order_sums.h"

enum { MOST = 64, VECTORS = 3, OBSERVABLES = 5 };

static const double mu = 0.23;

static const struct {
    int d;
    int64_t L;
} lattices[] = {{1, 8}, {1, 9}, {2, 4}, {2, 5}, {3, 4}};

static void make_observables(int d, kl_symbol *symbol, kl_observable *o)
{
    const kl_observable positions[3] = {
        {.position = KL_POSITION_GAUSSIAN, .center = {-0.4, 0.3, 0.2}, .width = 0.3},
        {.position = KL_POSITION_UNIFORM},
        {.position = KL_POSITION_WAVE, .wave = {1, d > 1 ? -2 : 0, d > 2}}};
    symbol[0] = mode_symbol(0, 0, 0);
    symbol[1] = mode_symbol(-1, d > 1 ? 2 : 0, d > 2 ? -1 : 0);
    symbol[2] = mode_symbol(2, d > 1 ? -1 : 0, 0);
    assert_ok(kl_symbol_energy(d, 1, &symbol[3], why));
    assert_ok(kl_symbol_velocity(d - 1, &symbol[4], why));
    for (int k = 0; k < OBSERVABLES; k++) {
        o[k] = positions[k % 3];
        o[k].symbol = &symbol[k];
    }
}

/* sum_n b_n sum_y a(mu (y + m/2)) conj(a(y)) b(y+m) */
static complex double pair(const problem *p, const kl_observable *o, const complex double *a,
                           const complex double *b)
{
    const kl_lattice *lattice = &p->lattice;
    complex double sum = 0;
    for (int n = 0; n < o->symbol->n; n++)
        for (int64_t y = 0; y < p->n; y++) {
            const int *mode = o->symbol->mode[n];
            int64_t index[3];
            double X[3] = {0};
            index_of(lattice, y, index);
            for (int j = 0; j < lattice->dimension; j++) {
                X[j] = mu * ((double)kl_lattice_coordinate(lattice, index[j]) + 0.5 * mode[j]);
                index[j] += mode[j];
            }
            sum += o->symbol->coefficient[n] *
                   position_weight(o, lattice->dimension, X, mu * (double)lattice->sites) *
                   conj(a[y]) * b[site_of(lattice, index)];
        }
    return sum;
}

static void check_pairs(const problem *p, complex double (*psi)[MOST], const kl_state *states)
{
    enum { PAIRS = VECTORS * (VECTORS + 1) / 2 };
    kl_symbol symbol[OBSERVABLES];
    kl_observable o[OBSERVABLES];
    complex double value[PAIRS][OBSERVABLES], own[OBSERVABLES];
    double norm, hop;
    kl_wigner *pairing;
    make_observables(p->lattice.dimension, symbol, o);
    assert_ok(kl_wigner_create(&p->lattice, mu, OBSERVABLES, o, &pairing, why));
    assert_ok(kl_wigner_evaluate_pairs(pairing, VECTORS, states, value[0], why));
    for (int i = 0, at = 0; i < VECTORS; i++)
        for (int j = i; j < VECTORS; j++, at++)
            for (int k = 0; k < OBSERVABLES; k++)
                assert_at_most(cabs(value[at][k] - pair(p, &o[k], psi[i], psi[j])), 1e-13);
    assert_ok(kl_wigner_evaluate(pairing, &states[0], own, &norm, &hop, NULL, why));
    assert_memory_equal(own, value[0], sizeof own);
    kl_wigner_destroy(&pairing);
    for (int k = 0; k < OBSERVABLES; k++)
        kl_symbol_destroy(&symbol[k]);
}

static void check_sums(const problem *p, complex double (*psi)[MOST], const kl_state *states)
{
    double overlap[2][2], remainder[2];
    assert_ok(kl_order_sums(2, states, &states[2], overlap[0], remainder, why));
    for (int i = 0; i < 2; i++) {
        double left = 0;
        for (int j = 0; j < 2; j++) {
            double sum = 0;
            for (int64_t y = 0; y < p->n; y++)
                sum += creal(conj(psi[i][y]) * psi[j][y]);
            assert_near(overlap[i][j], sum, 1e-14);
        }
        for (int64_t y = 0; y < p->n; y++)
            left += pow(cabs(psi[2][y] - psi[0][y] - (i > 0) * psi[1][y]), 2);
        assert_near(remainder[i], left, 1e-14);
    }
}

static void by_definition(void **state)
{
    (void)state;
    for (int i = 0; i < 5; i++) {
        problem *p = problem_create(MPI_COMM_SELF, lattices[i].d, lattices[i].L, KL_GAUSSIAN, 0, 1);
        complex double psi[VECTORS][MOST];
        kl_state states[VECTORS];
        for (int k = 0; k < VECTORS; k++) {
            random_vector(p->n, 60 + (uint64_t)k, psi[k]);
            assert_ok(kl_state_create(&p->lattice, KL_DOUBLE, &states[k], why));
            set_state(&states[k], psi[k]);
        }
        check_pairs(p, psi, states);
        check_sums(p, psi, states);
        for (int k = 0; k < VECTORS; k++)
            kl_state_destroy(&states[k]);
        problem_destroy(p);
    }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(by_definition)};
TEST_MAIN(tests)
