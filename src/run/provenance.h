/* Where results come from: recorded in every results file. */
#ifndef KL_RUN_PROVENANCE_H
#define KL_RUN_PROVENANCE_H

#include "run/layout.h"

/* Adds versions, revision, machine, layout and times to the results' pairs. Local. */
kl_status kl_provenance(const kl_study *study, const kl_layout *layout,
                        const kl_run_options *options, const char *start, kl_results *results,
                        kl_error *err);

#endif
