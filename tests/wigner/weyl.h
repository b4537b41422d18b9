/* Steps that the tests of the pairing share: random states, observables, the
 * definition of a(X) on the torus.
 */
#ifndef KL_TESTS_WIGNER_WEYL_H
#define KL_TESTS_WIGNER_WEYL_H

#include "wigner/pairing.h"

#include "dynamics/dense.h"

/* a(X) by its definition, images summed far out. */
static inline complex double position_weight(const kl_observable *o, int d, const double X[3],
                                             double ell)
{
    complex double a = 1;
    for (int j = 0; j < d; j++) {
        double sum = 0;
        if (o->position == KL_POSITION_WAVE) {
            double turns = o->wave[j] * X[j] / ell;
            a *= cos(2 * test_pi * turns) + I * sin(2 * test_pi * turns);
        } else if (o->position == KL_POSITION_GAUSSIAN) {
            for (int n = -30; n <= 30; n++) {
                double u = (X[j] + n * ell - o->center[j]) / o->width;
                sum += exp(-u * u / 2);
            }
            a *= sum;
        }
    }
    return a;
}

/* Values of the observables, norm and hop of a whole vector on one rank. */
static inline void evaluate(const kl_lattice *lattice, double mu, int n, const kl_observable *o,
                            kl_precision precision, const complex double *psi,
                            complex double *value, double *norm, double *hop, double *marginal)
{
    kl_wigner *pairing = NULL;
    kl_state state;
    assert_ok(kl_wigner_create(lattice, mu, n, o, &pairing, why));
    assert_ok(kl_state_create(lattice, precision, &state, why));
    set_state(&state, psi);
    assert_ok(kl_wigner_evaluate(pairing, &state, value, norm, hop, marginal, why));
    kl_state_destroy(&state);
    kl_wigner_destroy(&pairing);
    assert_null(pairing);
}

static inline kl_symbol mode_symbol(int m0, int m1, int m2)
{
    const int mode[3] = {m0, m1, m2};
    kl_symbol symbol;
    assert_ok(kl_symbol_mode(mode, &symbol, why));
    return symbol;
}

/* Positions of every kind in turn, each with the symbol of its number. */
static inline void set_observables(int n, const kl_symbol *symbols, kl_observable *o)
{
    for (int k = 0; k < n; k++)
        o[k] = (kl_observable){.position = (kl_position)(k % 3),
                               .center = {0.4, -0.3, 0.1},
                               .width = 0.5,
                               .wave = {1, 2, -1},
                               .symbol = &symbols[k]};
}

#endif
