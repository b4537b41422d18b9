/* Building blocks of moments and bootstrap; private to the room. */
#ifndef KL_STATISTICS_PROBABILITY_H
#define KL_STATISTICS_PROBABILITY_H

#include "base/normal.h"

#include <stdint.h>

/* Half-width of a central 95% interval in standard deviations, and its square:
 * the 95% quantile of chi^2 with one degree of freedom. */
#define KL_NORMAL_975 1.959963984540054
#define KL_CHI2_1_950 3.841458820694124

double kl_normal_cdf(double z);

/* index[0..n-1]: resample number `resample` of 0..n-1 with replacement; a pure
 * function of (key, resample, n). */
void kl_bootstrap_resample(uint64_t key, uint32_t resample, int n, int *index);

/* BCa limits of a statistic `value` from its bootstrap replicates
 * replicate[0..count-1] (sorted in place) and the acceleration; value is
 * always inside [*low, *high]. */
void kl_bootstrap_bca(double value, double *replicate, int count, double acceleration, double *low,
                      double *high);

/* The unbiased estimate of E(Y - E Y)^r, r in {2, 4, 6}, from the power sums s[q] =
 * sum (y - mean)^q, q = 2..6; it may be negative. NAN for n < r or another r. */
double kl_h_statistic(int r, int n, const double s[7]);

/* 95% interval of E|Y - c|^r from its plug-in value `moment` > 0 and the standard error of that,
 * divided by it. y[n]: the sample, shifted and scaled at will; its kurtosis counts. */
void kl_moment_interval(const double *y, int n, double r, double moment, double relative_error,
                        double *low, double *high);

#endif
