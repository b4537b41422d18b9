/* Normal distribution and the bootstrap's building blocks; private to the room. */
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

#endif
