/* Initial states, normalised to 1 on the lattice.
 *
 * WKB (T. Chen, Semiclassical Scaling Limits of Quantum Dynamics, 2011, (5.9)):
 *
 *   psi(x) = C sum_n h(X_n) exp(2 pi i S(X_n)/mu),   X_n = mu (x + n L),  mu = eta^2,
 *
 * S = p.X + X.A.X/2 + higher(X) (phase.h) with X from the origin: all images of the
 * torus are summed with envelope and phase both at the unwrapped argument. A
 * superposition is C sum_i weight_i exp(2 pi i angle_i) psi_i, each psi_i of norm 1.
 *
 * T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, (2.6); lecture notes (2011), (5.9). */
#ifndef KL_DYNAMICS_INITIAL_H
#define KL_DYNAMICS_INITIAL_H

#include "dynamics/packet.h"
#include "dynamics/state.h"

#include <complex.h>

/* p as used: rounded to the dual lattice for a plane wave. Local. */
void kl_initial_momentum(const kl_initial *initial, int dimension, int64_t sites, double p[3]);

/* The factor of axis j, of norm 1, of a start with S = p.X, which is their product:
 * amplitude[sites] by the index of the site. KL_ENVIRONMENT: no memory. KL_BUG if it vanishes.
 * Local. */
kl_status kl_initial_axis(const kl_initial *initial, int dimension, int64_t sites, int j,
                          double complex *amplitude, kl_error *err);

/* Part of |h|^2 (normalised on R^d) outside the box of side `ell` centred at
 * the origin. Local. */
double kl_initial_outside(const kl_initial *initial, int dimension, double ell);

/* Is S = p.X? Local. */
bool kl_initial_linear(const kl_initial *initial);

/* V = grad S(X), not reduced mod 1. Local. */
void kl_initial_gradient(const kl_initial *initial, int dimension, const double x[3], double v[3]);

/* One at a site, a slab. Local. */
void kl_initial_site(const int64_t index[3], kl_state *psi);

/* Whether the superposition of these is a product of functions of each axis, and in d = 3 may be
 * filled in as a pencil. Local. */
bool kl_initial_pointwise(int n, const kl_initial *packet);

/* Fills psi; weight and angle have no effect. Collective; the same bits for any
 * layout. KL_BUG if the sum vanishes. */
kl_status kl_initial_fill(const kl_initial *initial, kl_state *psi, kl_error *err);

/* h along one axis at a distance from the centre, 1 there; gaussian or bump. Local. */
double kl_initial_envelope(const kl_initial *initial, double distance);

/* Fills psi with the superposition of n packets, several only gaussian or bump; one alone
 * is kl_initial_fill(). Collective; the same bits for any layout. KL_BUG if it vanishes. */
kl_status kl_initial_superpose(int n, const kl_initial *packet, kl_state *psi, kl_error *err);

#endif
