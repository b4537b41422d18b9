/* Counters that all ranks of a communicator share: whoever asks for the next number has one that
 * nobody else has, without waiting for any other rank.
 *
 * On one node they are in memory that every rank sees (base/shared.h). Between nodes they are in a
 * window of rank 0 (MPI_Fetch_and_op): where the network does that by itself, as InfiniBand does,
 * rank 0 is not in it; elsewhere it answers whenever it calls MPI, at the latest at its next step.
 */
#ifndef KL_ENSEMBLE_COUNTERS_H
#define KL_ENSEMBLE_COUNTERS_H

#include "base/shared.h"
#include "kinlim/status.h"

#include <mpi.h>
#include <stdbool.h>
#include <stdint.h>

typedef struct kl_counters {
    int n;
    kl_shared shared; /* of one node; else none, and */
    MPI_Win window;   /* on rank 0 */
} kl_counters;

/* n counters at 0. one_node: try memory that ranks share. Collective over comm. */
void kl_counters_create(MPI_Comm comm, int n, bool one_node, kl_counters *out);
/* Collective over comm; safe on what is zeroed. */
void kl_counters_destroy(kl_counters *counters);

/* The value of counter i, which grows by `more`. Local. */
int64_t kl_counters_add(kl_counters *counters, int i, int64_t more);

#endif
