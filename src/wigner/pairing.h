/* The exact Weyl pairing of a Wigner function with an observable, without the
 * Wigner function (docs/conventions.md):
 *
 *   J(X,V) = a(X) sum_n b_n exp(2 pi i m_n.V)
 *   <J,W>  = sum_n b_n sum_y a(mu (y + m_n/2)) conj(psi(y)) psi(y + m_n)
 *
 * psi(y+m) wraps on the torus; a is periodic and taken at the unwrapped y + m/2.
 *
 * T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, section 2.2; lecture notes (2011), (5.16). */
#ifndef KL_WIGNER_PAIRING_H
#define KL_WIGNER_PAIRING_H

#include "dynamics/state.h"

#include <complex.h>

typedef enum kl_position {
    KL_POSITION_GAUSSIAN, /* a = exp(-|X-center|^2/(2 width^2)), periodised over the torus */
    KL_POSITION_UNIFORM,  /* a = 1 */
    KL_POSITION_WAVE      /* a = exp(2 pi i wave.X/ell) */
} kl_position;

typedef struct kl_symbol { /* sum_n coefficient[n] exp(2 pi i mode[n].V) */
    int n;
    int (*mode)[3];              /* owned; entries beyond the dimension are 0 */
    complex double *coefficient; /* owned */
} kl_symbol;

/* One mode; e(V)^power = (2 sum_j cos 2 pi V_j)^power; v_axis = -2 sin(2 pi V_axis). */
kl_status kl_symbol_mode(const int mode[3], kl_symbol *out, kl_error *err);
kl_status kl_symbol_energy(int dimension, int power, kl_symbol *out, kl_error *err);
kl_status kl_symbol_velocity(int axis, kl_symbol *out, kl_error *err);
void kl_symbol_destroy(kl_symbol *symbol);

typedef struct kl_observable {
    kl_position position;
    double center[3], width; /* macroscopic */
    int wave[3];
    const kl_symbol *symbol; /* not owned */
} kl_observable;

typedef struct kl_wigner kl_wigner;

/* Prepares the weights of `n` observables on a lattice with mu = eta^2.
 * The observables are copied, their symbols referenced. Modes must satisfy
 * -L/2 < m_j <= L/2 (KL_INPUT otherwise). Collective over the group. */
kl_status kl_wigner_create(const kl_lattice *lattice, double mu, int n,
                           const kl_observable *observables, kl_wigner **out, kl_error *err);
void kl_wigner_destroy(kl_wigner **pairing);

/* value[k] = <J_k, W> for each observable; *norm = sum |psi|^2; marginal
 * (L values, may be NULL) = sum over the other axes of |psi|^2, by index of
 * axis 0; hop = Re sum_y conj(psi(y)) (Delta psi)(y), for the energy. Sums run
 * in a fixed order: the same bits for any layout. Collective. */
kl_status kl_wigner_evaluate(kl_wigner *pairing, const kl_state *psi, complex double *value,
                             double *norm, double *hop, double *marginal, kl_error *err);

/* The same for pairs of n vectors, W from conj(psi[i]) and psi[j]: value[k] of (0,0), (0,1), ...,
 * (0,n-1), (1,1), ..., observables last. Collective. */
kl_status kl_wigner_evaluate_pairs(kl_wigner *pairing, int n, const kl_state *psi,
                                   complex double *value, kl_error *err);

/* sum_x omega_x |psi(x)|^2, in the same fixed order; psi and omega both slabs or both pencils.
 * Collective. */
kl_status kl_potential_energy(const kl_state *psi, const float *omega, double *value,
                              kl_error *err);

#endif
