/* Where results come from: recorded in every results file. */
#ifndef KL_RUN_PROVENANCE_H
#define KL_RUN_PROVENANCE_H

#include "run/layout.h"

/* Adds versions, revision, machine, layout and times to the results' pairs. Local. */
kl_status kl_provenance(const kl_study *study, const kl_layout *layout,
                        const kl_run_options *options, const char *start, kl_results *results,
                        kl_error *err);
void kl_timestamp(char text[32]); /* UTC, ISO 8601 */

/* This program as a maker of realizations. */
void kl_provenance_build(char text[KL_BUILD]);
/* The comments in a journal's study that say which program made which attempts: with this one from
 * `attempt` on, malloc'ed (study: the one that is there already, or NULL); and what they say of an
 * attempt. */
kl_status kl_provenance_attempts(const char *study, int attempt, char **out, kl_error *err);
void kl_provenance_attempt(const char *study, int attempt, char build[KL_BUILD]);
/* One line on standard error if others than `build` made any of the realizations. */
void kl_provenance_warn(const kl_results *results, const char *build);
/* Adds the pair "builds", how many realizations each made, where not all are of the program that
 * the other pairs name. */
kl_status kl_provenance_builds(kl_results *results, kl_error *err);

#endif
