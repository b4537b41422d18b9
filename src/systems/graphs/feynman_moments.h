/* Sums over the graphs of r lines, from r independent samples of <J, W^(n,m)> (feynman_sampled.h).
 * Local.
 *
 * T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, (3.12)-(3.16). */
#ifndef KL_SYSTEMS_FEYNMAN_MOMENTS_H
#define KL_SYSTEMS_FEYNMAN_MOMENTS_H

#include <complex.h>

enum { FEYNMAN_DISCONNECTED, FEYNMAN_TWO_CONNECTED, FEYNMAN_CONNECTED, FEYNMAN_ALL };

/* Unbiased estimates of (E X)^r, E (X - E X)^r, the r-th cumulant and E X^r from x[r], r <= 16. */
void feynman_moments(int r, const double complex *x, double complex estimate[4]);

#endif
