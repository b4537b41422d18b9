/* A study from a file, or from text that rank 0 has, onto every rank. */
#ifndef KL_STUDY_LOAD_H
#define KL_STUDY_LOAD_H

#include "study/study.h"

/* Reads the file on rank 0 of comm, applies the assignments, checks everything. Collective over
 * comm; *out is the caller's, on every rank; NULL on failure. */
kl_status kl_study_read_file(MPI_Comm comm, const char *path, int nset, const char *const *set,
                             const kl_system *const *systems, kl_study **out, kl_error *err);
/* From the text of rank 0 (elsewhere unused); `name` is used in messages. Likewise. */
kl_status kl_study_read_text(MPI_Comm comm, const char *name, const char *text, int nset,
                             const char *const *set, const kl_system *const *systems,
                             kl_study **out, kl_error *err);

#endif
