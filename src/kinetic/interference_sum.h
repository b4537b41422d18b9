/* The sum over the shell of meetings.h for a set of real observables and a start on one shell,
 * E = e(p). Private to this room. */
#ifndef KL_KINETIC_INTERFERENCE_SUM_H
#define KL_KINETIC_INTERFERENCE_SUM_H

#include "kinetic/interference_plan.h"

/* half[i * nquantities + j] = D of quantity i, early, and j, late; without `all` the diagonal
 * alone, the rest 0. Collective over the communicator of the watch; the same on every rank.
 * KL_STOPPED, KL_ENVIRONMENT, KL_INPUT: no such shell, or more memory than there is. */
kl_status kl_interference_sum(const kl_fluctuation_problem *problem, kl_watch *watch,
                              const kl_fineness *fineness, double early, double late, bool all,
                              double *half, kl_error *err);

#endif
