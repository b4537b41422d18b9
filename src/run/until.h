/* Stopping by precision: how many batches a point gets.
 *
 * Batches 0..n-1 of a point (realizations; in lockstep ensembles) are enough when the 95% interval
 * of the statistic has at most the half width `relative_error` * |value|, at every time, for every
 * part of the observables. It is asked only at the fixed counts n = min, then 3/2 of the last one
 * rounded up, to max; and answered from those n samples alone: the same for any layout of ranks,
 * stops and resumes.
 */
#ifndef KL_RUN_UNTIL_H
#define KL_RUN_UNTIL_H

#include "study/study.h"

/* The fixed count after n. Local. */
int64_t kl_until_next(const kl_until *until, int64_t n);

/* How many batches the first n of a point ask for, by half widths that fall like the root of their
 * number: at most n where they are enough, INFINITY where that cannot be told. Of `results` their
 * samples are looked at, of the watched observables, and nothing else. Local. KL_ENVIRONMENT: no
 * memory. */
kl_status kl_until_needed(const kl_study *study, const kl_results *results, int point, int64_t n,
                          double *out, kl_error *err);

/* How many counts from n on, itself included, will be asked if a point needs so many batches.
 * Local.
 */
int kl_until_counts(const kl_until *until, int64_t n, double need);

/* From the finished realizations: results->planned[npoints], what every point needs as far as
 * can be told now (the next fixed count where that is not done); need[npoints], the batches that it
 * will need by what is known; and order[npoints], the points with the least work before them first,
 * by variance and cost. Either may be NULL. With a plain number of realizations that number, and
 * the order of the study. Local. */
kl_status kl_until_plan(const kl_study *study, kl_results *results, int *order, double *need,
                        kl_error *err);

#endif
