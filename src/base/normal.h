/* The standard normal distribution. */
#ifndef KL_BASE_NORMAL_H
#define KL_BASE_NORMAL_H

#include <stdint.h>

/* Inverse of the distribution function; relative error below 1e-15; -INFINITY
 * at p <= 0, INFINITY at p >= 1. M. J. Wichura, Algorithm AS 241, Appl.
 * Statist. 37 (1988) 477. */
double kl_normal_quantile(double p);

/* x[i] = kl_normal_quantile(p[i]), the same bits, several at a time. x may not be p. */
void kl_normal_quantiles(int64_t n, const double *p, double *x);

#endif
