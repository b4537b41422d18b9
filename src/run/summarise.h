/* The statistics of a run: by all ranks where the samples lie in a file, else by rank 0. */
#ifndef KL_RUN_SUMMARISE_H
#define KL_RUN_SUMMARISE_H

#include "study/study.h"

/* The rows of `results` (rank 0's, all collected; NULL elsewhere). journal: the folder, on every
 * rank. *view is what the other ranks have seen of it, the caller's; NULL on rank 0 and where it
 * has all in memory. Collective over comm. */
kl_status kl_run_summarise(const kl_study *study, MPI_Comm comm, const char *journal,
                           kl_results *results, kl_results **view, kl_error *err);

#endif
