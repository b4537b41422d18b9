/* Sample statistics with 95% intervals: mean, moments, power-law rates.
 * Knows no physics, no files. All functions are local and deterministic: the
 * bootstrap's resamples are keyed by `key`, never by the time or the layout.
 */
#ifndef KL_STATISTICS_STATISTICS_H
#define KL_STATISTICS_STATISTICS_H

#include "kinlim/status.h"

#include <stdbool.h>
#include <stdint.h>

/* A number with its 95% interval; NAN limits where none can be given. */
typedef struct kl_estimate {
    double value, low, high;
} kl_estimate;

/* Mean with Student-t interval, and its unbiased standard error (NAN for n < 2). */
void kl_stats_mean(const double *y, int n, kl_estimate *mean, double *standard_error);

/* The 97.5% quantile of Student's t with nu degrees of freedom. */
double kl_stats_student(double nu);

/* (E|Y - E Y|^r)^(1/r), corrected for bias: h-statistic for r = 2, 4, 6, jackknife
 * (docs/statistics.md, section 2). Interval from kl_stats_least(r) realizations
 * on; with fewer, NAN limits (but equal realizations give zero width). n < 2: NAN.
 * KL_INPUT: r is not in [1, 100]. KL_BUG: a value that is not finite. */
kl_status kl_stats_central_moment(const double *y, int n, double r, kl_estimate *out,
                                  kl_error *err);

/* (E|Y - c|^r)^(1/r), c known. Interval and errors as above. */
kl_status kl_stats_moment_about(const double *y, int n, double c, double r, kl_estimate *out,
                                kl_error *err);

/* The fewest realizations from which the interval of a moment of order r is
 * known to cover 92% to 98%; measured for r <= KL_STATS_TESTED_ORDER. */
int kl_stats_least(double r);
#define KL_STATS_TESTED_ORDER 12

/* count / n with Wilson's score interval; NAN for n < 1. */
kl_estimate kl_stats_proportion(int count, int n);

/* f(mean of y over the rows), y[n][m]; f(context, mean) gets m means and returns NAN
 * where it has no value. Interval: as above; NAN limits for n < 3, or if f has
 * no value on a resample. KL_ENVIRONMENT: no memory. */
typedef double (*kl_stats_function)(const void *context, const double *mean);
kl_status kl_stats_function_of_means(const double *y, int n, int m, kl_stats_function f,
                                     const void *context, uint64_t key, kl_estimate *out,
                                     kl_error *err);

/* Rows that need not be in memory: y[n][m], or where that is NULL, get() copies rows first..first +
 * count - 1. */
typedef struct kl_stats_rows {
    int n, m;
    const double *y;
    void (*get)(const void *context, int first, int count, double *y);
    const void *context;
} kl_stats_rows;

/* The same in parts, e.g. on several ranks, to the same bits: out[0], f of the means of all rows,
 * and out[1], its acceleration, NAN where there is no interval; f of the means of resamples
 * first..end-1 of KL_STATS_RESAMPLES; the estimate from all of them, which are sorted. */
enum { KL_STATS_RESAMPLES = 2000 };
kl_status kl_stats_whole(const kl_stats_rows *rows, kl_stats_function f, const void *context,
                         double out[2], kl_error *err);
kl_status kl_stats_resample(const kl_stats_rows *rows, kl_stats_function f, const void *context,
                            uint64_t key, int first, int end, double *replicate, kl_error *err);
kl_estimate kl_stats_of_resamples(const double whole[2], double *replicate);

/* The same with the jackknife's interval, f -+ t_{0.975, n-1} s,
 * s^2 = (n-1)/n sum_i (f without row i - their mean)^2; NAN limits for n < 3. */
kl_status kl_stats_jackknife(const kl_stats_rows *rows, kl_stats_function f, const void *context,
                             kl_estimate *out, kl_error *err);

/* Weighted least squares of y = c_0 + ... + c_degree x^degree, degree 0 or 1, with standard
 * errors sigma > 0; *c0 with a normal 95% interval, widened by the root of the reduced chi^2
 * where that is above 1. *chi2, *freedom = n - degree - 1 (may be NULL). False, with NAN,
 * for too few points or a single x in a fit of degree 1. */
bool kl_stats_fit_polynomial(const double *x, const double *y, const double *sigma, int n,
                             int degree, kl_estimate *c0, double *chi2, int *freedom);

/* P(chi^2 > value) with `freedom` >= 1 degrees of freedom. */
double kl_stats_chi2_above(double value, int freedom);

/* Fit of value = c * x^exponent to n points. `positive`: the values are
 * positive by nature (moments): weighted least squares on logarithms, weights
 * from the intervals. Otherwise (a bias): weighted least squares on the values
 * themselves, interval of the exponent by the profile of chi^2.
 * Returns false, with exponent NAN, if no honest exponent exists: fewer than 2
 * distinct x, an amplitude that does not differ from zero by 3 standard errors,
 * an interval that is unbounded, or, not `positive`, a chi2 that has a probability
 * below 0.001. `reduced_chi2` (may be NULL) tells the quality, also where there is
 * no exponent; NAN for two points. When it is above 1 the interval is widened by
 * its root. */
bool kl_stats_fit_rate(const double *x, const kl_estimate *value, int n, bool positive,
                       kl_estimate *exponent, double *reduced_chi2);

/* Exponent of values that are a smooth function of x and known up to bounds of their error, e.g.
 * deterministic biases c x^a (1 + d x + ...): a straight line through their logarithms, all with
 * the same weight. The interval holds what the errors may change, and Student's interval of the
 * scatter about the line, which is that of a power law's corrections. False, with NAN, for fewer
 * than two distinct x with a value whose interval excludes zero, or values of both signs among
 * these. */
bool kl_stats_fit_smooth_rate(const double *x, const kl_estimate *value, int n,
                              kl_estimate *exponent);

/* A critical point: curves f(x) of different sizes that cross there. */
typedef struct kl_crossing {
    kl_estimate x, value, exponent; /* x_c, f there, nu */
    double chi2;
    int freedom;
} kl_crossing;

/* Fit of f = c_0 + c_1 u + c_2 u^2, u = (x - x_c) size^(1/nu), to values with standard errors
 * sigma > 0; without c_2 for fewer than four distinct x. False if no honest critical point exists:
 * fewer than three distinct x or two sizes, no degree of freedom, an x_c whose interval is not
 * within the x, a chi2 that has a probability below 0.05; chi2 is NAN where nothing could be
 * fitted. Intervals are widened by the root of the reduced chi2 where that is above 1. */
bool kl_stats_fit_crossing(const double *x, const double *size, const double *value,
                           const double *sigma, int n, kl_crossing *out);

/* (E|Z|^r)^(1/r) = sqrt(2) (Gamma((r+1)/2)/sqrt(pi))^(1/r) of a normal Z of variance 1, r > 0. */
double kl_stats_normal_moment(double order);

#endif
