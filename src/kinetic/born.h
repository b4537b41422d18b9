/* How far exp(-itH) leaves free motion at a finite strength of the potential, to second order in it
 * (the second cumulant), V(x) = omega_x <x>^-sigma:
 *
 *   D(t) = 2 - 2 Re int dk exp(eta^2 c_k(t)),
 *   c_k(t) = -int_0^t ds exp(i s e(k)) int_0^s ds' r(s-s') F_s'(k),   r(s) = J_0(2s)^d,
 *
 * F_s(k) the Fourier transform of <x>^(-2 sigma) prod_j (-i)^x_j J_x_j(2s), the amplitude of free
 * motion from the site 0 times the variance of the potential. For sigma = 0, F_s = exp(-i s e(k)),
 * and c depends on e(k) alone. As eta goes to 0 it is the limits of departure.h and decaying.h.
 * Local but for stop(). */
#ifndef KL_KINETIC_BORN_H
#define KL_KINETIC_BORN_H

#include "kinlim/status.h"

#include <stdbool.h>

typedef struct kl_born {
    int dimension;
    double sigma, eta;
    const double
        *momentum; /* [dimension]: the start is of this one, and sigma is 0; NULL: one site */
    int ntimes;
    const double *time;          /* [ntimes], increasing, >= 0: t */
    bool (*stop)(void *context); /* asked now and then, equally often on every rank; or NULL */
    void *stop_context;
} kl_born;

/* value[i], error[i], i < ntimes: D; the error by half as fine grids in time and momentum.
 * KL_ENVIRONMENT: no memory. KL_STOPPED: stop() was true. */
kl_status kl_born_departure(const kl_born *problem, double *value, double *error, kl_error *err);

/* Seconds that this takes, roughly. */
double kl_born_seconds(int dimension, double sigma, double last_time);

#endif
