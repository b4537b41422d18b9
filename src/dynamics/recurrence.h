/* Many steps of the recurrence on a slab, blocked in time.
 *
 * Steps go in blocks of K. A wavefront runs through the slab plane by plane: at front w, step
 * j = 1..K updates the w-j th plane, inside tiles of rows whose edges move by one row a step;
 * the rows around the periodic seam of axis 1 follow as a tile that grows by one row a step. In
 * place, without redundant work: a plane always holds its two last time levels, which are what its
 * neighbours need.
 *
 * The front begins with planes j of step j, and so ends K planes beyond the last one. A rank that
 * has all planes goes on around the lattice. With several ranks the slabs drift: each goes on into
 * the first K planes of the next one, which that rank has left half done, plane i after step i; the
 * next block runs the other way and drifts back. What passes from rank to rank (lattice/seam.h) is
 * done after 2K fronts and needed after n, n the planes of a slab: one message a block and tile,
 * and no wait for ranks that keep pace.
 *
 * A lattice in pencils has no slabs here: all its arrays and the potential are pencils
 * (dynamics/fronts.h).
 *
 * Ranks of a team (lattice/team.h) share the front, which runs through the planes of all of them:
 * each works on a part of a tile's rows. They are the ranks of a node. On one node that is all; on
 * several the slabs of nodes drift in place of those of ranks, by up to half a node's planes.
 *
 * While a front works on its planes, the next ones are asked for from memory. Sites see the same
 * arithmetic for every K, tile and rank count.
 *
 * A block of orders goes through the same steps together: in each, V acts on the order before,
 *
 *   b_n <- hop (neighbours of a_n) + potential V a_(n-1)  - b_n,   a_(-1) = 0.
 */
#ifndef KL_DYNAMICS_RECURRENCE_H
#define KL_DYNAMICS_RECURRENCE_H

#include "dynamics/stencil.h"
#include "lattice/seam.h"

typedef struct kl_blocking {
    int depth;    /* K >= 1 */
    int64_t tile; /* rows of a tile, d = 3; at least the sites: no tiles; planes of a front of
                     pencils */
    bool ahead;   /* ask for the next planes while the front works on these */
} kl_blocking;

/* K for slabs of L/ranks planes, of ranks or of nodes: 16; with several, since the seams need
 * memory for K + 2 planes, at most a quarter of the planes, or 8 and at most half of them. Local.
 */
int kl_blocking_depth(int64_t sites, int ranks);

/* Sizes for this lattice and `cache` bytes, two thirds of which the planes and rows
 * that a block of steps comes back to may fill; 0: kl_cpu_cache(). dynamics/probe.h finds better
 * ones. Local. */
kl_blocking kl_blocking_choose(const kl_lattice *lattice, kl_precision precision, size_t cache);
/* Whether the ranks of a node should share the fronts of such a lattice: where tiles of 16 rows
 * and depth 8 do not fit into a core's own cache, in which a rank alone is faster. Local. */
bool kl_blocking_together(int dimension, int64_t sites, kl_precision precision);
/* For a block of orders, of which a cache holds fewer planes: less deep, and narrow tiles. Local.
 */
kl_blocking kl_blocking_orders(const kl_lattice *lattice);

enum {
    KL_MOST_ORDERS = 13,
    KL_MOST_ARRAYS = 4 * KL_MOST_ORDERS /* at least 2 + 2 * KL_MOST_ACCUMULATORS */
};

/* Of arrays of kl_lattice_extent() elements each: two vectors and accumulators. Of a block of
 * orders: the first vectors of all, the second ones, the first accumulators of all, ... */
typedef struct kl_recurrence {
    kl_stencil stencil;
    const float *omega;    /* kl_pencils_held() sites, no ghosts */
    const kl_seams *seams; /* between the slabs, of ranks or of nodes; NULL or too small: one step
                             * at a time, and no team but of one node */
    kl_blocking blocking;
    void **array; /* vectors first; their contents are lost unless they are kept */
    int arrays;
    bool keep;
    int orders; /* 0: one vector, on which V acts; else a block of that many */
    /* [orders], on one rank alone: what takes the order before to each, in the place of omega;
     * [0] is not looked at. NULL: omega does. */
    const float *const *fields;
} kl_recurrence;

/* Around one or more runs with the same accumulators. Collective over the group. */
void kl_recurrence_begin(const kl_recurrence *recurrence);
void kl_recurrence_end(const kl_recurrence *recurrence);
/* Steps 1..steps: step k reads array[(k-1) % 2], updates array[k % 2].
 * Step 1 must not subtract: what array[1] holds is not looked at. (On one rank it may: a run goes
 * on where another ended after an even number of steps.) Collective over the group, between begin()
 * and end(). */
void kl_recurrence_run(const kl_recurrence *recurrence, int steps, kl_step_of step_of,
                       const void *context);

/* A part of a slab, inside of it: first_row >= depth, if it is not all rows. */
typedef struct kl_part {
    int64_t first_plane, planes;
    int64_t first_row, rows;
} kl_part;

/* The beginning of a block of blocking.depth steps on this part, in tiles: until the front comes to
 * its last plane. For its time; what the arrays hold there is afterwards without meaning. How many
 * planes were updated, counted once a step. Collective over a team, else local. */
int64_t kl_recurrence_sample(const kl_recurrence *recurrence, kl_part part, kl_step_of step_of,
                             const void *context);

#endif
