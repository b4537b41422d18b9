/* What runs chose for the machine, in the provenance: the pair "choices". Local. */
#ifndef KL_RUN_CHOICES_H
#define KL_RUN_CHOICES_H

#include "kinlim/system.h"

/* Adds what this run chose, once. */
kl_status kl_choices_record(const kl_system *system, const void *run, kl_results *results,
                            kl_error *err);

#endif
