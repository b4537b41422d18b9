/* The planes between two slabs, on which first one rank works and then the other.
 *
 * The slabs of a recurrence drift by up to `depth` planes to and fro
 * (dynamics/recurrence.h). What passes between a rank and the one below it are planes
 * -depth-1..0 of the upper, which are planes n-depth-1..n of the lower, n of its own. From enter()
 * to leave() they are not in the arrays but in a seam. On one node both ranks see the same
 * seam and work on it in place, each in its turn; a message without content says whose turn
 * it is. Neighbours on two nodes have a copy each (the lower one in its arrays) and
 * send what they have done.
 *
 * Slabs of nodes: where a node's ranks are a team (lattice/team.h) its slab is that of all of them,
 * which lies in the team's segments. The planes below it, and the one above, are in memory that
 * they share; each rank exchanges its own rows with the rank at its place in the next node.
 */
#ifndef KL_LATTICE_SEAM_H
#define KL_LATTICE_SEAM_H

#include "base/shared.h"
#include "lattice/lattice.h"

#include <stdbool.h>

typedef struct kl_seams {
    const kl_lattice *lattice; /* not owned */
    size_t element;            /* bytes */
    int depth, arrays;         /* depth 0: there are no seams */
    bool together;             /* between slabs of nodes */
    int64_t planes;            /* of the slab */
    int away;                  /* the rank above has a number so much larger */
    char *below, *above;       /* above NULL: not shared */
    bool shared[2];            /* with the neighbour below, above */
    kl_shared memory[2];       /* of the seams below (or of all of a team) and above */
    void *own;                 /* of the seam below, where it is not shared */
} kl_seams;

enum { KL_MOST_PIECES = 1792 };

/* Bytes of the seam between two slabs for each site of a plane. Local. */
static inline size_t kl_seams_column(size_t element, int depth, int arrays)
{
    return (size_t)(depth + 2) * element * (size_t)arrays + (size_t)depth * sizeof(float);
}

/* For at most `arrays` arrays of elements of `element` bytes, and the potential. Depth is cut to
 * what the slabs allow: 0 in a group of one rank or team, for d = 1 and where a slab has fewer than
 * three planes. share: false sends even on one node, where ranks have no team. Memory, shared or
 * not: kl_seams_column(), of a team once. Collective over the group, with the same arguments;
 * destroy is local and takes zeros. */
kl_status kl_seams_create(const kl_lattice *lattice, size_t element, int depth, int arrays,
                          bool share, kl_seams *out, kl_error *err);
void kl_seams_destroy(kl_seams *seams);

/* Moves the planes of arrays from..to-1 (with ghosts) into the seams, and back; in between the two
 * functions below find them. Of a team nothing is to be moved. Local: leave() when nobody works on
 * a seam any more. */
void kl_seams_enter(const kl_seams *seams, void *const *array, int from, int to);
void kl_seams_leave(const kl_seams *seams, void *const *array, int from, int to);

/* Copies the potential's (no ghosts) planes into the seams. Collective over the group; of a team
 * each rank copies its share of rows, when all have filled their planes. */
void kl_seams_potential(const kl_seams *seams, const float *omega);

/* Plane p = -depth-1..n of array i; plane p = -depth..n-1 of the potential, n the slab's planes.
 * Local. */
void *kl_seams_plane(const kl_seams *seams, void *array, int i, int64_t p);
const float *kl_seams_omega(const kl_seams *seams, const float *omega, int64_t p);

/* give() says to the neighbour on a side (0: below, 1: above) that these n <= KL_MOST_PIECES pieces
 * are done, and sends them if it does not share them. take() hears it from that neighbour, which
 * names the same rows. Both only start the message: the rows must stay until finish(); in between
 * test() lets MPI make progress. Messages of one direction arrive in their order. */
typedef struct kl_piece {
    void *memory;
    int64_t rows;
} kl_piece;
void kl_seams_give(const kl_seams *seams, int side, const kl_piece *piece, int n,
                   MPI_Request *request);
void kl_seams_take(const kl_seams *seams, int side, const kl_piece *piece, int n,
                   MPI_Request *request);
void kl_seams_test(MPI_Request *request);
/* The rows of a plane that are this rank's share: all without a team. `row`: bytes. Local. */
kl_piece kl_seams_share(const kl_seams *seams, const void *plane, size_t row);
/* Whoever waits for something else lets MPI make progress with all that is under way: others may
 * wait for it. Local. */
void kl_seams_progress(const kl_seams *seams);
void kl_seams_finish(MPI_Request *request);

#endif
