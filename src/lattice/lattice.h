/* The periodic lattice of L^d sites and its slabs over the ranks of a group.
 *
 * Axis 0 is the slowest. Rank r of n owns the planes floor(r L/n) to
 * floor((r+1) L/n)-1 of axis 0; a plane has L^(d-1) sites, row major. Site
 * arrays of a rank hold one ghost plane, its planes in order, one ghost plane:
 * kl_lattice_extent() elements, the first owned site at kl_lattice_origin(). On a bare lattice
 * there are no ghost planes.
 * Global site numbers and all extents are 64 bit.
 */
#ifndef KL_LATTICE_LATTICE_H
#define KL_LATTICE_LATTICE_H

#include "kinlim/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef enum kl_precision { KL_SINGLE, KL_DOUBLE } kl_precision;

static inline size_t kl_precision_size(kl_precision precision)
{
    return precision == KL_SINGLE ? sizeof(float) : sizeof(double);
}

typedef struct kl_lattice {
    int dimension;
    int64_t sites;        /* L, per side */
    int64_t plane;        /* sites of one plane: L^(d-1) */
    int64_t first, count; /* planes owned by this rank */
    MPI_Comm comm;        /* the group; not owned */
    int rank, ranks;
    struct kl_team *team; /* whose memory its arrays are taken from (lattice/team.h); or NULL */
    struct kl_pencils
        *pencils; /* how the recurrence cuts it (lattice/pencil_parts.h); NULL: in slabs */
    bool bare;    /* arrays have no ghost planes, as with pencils */
    int64_t room; /* sites that an array must have room for; 0: its extent */
    int idle;     /* so many of the last ranks have no part in it */
    int across;   /* so many ranks, one after the other, share a range of planes (pencils); or 0 */
    int box[2];   /* ranges, and ranks that share one, on each node; or 0: then where there are more
                     ranks than planes, each range has its planes on one node */
} kl_lattice;

/* Local (every rank of comm gives the same d and L). KL_INPUT if L is smaller
 * than the number of ranks or L^d does not fit in 63 bits. */
kl_status kl_lattice_create(MPI_Comm comm, int dimension, int64_t sites, kl_lattice *out,
                            kl_error *err);
/* The same where ranks may have no plane, and the last `idle` ones have none. */
kl_status kl_lattice_create_sparse(MPI_Comm comm, int dimension, int64_t sites, int idle,
                                   kl_lattice *out, kl_error *err);

/* Part k of n of the planes. */
static inline int64_t kl_lattice_part(const kl_lattice *lattice, int k, int n)
{
    return lattice->sites / n * k + lattice->sites % n * k / n;
}
/* The node that has the planes of a range of axis 0, among those that share the range: ranges that
 * follow each other are on one node, and all nodes have planes. */
static inline int kl_lattice_column(const kl_lattice *lattice, int range)
{
    const int *box = lattice->box, nodes = lattice->across / box[1];
    return (range % box[0] * nodes / box[0] + range / box[0]) % nodes;
}
static inline bool kl_lattice_by_nodes(const kl_lattice *lattice)
{
    return lattice->ranks - lattice->idle > lattice->sites && lattice->box[0] * lattice->box[1] > 1;
}
static inline int64_t kl_lattice_first(const kl_lattice *lattice, int rank)
{
    const int slabs = lattice->ranks - lattice->idle, n = lattice->across;
    if (rank >= slabs)
        return lattice->sites;
    if (!kl_lattice_by_nodes(lattice))
        return kl_lattice_part(lattice, rank, slabs);
    const int range = rank / n, side = lattice->box[1];
    const int64_t from = kl_lattice_part(lattice, range, slabs / n);
    const int64_t planes = kl_lattice_part(lattice, range + 1, slabs / n) - from;
    const int k = rank % n - kl_lattice_column(lattice, range) * side;
    return from + (k < 0 ? 0 : k < side ? planes * k / side : planes);
}
/* Planes of the rank that has most. */
static inline int64_t kl_lattice_most_planes(const kl_lattice *lattice)
{
    const int slabs = lattice->ranks - lattice->idle;
    if (!kl_lattice_by_nodes(lattice))
        return (lattice->sites + slabs - 1) / slabs;
    const int64_t ranges = slabs / lattice->across, side = lattice->box[1];
    return ((lattice->sites + ranges - 1) / ranges + side - 1) / side;
}
int kl_lattice_owner(const kl_lattice *lattice, int64_t plane); /* rank that owns a plane */

