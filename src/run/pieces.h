/* The planes of a state in flight, spread over the ranks of a group (kl_packing). */
#ifndef KL_RUN_PLANES_H
#define KL_RUN_PLANES_H

#include "kinlim/system.h"

/* One number of `type` for each plane: mine[count] of this rank's, table[planes] of all, in
 * global order, on the leader (elsewhere unused). Collective over the group. */
kl_status kl_planes_gather(MPI_Comm group, const kl_packing *packing, MPI_Datatype type,
                           const void *mine, void *table, kl_error *err);

/* A checksum of the state after time number `time` that does not depend on the ranks: XXH64
 * of the XXH64 of every plane, in global order. On the leader; 0 where there is none because
 * the system cannot be packed. Collective over the group. */
kl_status kl_planes_checksum(MPI_Comm group, const kl_system *system, const void *state, int time,
                             uint64_t *out, kl_error *err);

#endif
