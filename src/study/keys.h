/* All keys of a study of one system, as config/schema.h takes them. Local. */
#ifndef KL_STUDY_KEYS_H
#define KL_STUDY_KEYS_H

#include "kinlim/system.h"

typedef struct kl_study_keys {
    int common;         /* of the tables, the first ones are the pipeline's; then the system's */
    kl_key stations[2]; /* the table of its stations */
    const kl_key *tables[]; /* ends with NULL */
} kl_study_keys;

/* *out is to be freed with free(). KL_ENVIRONMENT: no memory. */
kl_status kl_study_keys_create(const kl_system *system, kl_study_keys **out, kl_error *err);

#endif
