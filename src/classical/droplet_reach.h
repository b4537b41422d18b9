/* How far a cloud of interacting particles comes: a few hundred of them, d = 1, 2, 3, under
 *
 *   x' = p,   p' = -grad U(x) - mean of grad V(x - y) over those of the droplet
 *
 * from |x - center|^2 + |p|^2 < R^2. Rough: for the choice of grids. Local. */
#ifndef KL_CLASSICAL_DROPLET_REACH_H
#define KL_CLASSICAL_DROPLET_REACH_H

#include "classical/smooth.h"
#include "kinlim/status.h"

typedef struct kl_droplet { /* nothing is owned */
    const kl_smooth *potential, *interaction;
    double center[3], radius; /* R */
    double last;              /* the time that it moves for */
} kl_droplet;

/* For each of n spheres of that radius around the cloud's centre in phase space, carried along
 * without mass: the largest |x_j| and |p_j|, *x INFINITY where one runs away. KL_ENVIRONMENT: no
 * memory. */
kl_status kl_droplet_reach(const kl_droplet *cloud, int n, const double *radius, double *x,
                           double *p, kl_error *err);

/* The radius at which the top orbital of an oscillator whose energy is R^2/2 has fallen by
 * exp(-decay) in |psi|^2, by its exponent (2/hbar) int_R sqrt(y^2 - R^2) dy. */
double kl_droplet_tail(double radius, double hbar, double decay);

#endif
