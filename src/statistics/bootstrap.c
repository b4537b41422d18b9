/* Resampling and the bias-corrected and accelerated (BCa) interval.
 *
 * With G the distribution of the replicates, z0 = Phi^-1(G(value)) and the
 * acceleration a, the limits are the quantiles of G at
 *   Phi(z0 + (z0 + z) / (1 - a (z0 + z))),   z = -+1.96:
 * B. Efron, Better bootstrap confidence intervals, J. Amer. Statist. Assoc. 82
 * (1987) 171; Efron and Tibshirani, An introduction to the bootstrap (1993), eqs
 * (14.9), (14.10), (14.14). Replicates equal to the value count half. Local.
 *
 * Random numbers: Philox4x32-10 (Salmon et al., SC11), key = the caller's key,
 * counter = (block of four draws, resample, 0, purpose): any resample can be
 * drawn without the others. An index is floor(u n / 2^32), uniform to n 2^-32.
 */
#include "statistics/probability.h"

#include <Random123/philox.h>
#include <math.h>
#include <stdlib.h>

void kl_bootstrap_resample(uint64_t key, uint32_t resample, int n, int *index)
{
    const uint32_t purpose = 0x626f6f74; /* "boot" */
    philox4x32_key_t k = {{(uint32_t)key, (uint32_t)(key >> 32)}};
    for (int i = 0; i < n; i += 4) {
        philox4x32_ctr_t counter = {{(uint32_t)(i / 4), resample, 0, purpose}};
        philox4x32_ctr_t u = philox4x32(counter, k);
        for (int j = 0; j < 4 && i + j < n; ++j)
            index[i + j] = (int)(((uint64_t)u.v[j] * (uint64_t)n) >> 32);
    }
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* Quantile of sorted values, linear between the order statistics, the k-th of
 * which (from 1) stands at k / (count + 1). */
static double sorted_quantile(const double *sorted, int count, double p)
{
    double position = p * (count + 1) - 1;
    if (position <= 0)
        return sorted[0];
    if (position >= count - 1)
        return sorted[count - 1];
    int i = (int)position;
    return sorted[i] + (position - i) * (sorted[i + 1] - sorted[i]);
}

/* The probability at which G is read for the nominal deviate z. */
static double corrected_level(double z0, double acceleration, double z)
{
    double denominator = 1 - acceleration * (z0 + z);
    if (denominator <= 0)
        return z0 + z > 0 ? 1.0 : 0.0;
    return kl_normal_cdf(z0 + (z0 + z) / denominator);
}

void kl_bootstrap_bca(double value, double *replicate, int count, double acceleration, double *low,
                      double *high)
{
    const double tie = 1e-12 * fabs(value); /* equal but for the order of summation */
    double below = 0;
    for (int b = 0; b < count; ++b) {
        if (replicate[b] < value - tie)
            below += 1;
        else if (replicate[b] <= value + tie)
            below += 0.5;
    }
    double z0 = kl_normal_quantile((below + 0.5) / (count + 1));
    qsort(replicate, (size_t)count, sizeof *replicate, compare);
    *low = sorted_quantile(replicate, count, corrected_level(z0, acceleration, -KL_NORMAL_975));
    *high = sorted_quantile(replicate, count, corrected_level(z0, acceleration, KL_NORMAL_975));
    *low = fmin(*low, value);
    *high = fmax(*high, value);
}
