/* The rows of `kinlim export` (docs/statistics.md). */
#ifndef KL_SUMMARY_SUMMARY_H
#define KL_SUMMARY_SUMMARY_H

#include "study/study.h"

/* One line on standard error if orders of the study's moments get no interval. Local. */
void kl_moments_warn(const kl_study *study);

/* Fills results->row from samples and reference. Local. */
kl_status kl_summarise(const kl_study *study, kl_results *results, kl_error *err);

#endif
