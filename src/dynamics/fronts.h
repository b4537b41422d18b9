/* Many steps of the recurrence on a lattice in pencils (lattice/pencil_parts.h), blocked in time.
 *
 * Thick fronts go along the axis that no rank shares: step j works two fronts behind step j - 1, so
 * that neighbours have a whole front to hear of each other's edges (lattice/edges.h), and K steps
 * are at work in each front: when one has gone around the lattice, the K-th after it begins.
 * Nothing is computed twice, nothing drifts, and a rank holds no planes of others. A front comes
 * back to 2K thick planes of its pencil.
 *
 * All in place: step j begins with plane j and ends, around the lattice, with plane j - 1, so that
 * what it needs there of step j - 1, planes j - 2 to j, is not yet overwritten by step j + 1.
 */
#ifndef KL_DYNAMICS_FRONTS_H
#define KL_DYNAMICS_FRONTS_H

#include "dynamics/stencil.h"
#include "lattice/edges.h"

typedef struct kl_fronts {
    kl_stencil stencil; /* of a lattice with pencils */
    kl_edges *edges;
    const float *omega;
    void **array;  /* two vectors, then accumulators */
    int depth;     /* K */
    int64_t thick; /* planes of a front */
} kl_fronts;

/* Steps 1..steps on array[0]; potential and arrays are pencils. Collective. */
void kl_fronts_run(const kl_fronts *fronts, int steps, kl_step_of step_of, const void *context);

#endif
