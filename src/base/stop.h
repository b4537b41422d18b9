/* Requests to stop early: signals and a time limit. */
#ifndef KL_BASE_STOP_H
#define KL_BASE_STOP_H

#include <mpi.h>
#include <stdbool.h>

/* SIGTERM, SIGINT, SIGUSR1 set a flag from now on; a second SIGINT takes its
 * default action and stops at once. Local. */
void kl_stop_on_signals(void);

/* True on all ranks of comm if any has been signalled or `deadline` (of
 * kl_clock(); 0: none) has passed on any. Collective. */
bool kl_stop_requested(MPI_Comm comm, double deadline);

/* Seconds of a clock that never goes backwards. */
double kl_clock(void);

#endif
