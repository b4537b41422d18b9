/* The pieces of a state in flight, spread over the ranks of an ensemble (kl_packing). */
#ifndef KL_RUN_PIECES_H
#define KL_RUN_PIECES_H

#include "kinlim/system.h"

/* Pieces that this rank holds, and the number of its piece i. Local. */
int64_t kl_pieces_held(const kl_packing *packing);
int64_t kl_pieces_number(const kl_packing *packing, int64_t i);

/* 64 bits for each piece: mine[held] of this rank's, table[pieces] of all, by their numbers, on the
 * leader (elsewhere unused). Collective over comm. KL_ENVIRONMENT: no memory. */
kl_status kl_pieces_gather(MPI_Comm comm, const kl_packing *packing, const uint64_t *mine,
                           uint64_t *table, kl_error *err);

/* A checksum of the state after `station` that does not depend on the ranks: XXH64 of the XXH64 of
 * every piece, by their numbers. On the leader; 0 where there is none because the system cannot be
 * packed. Collective over comm. */
kl_status kl_pieces_checksum(MPI_Comm comm, const kl_system *system, const void *state, int station,
                             uint64_t *out, kl_error *err);

#endif
