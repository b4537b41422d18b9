/* psi_t = exp(-i t H) psi_0 by operator splitting between hopping (diagonal in
 * momentum, by FFT) and potential (diagonal in position): the second,
 * independent method.
 *
 *   strang        order 2: G. Strang, SIAM J. Numer. Anal. 5 (1968) 506
 *   fourth_order  order 4, 6 stages: S. Blanes, P. C. Moan, J. Comput. Appl.
 *                 Math. 142 (2002) 313, the method S_6 of Table 2
 *
 * The number of steps is doubled until two runs differ by at most half the
 * tolerance. The finer run's error is then below the tolerance both where steps
 * dominate (the difference over 2^order - 1) and where rounding does (it grows
 * with the steps, in single precision by about 1e-7 per transform and back: at
 * most twice the difference). Agrees between layouts to rounding, not to the
 * bit: FFTW orders its sums by layout.
 */
#ifndef KL_DYNAMICS_SPLITTING_H
#define KL_DYNAMICS_SPLITTING_H

#include "dynamics/hamiltonian.h"
#include "lattice/fft.h"

typedef enum kl_splitting_method { KL_STRANG, KL_FOURTH_ORDER } kl_splitting_method;

typedef struct kl_splitting kl_splitting;

/* Collective over the group of h->lattice. h is referenced, its omega read at each evolve. */
kl_status kl_splitting_create(const kl_hamiltonian *h, kl_precision precision,
                              kl_splitting_method method, kl_splitting **out, kl_error *err);
void kl_splitting_destroy(kl_splitting **splitting);

/* psi <- exp(-i t H) psi with a fixed number of steps. Collective. */
kl_status kl_splitting_steps(kl_splitting *splitting, kl_state *psi, double t, int steps,
                             kl_error *err);

/* psi <- exp(-i t H) psi to `tolerance` (relative l2, estimated by step
 * doubling). KL_INPUT if it cannot be reached: rounding stops the convergence,
 * or 2^20 steps are too few. Collective. */
kl_status kl_splitting_evolve(kl_splitting *splitting, kl_state *psi, double t, double tolerance,
                              kl_error *err);

#endif
