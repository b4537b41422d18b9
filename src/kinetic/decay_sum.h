/* <x>^(-2 sigma) as a sum of Gaussians in x, and with it the transforms F_s(k) of born.h as sums of
 * products over the axes. Local. */
#ifndef KL_KINETIC_DECAY_SUM_H
#define KL_KINETIC_DECAY_SUM_H

#include "kinlim/status.h"

#include <complex.h>

typedef struct kl_decay_sum {
    int dimension, nterms, nmomenta, reach;
    double *weight, *rate;  /* [nterms]: <x>^(-2 sigma) = sum weight exp(-rate |x|^2) */
    double *cosine;         /* [reach + 1][nmomenta]: cos 2 pi k x */
    double complex *factor; /* [nterms][nmomenta]: of one axis, at the time of the last call */
    double *bessel;         /* [reach + 1] */
} kl_decay_sum;

/* For times up to last_time and the momenta k = m/grid, 0 <= m < nmomenta, of an axis; to about
 * 1e-8. sigma > 0. KL_ENVIRONMENT: no memory. Free on failure too. */
kl_status kl_decay_sum_create(int dimension, double sigma, double last_time, int grid, int nmomenta,
                              kl_decay_sum *out, kl_error *err);
void kl_decay_sum_destroy(kl_decay_sum *sum);

/* Moves to the time s in [0, last_time]. KL_ENVIRONMENT: no memory. */
kl_status kl_decay_sum_at(kl_decay_sum *sum, double s, kl_error *err);

/* F_s at k_j = index[j]/grid, of the time that it was moved to. */
double complex kl_decay_sum_value(const kl_decay_sum *sum, const int index[3]);

#endif
