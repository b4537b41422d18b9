/* Philox4x64-10 for many counters at once. J. K. Salmon, M. A. Moraes, R. O. Dror,
 * D. E. Shaw, "Parallel random numbers: as easy as 1, 2, 3", SC11; Random123. */
#ifndef KL_LATTICE_PHILOX_H
#define KL_LATTICE_PHILOX_H

#include <stdint.h>

/* bits[4 i .. 4 i + 3] = the block of the counter (first + i, counter[0], counter[1], 0) for
 * i < blocks. Exact integers: the same for every instruction set. Local. */
void kl_philox_blocks(const uint64_t key[2], uint64_t first, const uint64_t counter[2],
                      int64_t blocks, uint64_t *bits);

#endif
