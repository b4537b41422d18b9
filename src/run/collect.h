/* Samples into results. Local, on the rank that has the results, where nothing else is said. */
#ifndef KL_RUN_COLLECT_H
#define KL_RUN_COLLECT_H

#include "study/study.h"

/* True if the arrays of all realizations are to lie in a file: they are large, or several ranks are
 * to make the statistics. */
bool kl_collect_in_file(const kl_study *study, int ranks);
/* Bytes of that file. */
double kl_collect_disk(const kl_study *study);

/* Bytes that the samples of a study take on rank 0 of so many: in memory and again as the image of
 * the file, or, where they lie in a file, what is looked at at a time. */
double kl_collect_bytes(const kl_study *study, int ranks);
/* Likewise on each rank, for its part of the statistics. */
double kl_collect_scratch(const kl_study *study, int ranks);

/* Bytes of the moments of fields that each leader of a team gathers. */
double kl_collect_bytes_of_leader(const kl_study *study);

/* An empty results object of the study's shape. journal: of the run, if the arrays of all
 * realizations are to lie in a file there; NULL: in memory. KL_ENVIRONMENT: no memory. */
kl_status kl_collect_create(const kl_study *study, const char *journal, kl_results **out,
                            kl_error *err);

/* The same with the arrays of rank 0, to be read; no fields. */
kl_status kl_collect_open(const kl_study *study, const char *journal, kl_results **out,
                          kl_error *err);

/* Adds every sample and every solved limit of a journal, of attempt `since` and later ones.
 * KL_INPUT: a record of another study. */
kl_status kl_collect_journal(const kl_study *study, const char *journal, int since,
                             kl_results *results, kl_error *err);
/* Adds every sample of other results of the same shape but for the number of
 * realizations. Overlap must be identical, else KL_INPUT naming `name`. */
kl_status kl_collect_results(const kl_results *from, const char *name, kl_results *results,
                             kl_error *err);
/* True if batch b of a point is whole. */
bool kl_collect_has(const kl_results *results, int point, int64_t batch);

#endif
