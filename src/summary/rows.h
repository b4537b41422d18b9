/* Rows of the summary; private to the room. */
#ifndef KL_SUMMARY_ROWS_H
#define KL_SUMMARY_ROWS_H

#include "statistics/statistics.h"
#include "summary/summary.h"

typedef struct kl_rows { /* appends to results->row */
    kl_results *results;
    int room;
} kl_rows;

/* A row without value; q may be NULL; point -1: none, all parameters empty. */
kl_row kl_row_blank(int point, double time, const kl_quantity *q, const char *statistic,
                    double order, int realizations);
/* The row of a series of points: its own parameters, no point, no realizations yet. */
kl_row kl_row_of_series(const kl_study *study, int series, double time, const kl_quantity *q,
                        const char *statistic, double order);
/* Completes the row with the estimate and appends it. KL_ENVIRONMENT: no memory. */
kl_status kl_rows_add(kl_rows *rows, kl_row row, kl_estimate e, kl_error *err);

/* Samples of one number, finished realizations in order, into y[nrealizations]; how many. */
int kl_rows_gather(const kl_results *results, int point, int time, int quantity, double *y);

/* ---- moments.c ---- */

/* `text` says which of the study's orders so many realizations give no interval, and which are
 * above the tested; false if there is nothing to say. */
bool kl_moments_shortage(const kl_study *study, int64_t realizations, char *text, size_t size);
/* Writes that of `fewest` finished realizations to the file's pair "moments_note". */
kl_status kl_moments_note(const kl_study *study, int fewest, kl_results *results, kl_error *err);
/* Rows `probability` and `chebyshev_bound` of every delta of the study; `row`: a blank row of the
 * number, moment[]: its deviation moments by order. Nothing without deltas. */
kl_status kl_moments_chances(const kl_study *study, kl_rows *rows, kl_row row, const double *y,
                             int n, double limit, const kl_estimate *moment, kl_error *err);

/* ---- compare.c: points against each other ---- */

/* Differences between points whose realizations share their random numbers. Local. */
kl_status kl_compare_twins(const kl_study *study, kl_rows *rows, kl_error *err);

/* ---- extrapolate.c ---- */

/* Means of points that differ in their size alone, taken to infinite size. Local. */
kl_status kl_extrapolate_sizes(const kl_study *study, kl_rows *rows, kl_error *err);

/* ---- facts.c ---- */

/* What follows from the study alone, and its exponents. Local. */
kl_status kl_add_facts(const kl_study *study, kl_rows *rows, kl_error *err);

/* ---- budget.c: where the error comes from ---- */

/* error:... and bias_share of every number. Local. */
kl_status kl_budget_rows(kl_rows *rows, kl_error *err);

#endif
