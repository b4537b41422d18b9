/* Moments of fields over the realizations of a run: each leader adds what its team has finished,
 * one reduction brings all to rank 0. The journal has every single field, so that nothing is lost
 * with a run that dies. */
#ifndef KL_RUN_GROUP_FIELDS_H
#define KL_RUN_GROUP_FIELDS_H

#include "run/record.h"
#include "statistics/forest.h"

typedef struct kl_group_fields {
    kl_forest *forest; /* [npoints][nfields] */
} kl_group_fields;

kl_status kl_group_fields_create(const kl_study *study, kl_group_fields *out, kl_error *err);
void kl_group_fields_destroy(const kl_study *study, kl_group_fields *fields);
/* Adds a finished batch; on the leader of its team. Local. */
kl_status kl_group_fields_add(const kl_study *study, const kl_record *record,
                              kl_group_fields *fields, kl_error *err);
/* Joins those of all ranks into `results` on rank 0 (NULL elsewhere). Collective over comm. */
kl_status kl_group_fields_reduce(const kl_study *study, MPI_Comm comm, kl_group_fields *fields,
                                 kl_results *results, kl_error *err);

#endif
