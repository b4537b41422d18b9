/* Many steps of the recurrence on a lattice in pencils (lattice/pencil_parts.h), blocked in time.
 *
 * Blocks of K steps go along the axis that no rank shares, in thick fronts: step j works two
 * fronts behind step j - 1, so that neighbours have a whole front to hear of each other's edges
 * (lattice/edges.h). Nothing is computed twice, nothing drifts, and a rank holds no planes of
 * others. A front comes back to 2K thick planes of its pencil.
 */
#ifndef KL_DYNAMICS_FRONTS_H
#define KL_DYNAMICS_FRONTS_H

#include "dynamics/stencil.h"
#include "lattice/edges.h"

typedef struct kl_fronts {
    kl_stencil stencil; /* of a lattice with pencils */
    kl_edges *edges;
    float *omega; /* as kl_lattice_array() takes it, with room for a pencil */
    void **array; /* two vectors, then accumulators */
    int arrays;
    int depth;     /* K */
    int64_t thick; /* planes of a front */
    bool fresh;    /* accumulators are zero and need not go to pencils */
} kl_fronts;

/* Potential and accumulators to pencils, and back; array[1] is lost. Collective, as all here. */
void kl_fronts_begin(const kl_fronts *fronts);
void kl_fronts_end(const kl_fronts *fronts);

/* Steps 1..steps on array[0], which is a slab before; what the two vectors are left with are
 * pencils. Between begin() and end(). */
void kl_fronts_run(const kl_fronts *fronts, int steps, kl_step_of step_of, const void *context);

#endif
