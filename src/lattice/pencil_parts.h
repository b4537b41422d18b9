/* The lattice in pencils: how the recurrence cuts it over the ranks of a group where slabs are too
 * thin for it.
 *
 * A pencil has all of axis 1, along which fronts run (dynamics/fronts.h), and ranges of the other
 * axes: axis 0 is cut in parts[0] ranges and, for d = 3, axis 2 in parts[1]. Part (i, j) belongs to
 * rank i parts[1] + j. Its range of axis 0 is that of the slabs of all ranks (i, .): to go from
 * slabs to pencils these alone exchange sites, and if axis 2 is not cut nobody does. What is not
 * made and measured in pencils works on slabs, of which some are empty if there are more ranks than
 * planes.
 *
 * A pencil lies in the memory of the slab's array as [planes][rows][sites]: planes along axis 1,
 * rows along axis 0, sites along axis 2; for d = 2 planes along axis 1, one row each, sites along
 * axis 0. So a front finds its planes in one piece.
 */
#ifndef KL_LATTICE_PENCIL_PARTS_H
#define KL_LATTICE_PENCIL_PARTS_H

#include "lattice/lattice.h"
#include "lattice/team.h"

/* parts[0] parts[1] ranks; box[0] box[1] of them, neighbours in the grid, on each node. */
typedef struct kl_grid {
    int parts[2], box[2];
} kl_grid;

typedef struct kl_pencils {
    const kl_lattice *lattice; /* not owned */
    kl_grid grid;
    int at[2];           /* this rank's part */
    int64_t rows, sites; /* of its planes; 0: this rank is idle */
    MPI_Comm across;     /* the ranks (i, .), by j */
    int64_t bytes;       /* sent so far from slabs to pencils and back */
    /* Where some ranks have no plane and all nodes a team, whose ranks then have its planes
     * together: this one, and arrays of it for planes of others while a slab is measured; not
     * owned. */
    const kl_team *team;
    void *space[2];
    struct kl_edges *edges; /* between them (lattice/edges.h), not owned; NULL: not yet */
} kl_pencils;

/* The ranks of comm in the order of their parts: rank 0 stays, those that follow each other in comm
 * come to the box of one node. Free with MPI_Comm_free(). Collective. */
MPI_Comm kl_grid_order(MPI_Comm comm, const kl_grid *grid);

/* Of a lattice on ranks in that order, which becomes bare, with room for pencils in its arrays, and
 * points to *out, which must stay where it is. KL_INPUT: more parts than sites on an axis, or d =
 * 1, or axis 2 cut for d = 2. Collective; destroy takes zeros. */
kl_status kl_pencils_create(kl_lattice *lattice, const kl_grid *grid, kl_pencils *out,
                            kl_error *err);
void kl_pencils_destroy(kl_pencils *pencils);

/* Ranges of part k of axis 0 and of axis 2. Local. */
int64_t kl_pencils_first(const kl_pencils *pencils, int axis, int k);

/* Whether there are more ranks than planes. Local. */
bool kl_pencils_few_planes(const kl_lattice *lattice);
/* Tells pencils of the team of the node (kl_pencils_node()), ranks 0: none, and of two lattice
 * arrays. Collective. */
void kl_pencils_join(kl_pencils *pencils, const kl_team *team, void *const space[2]);

/* The rank at a place of this rank's node, and the first row of each of the node's planes that is
 * its part where they are worked on together. Local. */
int kl_pencils_mate(const kl_pencils *pencils, int place);
/* The place of a rank in this rank's node; -1: it is in another. Local. */
int kl_pencils_place(const kl_pencils *pencils, int rank);
int64_t kl_pencils_row(const kl_pencils *pencils, int place);

/* The ranks of this rank's node, by their place in its box. Collective; free the result. */
MPI_Comm kl_pencils_node(const kl_pencils *pencils);

/* From slab to pencil in place, by way of `spare`, a lattice array of the same element. Collective.
 */
void kl_pencils_enter(kl_pencils *pencils, void *slab, size_t element, void *spare);
/* A copy of a pencil as slab; `spare` likewise. Where ranks of a node have its planes together,
 * each is sent its rows of all of them. Collective. */
void kl_pencils_leave(kl_pencils *pencils, const void *pencil, size_t element, void *slab,
                      void *spare);

/* Numbers of the planes of axis 0, of which rank (i, last j) has those of its range, summed in the
 * order of the planes: `mine` elsewhere is not looked at. Collective over the lattice's ranks.
 * KL_ENVIRONMENT: no memory. */
kl_status kl_pencils_sum(const kl_pencils *pencils, const double *mine, double *sum, kl_error *err);

/* Sites of a pencil. Local. */
static inline int64_t kl_pencils_local(const kl_pencils *pencils)
{
    return pencils->lattice->sites * pencils->rows * pencils->sites;
}
/* Sites that this rank has in what a recurrence works on, pencil or slab, and elements of an array
 * of it, with ghosts. Local. */
static inline int64_t kl_pencils_held(const kl_lattice *lattice)
{
    return lattice->pencils ? kl_pencils_local(lattice->pencils) : kl_lattice_local(lattice);
}
static inline int64_t kl_pencils_extent(const kl_lattice *lattice)
{
    return lattice->pencils ? kl_pencils_local(lattice->pencils) : kl_lattice_extent(lattice);
}
/* The coordinates of the first site of this part on axes 0 and 2 (d = 2: the first is 0). Local. */
static inline int64_t kl_pencils_start(const kl_pencils *pencils, int axis)
{
    return kl_pencils_first(pencils, axis, pencils->at[axis]);
}

#endif
