/* How far exp(-itH) leaves free motion where the potential decays, V(x) = omega_x <x>^-sigma, from
 * a start on the site 0. Along free flight a momentum k is at x = s w(k), w_j = -2 sin 2 pi k_j,
 * and collects the phase of departure.h at the strength that the potential has there:
 *
 *   D(t) = 2 - 2 Re int dk exp(-i eta^2 G(e(k)) I),   I = int_0^t (1 + s^2 |w|^2)^(-sigma) ds,
 *
 * and, for sigma < 1/2 and t = T eta^(-2/(1-2 sigma)), as eta goes to 0
 *
 *   eta^2 I -> |w|^(-2 sigma) T^(1-2 sigma)/(1-2 sigma).
 *
 * At sigma = 1/2 the scale is logarithmic: with eta^2 ln t = tau, eta^2 I -> tau/|w|, so that a
 * level is reached at ln t = tau/eta^2 + O(1).
 *
 * T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, section 4.1, has the potential. Local.
 *
 * T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, (4.16). */
#ifndef KL_KINETIC_DECAYING_H
#define KL_KINETIC_DECAYING_H

#include "kinlim/status.h"

typedef struct kl_decaying {
    int dimension;
    double sigma; /* > 0; at most 1/2 where eta is 0 */
    double eta;   /* 0: the scaling limit */
    int ntimes;
    const double *time; /* [ntimes], increasing, >= 0: t; T in the scaling limit, tau at 1/2 */
} kl_decaying;

/* value[i], error[i], i < ntimes: D; the error from doubling the nodes, about 1e-10 in d = 1, 2 and
 * 1e-6 in d = 3. KL_ENVIRONMENT: no memory. */
kl_status kl_departure_decaying(const kl_decaying *problem, double *value, double *error,
                                kl_error *err);

/* tau at which the limit for sigma = 1/2 reaches a level in (0, 2), to about 1e-6. KL_ENVIRONMENT:
 * no memory. */
kl_status kl_decaying_level(int dimension, double level, double *tau, kl_error *err);

#endif
