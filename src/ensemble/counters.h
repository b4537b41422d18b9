/* Counters that all ranks of a communicator share: whoever asks for the next number has one that
 * nobody else has, without waiting for any other rank.
 *
 * On one node they are in memory that every rank sees (base/shared.h). Between nodes they are in a
 * window of rank 0 (MPI_Fetch_and_op): where the network does that by itself, as InfiniBand does,
 * rank 0 is not in it; elsewhere it answers whenever it calls MPI, at the latest at its next step.
 * Where there is neither, numbers are dealt out in turn.
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
    MPI_Win window;   /* on rank 0, or MPI_WIN_NULL, and */
    int64_t *own;     /* [n]: how many numbers this rank has had */
} kl_counters;

/* n counters at 0. one_node: all ranks are on one. Collective over comm. KL_ENVIRONMENT. */
kl_status kl_counters_create(MPI_Comm comm, int n, bool one_node, kl_counters *out, kl_error *err);
/* Collective over comm; safe on what is zeroed. */
void kl_counters_destroy(kl_counters *counters);

/* The next number of counter i, from 0, to asker 0 <= asker < askers; each asks from one rank.
 * Local. */
int64_t kl_counters_next(kl_counters *counters, int i, int asker, int askers);
/* From here on all numbers of counter i are large, as far as ranks share it. Local. */
void kl_counters_exhaust(kl_counters *counters, int i);
/* True after that. Local. */
bool kl_counters_exhausted(kl_counters *counters, int i);

#endif
