/* Requests to stop early: signals and a time limit. */
#ifndef KL_BASE_STOP_H
#define KL_BASE_STOP_H

#include "kinlim/status.h"

#include <stdbool.h>

/* SIGTERM, SIGINT, SIGUSR1, SIGUSR2, SIGXCPU and SIGHUP (unless it is ignored, as under nohup) set
 * a flag from now on; a second SIGINT takes its default action and stops at once. May come before
 * MPI_Init. Local. */
void kl_stop_on_signals(void);

/* KL_STOPPED on all ranks of comm if any has been signalled, for where nothing has begun yet and
 * so nothing is to be saved. Collective. */
kl_status kl_stop_early(MPI_Comm comm, kl_error *err);

/* True on all ranks of comm if any has been signalled or `deadline` (of
 * kl_clock(); 0: none) has passed on any. Collective. */
bool kl_stop_requested(MPI_Comm comm, double deadline);

/* Seconds of a clock that never goes backwards. */
double kl_clock(void);
/* Seconds that this thread has been at work: other programs do not count. */
double kl_clock_work(void);

#endif
