/* Many steps of the recurrence on a slab, blocked in time.
 *
 * Steps go in blocks of K. Each block has two phases, both in place, neither
 * with redundant work:
 *   1. the inside: step j = 1..K of the block updates planes j..n-1-j, as a
 *      wavefront along axis 0 (plane w-j at front w) inside tiles of rows whose
 *      edges move by one row a step; the rows around the periodic seam follow
 *      as a tile that grows by one row a step. No ghosts are needed.
 *   2. the seam between slabs: step j updates planes 0..j-1 and n-j..n-1, with
 *      one exchange of a plane a step, behind the update of the other planes. Where the
 *      stencil has shared ghost planes, neighbours on the node write into those.
 * A rank that has all planes needs no phase 2: its fronts go on around the lattice.
 * While a front works on its planes, the next ones are asked for from memory.
 * A plane always holds its two last time levels, which are what its neighbours
 * need, so nothing is stored twice. The first exchange of a block travels during
 * phase 1. Sites see the same arithmetic for every K, tile and rank count.
 */
#ifndef KL_DYNAMICS_RECURRENCE_H
#define KL_DYNAMICS_RECURRENCE_H

#include "dynamics/stencil.h"

typedef struct kl_blocking {
    int depth;    /* K >= 1 */
    int64_t tile; /* rows of a tile, d = 3; at least the sites: no tiles */
    bool ahead;   /* ask for the next planes while the front works on these */
} kl_blocking;

/* Sizes for this lattice and `cache` bytes, two thirds of which the planes and rows
 * that a block of steps comes back to may fill; 0: kl_cpu_cache(). Local. */
kl_blocking kl_blocking_choose(const kl_lattice *lattice, kl_precision precision, size_t cache);

/* Steps 1..steps: step k reads array[(k-1) % 2], updates array[k % 2].
 * step_of(context, k, &step) tells what to do in step k; what it points to must
 * stay valid. Collective over the group. */
typedef void (*kl_step_of)(const void *context, int k, kl_stencil_step *step);
void kl_recurrence_run(const kl_stencil *stencil, kl_blocking blocking, void *const array[2],
                       int steps, kl_step_of step_of, const void *context);

#endif
