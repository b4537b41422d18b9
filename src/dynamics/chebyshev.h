/* psi_t = exp(-i t H) psi_0 by the Chebyshev series (Tal-Ezer and Kosloff,
 * J. Chem. Phys. 81 (1984) 3967):
 *
 *   exp(-i t H) = sum_k (2 - delta_k0) (-i)^k J_k(R t) T_k(H/R),   spectrum(H) in [-R, R].
 *
 * H is real, so the recurrence runs on re and im apart, in place in two arrays.
 * The error is at most the Bessel tail plus rounding. Bits do not depend on the
 * layout: all arithmetic is per site. On a lattice in pencils all states, and the potential, are
 * pencils.
 *
 * T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, (2.7); lecture notes (2011), (5.10). */
#ifndef KL_DYNAMICS_CHEBYSHEV_H
#define KL_DYNAMICS_CHEBYSHEV_H

#include "dynamics/hamiltonian.h"

typedef struct kl_chebyshev {
    const kl_hamiltonian *hamiltonian;
    double radius;    /* R, from kl_hamiltonian_radius() */
    double tolerance; /* bound of the truncation error, relative l2, of each call */
} kl_chebyshev;

/* How many of the times t[0..n-1] (increasing, counted from the current state)
 * one sweep of the series should serve, at least 1: more accumulators against
 * the ~20 extra terms of a restart. Depends on its arguments alone. Local. */
int kl_chebyshev_sweep(double radius, const double *t, int n);

/* out[j] = exp(-i t[j] H) psi for j < n <= KL_MOST_ACCUMULATORS, from one sweep. psi is
 * destroyed. scratch: an array of kl_lattice_extent() elements of psi's precision. The out
 * states are of psi's lattice and precision, distinct from psi. Collective over
 * the group; `terms` (may be NULL) receives the degree. */
kl_status kl_chebyshev_evolve(const kl_chebyshev *chebyshev, kl_state *psi, void *scratch,
                              const double *t, int n, kl_state *out, int *terms, kl_error *err);

/* out[j] = exp(t[j] H) psi, psi real, j < n <= KL_MOST_ACCUMULATORS:
 *
 *   exp(t H) = sum_k (2 - delta_k0) I_k(R t) T_k(H/R)
 *
 * likewise, to `tolerance` e^(R t); t at most 700/R. The imaginary parts of out stay zero. Destroys
 * psi. Collective over the group. */
kl_status kl_chebyshev_heat(const kl_chebyshev *chebyshev, kl_state *psi, void *scratch,
                            const double *t, int n, kl_state *out, kl_error *err);

/* The sum of the first terms of the series itself, of one vector or of a block of orders
 * (dynamics/recurrence.h), whose generator is Delta in the block's diagonal and eta V from each
 * order to the next (dynamics/duhamel.h). */
typedef struct kl_series {
    const kl_hamiltonian *hamiltonian;
    double radius;              /* R */
    int degree;                 /* at least; the sum ends at the next one that is 3 mod 4 */
    int orders;                 /* 0: one vector, of exp(-itH) */
    kl_state *psi;              /* [orders], destroyed */
    void *const *scratch;       /* [orders]: of kl_lattice_extent() elements */
    int n;                      /* times; with all vectors at most KL_MOST_ARRAYS arrays */
    const double *t;            /* [n] */
    kl_state *out;              /* [orders][n] */
    bool heat;                  /* exp(t H) of real vectors instead */
    const float *const *fields; /* [orders]: as kl_recurrence.fields; NULL: V is the same in all */
} kl_series;

/* Collective over the group. KL_ENVIRONMENT: no memory. */
kl_status kl_series_evolve(const kl_series *series, kl_error *err);

/* Relative l2 error of psi_t by rounding, as an upper estimate measured against
 * double precision (docs/numerics.md). Local. */
double kl_chebyshev_rounding(kl_precision precision, double radius, double t);

#endif
