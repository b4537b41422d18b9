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

/* From the finished realizations: results->planned[npoints], what every point needs as far as
 * can be told now (the next fixed count where that is not done), and order[npoints] (may be
 * NULL), the points with the least work before them first, by variance and cost. With a plain
 * number of realizations that number, and the order of the study. Local. */
kl_status kl_until_plan(const kl_study *study, kl_results *results, int *order, kl_error *err);

#endif