static inline int64_t kl_lattice_origin(const kl_lattice *lattice)
{
    return lattice->bare ? 0 : lattice->plane;
}
static inline int64_t kl_lattice_local(const kl_lattice *lattice)
{
    return lattice->count * lattice->plane;
}
static inline int64_t kl_lattice_extent(const kl_lattice *lattice)
{
    return (lattice->count + (lattice->bare ? 0 : 2)) * lattice->plane;
}
/* Plane p of an array, from -1 and to count with its ghosts. */
static inline void *kl_lattice_plane(const kl_lattice *lattice, void *array, size_t element,
                                     int64_t p)
{
    return (char *)array + (size_t)(kl_lattice_origin(lattice) + p * lattice->plane) * element;
}
/* The rank below (side 0) or above (1), around the lattice. */
static inline int kl_lattice_neighbour(const kl_lattice *lattice, int side)
{
    return (lattice->rank + (side ? 1 : lattice->ranks - 1)) % lattice->ranks;
}
/* Rows are the innermost runs of consecutive sites: the last axis. */
static inline int64_t kl_lattice_row(const kl_lattice *lattice)
{
    return lattice->dimension == 1 ? 1 : lattice->sites;
}
static inline int64_t kl_lattice_rows(const kl_lattice *lattice) /* of a plane */
{
    return lattice->dimension == 3 ? lattice->sites : 1;
}
/* Centred coordinate of index i on any axis: i for i < ceil(L/2), else i - L. */
static inline int64_t kl_lattice_coordinate(const kl_lattice *lattice, int64_t i)
{
    return i < (lattice->sites + 1) / 2 ? i : i - lattice->sites;
}

/* A zeroed array of kl_lattice_extent() elements. Arrays that are worked on together
 * take different `place`s (0, 1, 2, ...): their sites then lie at different
 * distances from a page's start, because processors compare only the low 12 bits
 * of an address when a load follows a store. Free with kl_lattice_array_free(),
 * which takes NULL. From the lattice's team, if it has
 * room: until the team ends; all ranks take the same arrays. Local. */
kl_status kl_lattice_array(const kl_lattice *lattice, size_t element, int place, void *out,
                           kl_error *err);
void kl_lattice_array_free(void *array);

/* Bytes of a team's segment for `arrays` arrays of this element and `more` bytes a site; 0 for d
 * < 3. Local. */
size_t kl_lattice_team_bytes(const kl_lattice *lattice, size_t element, int arrays, size_t more);

/* The planes of axis 0 that this rank works on together with its team, whose ranks follow each
 * other: how many, from *first on. Without a team its own. Local. */
int64_t kl_lattice_together(const kl_lattice *lattice, int64_t *first);
/* The p-th of them, of an array that lies at the same place in every segment of the team; `owned`:
 * its first owned site here. Local. */
void *kl_lattice_plane_together(const kl_lattice *lattice, const void *owned, size_t element,
                                int64_t p);

/* `rows` rows that follow each other; sends and receives of more than INT_MAX bytes count in
 * this larger unit. Committed: free with MPI_Type_free(). Local. */
MPI_Datatype kl_lattice_rows_type(const kl_lattice *lattice, size_t element, int64_t rows);

/* Fetches, for every owned plane i, the plane (i + shift) mod L of `array`
 * (extent with ghosts, element size in bytes). at[i - first] points to it,
 * either into `array` or into *buffer, which the caller frees. Collective. */
kl_status kl_planes_shifted(const kl_lattice *lattice, const void *array, size_t element,
                            int64_t shift, const void **at, void **buffer, kl_error *err);

/* Sums over all planes in the order of their global index, the same bits for
 * any number of ranks: local[count][n] per owned plane -> sum[n] on all ranks;
 * planes (L*n, may be NULL) receives the per-plane values. Collective. */
kl_status kl_planes_sum(const kl_lattice *lattice, const double *local, int n, double *sum,
                        double *planes, kl_error *err);

#endif
