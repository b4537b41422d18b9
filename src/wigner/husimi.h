/* One axis of phase space: position density, momentum distribution and Husimi
 * function of psi, the other axes summed or integrated over. All follow from
 *
 *   R(y, m) = sum over the other coordinates of conj(psi(y)) psi(y + m e),
 *
 * e the unit vector of the axis, y + m on the torus. With g(y) the Gaussian packet
 * (2 pi s^2)^(-1/4) exp(-(y-x)^2/(4 s^2) + 2 pi i v y), periodised, s = width/mu,
 *
 *   H(X,V) = mu^-1 sum |<g, psi>|^2        (X = mu x; the sum is over rows of the axis)
 *          = mu^-1 sum_m exp(-m^2/(8 s^2) - 2 pi i m V) sum_y G_s(y + m/2 - x) R(y,m)
 *   P(V)   = sum_m exp(-m^2/(8 s^2) - 2 pi i m V) sum_y R(y,m)
 *   rho(X) = mu^-1 R(y,0),
 *
 * G_s the normal density, y + m/2 unwrapped, m and the periods of y over all integers
 * (T. Chen, Semiclassical Scaling Limits of Quantum Dynamics, 2011, (2.10)). H is
 * non-negative and integrates to |psi|^2; it is the Wigner function smoothed by normal
 * densities of standard deviation `width` in X and mu/(4 pi width) in V; P likewise in V.
 * Terms below exp(-36) of their largest are left out.
 */
#ifndef KL_WIGNER_HUSIMI_H
#define KL_WIGNER_HUSIMI_H

#include "dynamics/state.h"

#include <complex.h>

typedef struct kl_coherence {
    int64_t sites, modes;
    complex double *value; /* [modes][sites]: R(y, m), y by index, 0 <= m < modes; owned */
} kl_coherence;

/* Collective over the group; the same bits for any layout. axis: 0, 1, ...
 * KL_ENVIRONMENT: no memory. Free with kl_coherence_destroy(). */
kl_status kl_coherence_create(const kl_state *psi, int axis, int64_t modes, kl_coherence *out,
                              kl_error *err);
void kl_coherence_destroy(kl_coherence *coherence);

/* How many modes packets of this width (in sites) need: m = 0, ..., modes - 1. Local. */
int64_t kl_husimi_modes(double width);

/* The grids: X_i = ell (i/positions - 1/2), V_j = j/momenta - 1/2. Local. */
double kl_husimi_position(double ell, int positions, int i);
double kl_husimi_momentum(int momenta, int j);

/* husimi[positions][momenta], momentum[momenta], density[sites] in the order of X = mu x,
 * x = -floor(L/2), ... `width` macroscopic; the coherence has kl_husimi_modes(width/mu) modes,
 * or at least 1 for the density. Local. KL_ENVIRONMENT: no memory. */
kl_status kl_husimi(const kl_coherence *coherence, double mu, double width, int positions,
                    int momenta, double *husimi, kl_error *err);
kl_status kl_husimi_momenta(const kl_coherence *coherence, double mu, double width, int momenta,
                            double *momentum, kl_error *err);
void kl_husimi_density(const kl_coherence *coherence, double mu, double *density);

#endif
