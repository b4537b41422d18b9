/* Initial states, normalised to 1 on the lattice.
 *
 * WKB (T. Chen, Semiclassical Scaling Limits of Quantum Dynamics, 2011, (5.9)): psi_0(x) = C sum_n h(X_n) exp(2 pi i S(X_n)/mu), X_n = mu (x + n L),
 * mu = eta^2, S = p.X + X.A.X/2 with X from the origin: all images of the
 * torus are summed with envelope and phase both at the unwrapped argument.
 */
#ifndef KL_DYNAMICS_INITIAL_H
#define KL_DYNAMICS_INITIAL_H

#include "dynamics/state.h"

typedef enum kl_envelope {
    KL_ENVELOPE_GAUSSIAN,  /* |h|^2 = normal density, standard deviation `width` per axis */
    KL_ENVELOPE_BUMP,      /* h = prod_j exp(-1/(1 - u_j^2)), u = (X-center)/width, |u_j| < 1 */
    KL_ENVELOPE_UNIFORM,   /* plane wave exp(2 pi i p.x), p rounded to the dual lattice */
    KL_ENVELOPE_DELTA      /* one site: the one nearest to center/mu */
} kl_envelope;

typedef struct kl_initial {
    kl_envelope envelope;
    double width, center[3];   /* macroscopic */
    double momentum[3];        /* p, in cycles per site */
    double hessian[3][3];      /* A, symmetric; zero for linear S */
    double mu;                 /* eta^2 */
} kl_initial;

/* p as used: rounded to the dual lattice for a plane wave. Local. */
void kl_initial_momentum(const kl_initial *initial, int dimension, int64_t sites, double p[3]);

/* Part of |h|^2 (normalised on R^d) outside the box of side `ell` centred at
 * the origin. Local. */
double kl_initial_outside(const kl_initial *initial, int dimension, double ell);

/* Fills psi. Collective; the same bits for any layout. KL_BUG if the sum vanishes. */
kl_status kl_initial_fill(const kl_initial *initial, kl_state *psi, kl_error *err);

#endif
