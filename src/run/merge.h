/* Joins results files of one study, e.g. of a job array over realizations. */
#ifndef KL_RUN_MERGE_H
#define KL_RUN_MERGE_H

#include "study/study.h"

/* As kl_merge() in kinlim/study.h, with that table of systems. Collective over comm. */
kl_status kl_merge_files(MPI_Comm comm, const char *output, int n, const char *const *inputs,
                         const char *command, const kl_system *const *systems, kl_error *err);

#endif
