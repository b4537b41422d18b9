/* Whether the ranks of a group take a lattice in pencils (lattice/pencil_parts.h), on which grid,
 * and how thick their fronts are.
 *
 * Pencils are for groups on several nodes and of more ranks than planes, where a rank's part of two
 * fronts in all their steps fits into its own cache: 2 K rows sites (4s + 4) bytes, K >= 8, or K >=
 * 4 where slabs are thin or their tiles do not fit. Of such grids the one with the fastest terms by
 * the model of docs/performance.md, section 4, and of these the one with the longest rows.
 * Otherwise, with few nodes and many planes, slabs drift (dynamics/recurrence.h): those of nodes,
 * whose ranks share fronts, where tiles of a rank alone do not fit (kl_blocking_together()) and each
 * rank has two planes, or one where pencils would have K < 8. KINLIM_TEAM=1 takes these wherever a
 * node has four planes.
 *
 * The environment decides instead: KINLIM_GRID=4x2 for groups of 8 ranks; KINLIM_NODE=2x1, the box
 * of ranks of this grid that are taken for one node, or KINLIM_NODE=2, their number, where the grid
 * is to be chosen.
 */
#ifndef KL_DYNAMICS_PENCIL_GRID_H
#define KL_DYNAMICS_PENCIL_GRID_H

#include "dynamics/recurrence.h"
#include "lattice/pencil_parts.h"

enum { KL_NODE_PLANES = 4 }; /* of a node at least, for slabs of nodes */

/* What the environment asks for: parts[0] is 0 if it asks for no grid of this many ranks. KL_INPUT:
 * not of that form, or boxes that do not fill the grid. Local. */
kl_status kl_pencil_grid_asked(int ranks, kl_grid *out, kl_error *err);

/* The grid of best shape on `ranks` ranks of nodes of `node` ranks, or on fewer if there are more
 * of them than planes and no grid has that many; parts[0] is 0 if slabs are better. Local, alike on
 * all ranks. */
kl_grid kl_pencil_grid_best(int dimension, int64_t sites, kl_precision precision, int ranks,
                            int node, double cache);

/* For a lattice on the ranks of comm: what is asked for, or the best one on the nodes that there
 * are; for slabs box[0] are the ranks of a node, which follow each other, 1 if nodes differ.
 * `cache` in bytes; 0: kl_cpu_cache(). Collective. */
kl_status kl_pencil_grid_choose(MPI_Comm comm, int dimension, int64_t sites, kl_precision precision,
                                size_t cache, kl_grid *out, kl_error *err);

/* K and the planes of a front (`tile`) for a part of rows x sites in `cache` bytes, 0:
 * kl_cpu_cache(). Local. */
kl_blocking kl_pencil_grid_blocking(int64_t rows, int64_t sites, kl_precision precision,
                                    double cache);

/* A group may be larger than the planes: sections of 256 sites, or what is asked for. Local. */
int64_t kl_pencil_grid_most(int dimension, int64_t sites);

#endif
