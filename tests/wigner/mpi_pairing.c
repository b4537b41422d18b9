/* Pairings, norm, energies and marginal have the same bits on any rank count. */
#include "wigner/weyl.h"

enum { OBSERVABLES = 6 };

static const double mu = 0.19;

typedef struct results {
    complex double value[OBSERVABLES];
    double norm, hop, potential, marginal[64];
} results;

static void measure(const problem *p, kl_precision precision, const kl_observable *o,
                    const complex double *psi, results *r)
{
    kl_state s;
    memset(r, 0, sizeof *r);
    evaluate(&p->lattice, mu, OBSERVABLES, o, precision, psi, r->value, &r->norm, &r->hop,
             r->marginal);
    assert_ok(kl_state_create(&p->lattice, precision, &s, why));
    set_state(&s, psi);
    assert_ok(kl_potential_energy(&s, p->omega, &r->potential, why));
    kl_state_destroy(&s);
}

static void check(int d, int64_t L, kl_precision precision)
{
    problem *alone = problem_create(MPI_COMM_SELF, d, L, KL_LAPLACE, 1, 9);
    problem *shared = problem_create(MPI_COMM_WORLD, d, L, KL_LAPLACE, 1, 9);
    complex double *psi = malloc((size_t)alone->n * sizeof *psi);
    const int half = (int)(L / 2);
    kl_symbol symbols[OBSERVABLES] = {
        mode_symbol(0, 0, 0), mode_symbol(half, d > 1 ? 1 : 0, d > 2 ? -1 : 0),
        mode_symbol(-1, d > 1 ? half : 0, 0), mode_symbol(1, 0, d > 2 ? half : 0)};
    assert_ok(kl_symbol_energy(d, 2, &symbols[4], why));
    assert_ok(kl_symbol_velocity(d - 1, &symbols[5], why));
    kl_observable o[OBSERVABLES];
    set_observables(OBSERVABLES, symbols, o);
    random_vector(alone->n, 80, psi);
    results one, many;
    measure(alone, precision, o, psi, &one);
    measure(shared, precision, o, psi, &many);
    assert_everywhere(memcmp(&one, &many, sizeof one) == 0);
    for (int k = 0; k < OBSERVABLES; k++)
        kl_symbol_destroy(&symbols[k]);
    free(psi);
    problem_destroy(alone);
    problem_destroy(shared);
}

static void same_bits(void **state)
{
    static const int64_t sides[3][4] = {{5, 6, 17, 64}, {5, 6, 11, 32}, {5, 6, 9, 11}};
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int i = 0; i < 4; i++) {
            check(d, sides[d - 1][i], KL_SINGLE);
            check(d, sides[d - 1][i], KL_DOUBLE);
        }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(same_bits)};
TEST_MAIN(tests)
