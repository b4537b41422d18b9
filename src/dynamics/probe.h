/* Depth and tile of the recurrence that are fastest here and now.
 *
 * Who else uses the caches is not written anywhere, so pairs of depth and rows are tried for some
 * milliseconds: blocks of steps on parts of the slab that follow each other, so that memory is met
 * as in a sweep. The pairs come in the order of what they hold in the cache, from what half a
 * core's own cache takes; the search ends where more has become clearly slower. The best ones are
 * tried again in turns. What counts is the least processor time, added over the group, which
 * all ranks of it take at the same time. Results do not depend on the choice.
 */
#ifndef KL_DYNAMICS_PROBE_H
#define KL_DYNAMICS_PROBE_H

#include "dynamics/recurrence.h"

/* Seconds that a choice is good for: neighbours come and go. */
enum { KL_PROBE_AGAIN = 600 };

/* The fastest blocking for steps with one accumulator each, up to the depth of *blocking, which
 * stays where there is nothing to choose: planes that a core's own cache holds, and d < 3.
 * `array`: two vectors and two accumulators as in kl_recurrence, whose finite contents are lost.
 * Collective over the lattice's group. */
void kl_probe_blocking(const kl_stencil *stencil, const float *omega, void *array[4],
                       kl_blocking *blocking);

#endif
