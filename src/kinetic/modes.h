/* The Fourier modes xi = k/ell that matter, and their orbits under the cubic
 * symmetry. Of k and -k one is kept: f_{-k} is the complex conjugate of f_k.
 * Deterministic and the same on every rank; local.
 */
#ifndef KL_KINETIC_MODES_H
#define KL_KINETIC_MODES_H

#include "kinetic/observable.h"

/* One mode. representative_i = sign_i k[axis_i] is sorted, largest first. */
typedef struct kl_mode {
    int k[3], axis[3], sign[3];
    double weight; /* bound on what it and its conjugate give to all observables together */
    int orbit;     /* index into the orbits */
} kl_mode;

/* Modes that share |xi.v| up to a symmetry of the shell: first..first+count-1. */
typedef struct kl_orbit {
    int k[3], first, count;
} kl_orbit;

typedef struct kl_modes {
    int nmodes, norbits;
    kl_mode *mode; /* sorted by orbit */
    kl_orbit *orbit;
    double *dropped; /* [nobservables] bound on what the modes left out add up to */
} kl_modes;

/* Keeps the modes whose neglect would cost more than `tolerance` in all. */
kl_status kl_modes_create(const kl_kinetic_problem *problem, const kl_pairing *pairing,
                          double tolerance, kl_modes *modes, kl_error *err);
void kl_modes_destroy(kl_modes *modes);

/* The momentum mode m seen from the representative, up to its overall sign:
 * image_i = s sign_i m[axis_i], first entry positive. Returns s (+-1). */
int kl_mode_image(const kl_mode *mode, const int m[3], int image[3]);

/* Makes the first entry of m that is not zero positive; returns the sign taken out. */
int kl_mode_canonical(int m[3]);

/* sum_n |b_n| of an observable. */
double kl_observable_size(const kl_kinetic_observable *observable);

#endif
