/* Which program made which realizations: noted in the journal, attempt by attempt, and in the
 * results. Local. */
#ifndef KL_RUN_MAKERS_H
#define KL_RUN_MAKERS_H

#include "kinlim/results.h"

/* This program as a maker of realizations. */
void kl_makers_own(char text[KL_BUILD]);
/* The comments in a journal's study that say which program made which attempts: with this one from
 * `attempt` on, malloc'ed (study: the one that is there already, or NULL); and what they say of an
 * attempt. */
kl_status kl_makers_attempts(const char *study, int attempt, char **out, kl_error *err);
void kl_makers_attempt(const char *study, int attempt, char build[KL_BUILD]);
/* One line on standard error if others than `build` made any of the realizations. */
void kl_makers_warn(const kl_results *results, const char *build);
/* Adds the pair "builds", how many realizations each made, where not all are of the program that
 * the other pairs name. */
kl_status kl_makers_record(kl_results *results, kl_error *err);

#endif
