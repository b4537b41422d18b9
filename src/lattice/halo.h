/* The planes that a slab shares with its neighbours: exchanged by messages, or, where
 * the neighbour is a rank of the same node, written by it into memory that both see;
 * then a message without content says that they are there.
 */
#ifndef KL_LATTICE_HALO_H
#define KL_LATTICE_HALO_H

#include "lattice/lattice.h"

/* Ghost planes of two arrays in memory shared with the neighbours. Side 0 is the
 * neighbour below, 1 the one above; NULL: it is on another node. */
typedef struct kl_ghosts {
    char *mine[2];   /* [side] a plane for each array: written by that neighbour, read here */
    char *theirs[2]; /* [side] the same of that neighbour: written here */
    size_t plane;    /* bytes */
    MPI_Comm node;
    MPI_Win window;
} kl_ghosts;

/* For elements of up to `element` bytes. Without memory to share, or in a group of one rank or
 * d = 1, all sides are NULL. Both are collective over the group; destroy takes zeros. */
void kl_ghosts_create(const kl_lattice *lattice, size_t element, kl_ghosts *out);
void kl_ghosts_destroy(kl_ghosts *ghosts);

/* An array of kl_lattice_extent() elements and the places of its ghost planes. */
typedef struct kl_haloed {
    const kl_lattice *lattice;
    size_t element;
    char *array;
    char *ghost[2];  /* below the first owned plane, above the last: read here */
    char *theirs[2]; /* the neighbour's ghost plane that this rank writes; NULL: message */
    MPI_Win window;
} kl_haloed;

/* `ghosts` may be NULL; `which` of its arrays, 0 or 1. Ghost planes that are not shared are
 * those of the array. Local. */
kl_haloed kl_haloed_make(const kl_lattice *lattice, void *array, size_t element,
                         const kl_ghosts *ghosts, int which);

/* An exchange. After start() the two outer owned planes must not change, after
 * finish() the ghost planes are valid; between the two, test() lets MPI make
 * progress. A shared ghost plane is overwritten by the neighbour's next start():
 * whoever starts again must know that the neighbour has read the last one, e.g.
 * because it has received what was computed from it. Collective over the
 * group; one exchange at a time per kl_halo. */
typedef struct kl_halo {
    MPI_Request request[4];
    MPI_Win window;
} kl_halo;
void kl_halo_start(const kl_haloed *haloed, kl_halo *halo);
/* The same for rows from..to-1 of the planes (none if from >= to), alike on all ranks. */
void kl_halo_start_rows(const kl_haloed *haloed, int64_t from, int64_t to, kl_halo *halo);
void kl_halo_test(kl_halo *halo);
void kl_halo_finish(kl_halo *halo);

#endif
