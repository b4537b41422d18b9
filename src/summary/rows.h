/* Rows of the summary; private to the room. */
#ifndef KL_SUMMARY_ROWS_H
#define KL_SUMMARY_ROWS_H

#include "statistics/statistics.h"
#include "study/study.h"

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
/* With a value that has no interval of its own. */
kl_status kl_rows_add_exact(kl_rows *rows, kl_row row, double value, kl_error *err);

/* Realizations that may depend on each other: the members of a batch, or a block of the system's.
 * Only whole ones count below. */
int kl_rows_block(const kl_results *results);
/* Finished realizations of a point; in lockstep whole batches of them. Local. */
int kl_rows_count(const kl_results *results, int point);
/* Samples of one number, finished realizations in order, into y[nrealizations]; how many. */
int kl_rows_gather(const kl_results *results, int point, int time, int quantity, double *y);
/* Independent samples: the same, but means over batches or blocks. */
int kl_rows_gather_independent(const kl_results *results, int point, int time, int quantity,
                               double *y);

/* The same of all numbers, one row [ntimes nquantities] of each batch or block, not gathered: */
typedef struct kl_sample_list {
    const kl_results *results;
    int point, n;
    int *block; /* [n]: whole ones; free() it */
} kl_sample_list;
kl_status kl_rows_list(const kl_results *results, int point, kl_sample_list *out, kl_error *err);
/* Good while *list stays where it is. */
kl_stats_rows kl_rows_independent(const kl_sample_list *list);

/* The bootstrap's key of a number: by the values of its point, not by where the point stands. */
uint64_t kl_rows_key(const kl_study *study, int point, const char *statistic,
                     const char *observable, const char *part, double station, double order);

/* ---- what the tables of one summary share ---- */

typedef struct kl_table {
    const kl_study *study;
    kl_results *r;
    kl_rows rows;
    const kl_limit_data *reference; /* or NULL */
    double *y;                      /* [nrealizations]: samples of one number */
    int *count;                     /* [npoints]: finished realizations */
    /* For the rates. Statistics: bias, central moments, deviation moments, biases from the other
     * limits, excesses over the limits of moments; then the means.
     * [statistics + 1][npoints][ntimes][nquantities] */
    kl_estimate *estimate;
    kl_estimate *derived; /* [nderived][npoints][ntimes] */
    MPI_Comm comm;        /* of the ranks that have the samples; MPI_COMM_NULL: this one alone */
    int rank, ranks;
} kl_table;

/* The status of all of them on all ranks (kl_agree()). */
kl_status kl_table_agree(const kl_table *table, kl_status status, kl_error *err);
/* How many statistics have rates, and where the estimate of one is. */
int kl_table_statistics(const kl_table *table);
kl_estimate *kl_table_estimate(const kl_table *table, int statistic, int point, int time,
                               int quantity);
kl_estimate *kl_table_derived(const kl_table *table, int derived, int point, int time);
/* The mean of a number, behind these; NAN without realizations. */
kl_estimate *kl_table_mean(const kl_table *table, int point, int time, int quantity);
/* Statistic number of the bias from limit i. */
int kl_table_bias(const kl_table *table, int limit);
/* Statistic number of the excess of moment o over limit i. */
int kl_table_excess(const kl_table *table, int limit, int o);
/* The known numerical error of a number's samples; 0: none known. */
double kl_table_accuracy(const kl_table *table, int point, int time, int quantity);
/* A limit's value and error at a number; NAN where there is none. */
kl_estimate kl_table_limit(const kl_table *table, const kl_limit_data *limit, int point, int time,
                           int quantity);

/* ---- number_rows.c, derived_rows.c, rate_rows.c ---- */

/* All rows of one number at one point and station. */
kl_status kl_number_rows(kl_table *table, int point, int time, int quantity, kl_error *err);
/* Those of all numbers, by all ranks: of number i = (point ntimes + time) nquantities + quantity
 * row[start[i]..start[i + 1] - 1], on rank 0. Collective over table->comm. */
typedef struct kl_number_table {
    kl_row *row;
    int64_t *start; /* [numbers + 1] */
} kl_number_table;
kl_status kl_numbers_fill(kl_table *table, kl_number_table *out, kl_error *err);
void kl_numbers_destroy(kl_number_table *numbers);
/* All derived statistics of a point, by all ranks; the rows on rank 0. Collective over
 * table->comm. */
kl_status kl_derived_rows(kl_table *table, int point, kl_error *err);
/* The exponents of every series. */
kl_status kl_rate_rows(kl_table *table, kl_error *err);

/* ---- moment_rows.c ---- */

/* `text` says which of the study's orders so many realizations give no interval, and which are
 * above the tested; false if there is nothing to say. */
bool kl_moments_shortage(const kl_study *study, int64_t realizations, char *text, size_t size);
/* Writes that of `fewest` finished realizations to the file's pair "moments_note". */
kl_status kl_moments_note(const kl_study *study, int fewest, kl_results *results, kl_error *err);
/* Rows `probability` and `chebyshev_bound` of every delta of the study; `row`: a blank row of the
 * number, moment[]: its deviation moments by order. Nothing without deltas. */
kl_status kl_moments_chances(const kl_study *study, kl_rows *rows, kl_row row, const double *y,
                             int n, double limit, const kl_estimate *moment, kl_error *err);

/* ---- moment_limit_rows.c ---- */

/* The limits of a number's central moments, and measured over limit; x: a blank row of it. */
kl_status kl_moment_limit_rows(kl_table *table, int point, int time, int quantity, int realizations,
                               kl_error *err);
/* Fills the correlations between all numbers of the samples, where they are asked for. */
kl_status kl_correlations(kl_table *table, kl_error *err);

/* ---- constants.c, budget.c, compare.c, scaling_rows.c, extrapolate.c ---- */

/* What follows from the study alone, and its exponents. */
kl_status kl_add_constants(const kl_study *study, kl_rows *rows, kl_error *err);
/* Where the error comes from: error:... and bias_share of every number. */
kl_status kl_budget_rows(kl_table *table, kl_error *err);
/* Differences between points whose realizations share their random numbers. */
kl_status kl_compare_variants(const kl_study *study, kl_rows *rows, kl_error *err);
/* Derived statistics that scale: their slopes in the size, and where their curves cross. */
kl_status kl_scaling_rows(kl_table *table, kl_error *err);
/* Means of points that differ in their size alone, taken to infinite size. */
kl_status kl_extrapolate_sizes(kl_table *table, kl_error *err);

#endif
