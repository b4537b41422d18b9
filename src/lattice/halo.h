/* Exchange of the outer planes of a slab with the neighbours below and above. */
#ifndef KL_LATTICE_HALO_H
#define KL_LATTICE_HALO_H

#include "lattice/lattice.h"

/* Of an array of kl_lattice_extent() elements. Between start() and finish() its outer owned planes
 * must not change; after finish() its ghost planes are valid. Collective over the group; one
 * exchange at a time per kl_halo. */
typedef struct kl_halo {
    MPI_Request request[4];
} kl_halo;
void kl_halo_start(const kl_lattice *lattice, void *array, size_t element, kl_halo *halo);
void kl_halo_finish(kl_halo *halo);

#endif
