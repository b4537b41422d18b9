/* The standard normal distribution. */
#ifndef KL_BASE_NORMAL_H
#define KL_BASE_NORMAL_H

/* Inverse of the distribution function; relative error about 1e-16; -INFINITY
 * at p <= 0, INFINITY at p >= 1. M. J. Wichura, Algorithm AS 241, Appl.
 * Statist. 37 (1988) 477. */
double kl_normal_quantile(double p);

#endif
