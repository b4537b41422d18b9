/* The block (psi^(0), ..., psi^(N)) of one realization, evolved beside the whole psi on the same
 * lattice, potential and seams. Private to the system. All functions but those that say so are
 * collective over the group. */
#ifndef KL_SYSTEMS_EXPANSION_BLOCK_H
#define KL_SYSTEMS_EXPANSION_BLOCK_H

#include "dynamics/duhamel.h"
#include "parts/propagation.h"

typedef struct expansion_block {
    kl_propagation *whole; /* not owned */
    kl_hamiltonian h;      /* its own but for the blocking */
    int orders;            /* N + 1 */
    double strength;       /* eta max|V| of this potential */
    double t;              /* microscopic time of psi */
    kl_state psi[KL_MOST_ORDERS], out[KL_MOST_ORDERS];
    void *scratch[KL_MOST_ORDERS]; /* out[0] and scratch[0] are lent by `whole` while it works */
} expansion_block;

/* Bound on rounding at the last time. Local. */
double expansion_block_rounding(const kl_propagation_setup *setup);

/* Bytes beside those of the whole psi; seconds without measurements. Local. */
kl_cost expansion_block_cost(const kl_propagation_setup *setup, int group_ranks);

/* `whole` must stay where it is. Free with destroy, which is local, on failure too. */
kl_status expansion_block_create(kl_propagation *whole, expansion_block *block, kl_error *err);
void expansion_block_destroy(expansion_block *block);

/* At t = 0 from the whole psi there, with the potential that it has. */
void expansion_block_start(expansion_block *block);
/* To a time of the study that the whole psi has reached. */
kl_status expansion_block_advance(expansion_block *block, int time, kl_error *err);

/* Checkpoints: planes of all orders, as kl_propagation_pack(). Local. */
size_t expansion_block_bytes(const expansion_block *block); /* of a plane */
void expansion_block_pack(const expansion_block *block, int64_t plane, void *bytes);
void expansion_block_unpack(expansion_block *block, int64_t plane, const void *bytes);
void expansion_block_restored(expansion_block *block, int time);

#endif
