/* The rows of `kinlim export` (docs/statistics.md). */
#ifndef KL_SUMMARY_SUMMARY_H
#define KL_SUMMARY_SUMMARY_H

#include "statistics/statistics.h"
#include "study/study.h"

/* Puts into `text` that orders of the study's moments get no interval; false if they do. Local. */
bool kl_moments_warning(const kl_study *study, char *text, size_t size);

/* The mean over the finished realizations of one number, with its interval as in the rows `mean`;
 * false if there is none finished. y[nrealizations] is scratch. Local. */
bool kl_summary_mean(const kl_results *results, int point, int time, int quantity, double *y,
                     kl_estimate *mean);

/* Fills results->row from samples and reference, on rank 0 of comm; the others have the samples and
 * the limits too, and do a part of it, to the same bits. comm MPI_COMM_NULL: alone. Collective over
 * comm. */
kl_status kl_summarise(const kl_study *study, kl_results *results, MPI_Comm comm, kl_error *err);

/* Seconds that this takes with so many batches at each point, roughly. Local. */
double kl_summary_seconds(const kl_study *study, double batches);

#endif
