/* Reading what may crash the reader: first in a child process. Local. */
#ifndef KL_RESULTS_TRIAL_H
#define KL_RESULTS_TRIAL_H

#include "kinlim/results.h"

typedef kl_status (*kl_reading)(const char *path, kl_results **out, kl_error *err);

/* Lets a child process read the file and drops what it reads. The status and message of that
 * reading; KL_INPUT if it crashed or did not come to an end. KL_ENVIRONMENT: no process to be had.
 */
kl_status kl_trial(kl_reading read, const char *path, kl_error *err);

#endif
