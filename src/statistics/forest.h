/* Streaming moments of a field over realizations: mean and sums of powers of
 * deviations up to order 4, cell by cell, whatever order the realizations come in.
 *
 * Realizations 0, 1, 2, ... are the leaves of one binary tree; the subtree (level,
 * index) holds the 2^level realizations from index 2^level on. A forest is the set
 * of maximal complete subtrees of what it has seen: siblings become their parent
 * (T. Chan, G. Golub, R. LeVeque 1979; P. Pebay, SAND2008-6212, pairwise update),
 * and what lies in a subtree that is there already is left out. So a forest is a
 * function of the set of realizations alone, and joining forests is commutative,
 * associative and idempotent, to the bit: any grouping of ranks, any stop, resume
 * or merge gives the same numbers. n consecutive realizations take at most
 * 2 log2(n) subtrees.
 */
#ifndef KL_STATISTICS_FOREST_H
#define KL_STATISTICS_FOREST_H

#include "kinlim/status.h"

#include <stdbool.h>
#include <stdint.h>

enum { KL_FOREST_ORDERS = 4 };

typedef struct kl_subtree {
    int64_t level, index;
} kl_subtree;

typedef struct kl_forest {
    size_t cells;
    int64_t count, room;
    kl_subtree *place; /* [count] in the order of realizations */
    double *sums; /* [count][KL_FOREST_ORDERS][cells]: mean, sum (y - mean)^r for r = 2, 3, 4 */
} kl_forest;

/* An empty forest of fields of `cells` numbers: (kl_forest){.cells = cells}. */
void kl_forest_destroy(kl_forest *forest);

/* Adds a realization's field, a subtree, or all of another forest (unchanged). What is
 * there already stays: the same realization always has the same field. Local.
 * KL_ENVIRONMENT: no memory. */
kl_status kl_forest_add(kl_forest *forest, int64_t realization, const double *field, kl_error *err);
kl_status kl_forest_add_subtree(kl_forest *forest, kl_subtree place, const double *sums,
                                kl_error *err);
kl_status kl_forest_join(kl_forest *forest, const kl_forest *other, kl_error *err);

bool kl_forest_has(const kl_forest *forest, int64_t realization);
int64_t kl_forest_realizations(const kl_forest *forest);

/* All of it: sums[KL_FOREST_ORDERS][cells], subtrees joined in the order of realizations;
 * NAN without realizations. */
void kl_forest_total(const kl_forest *forest, double *sums);

/* What n realizations tell of one cell, NAN where n is too small. Central moments are
 * unbiased (h-statistics); all from sums[r - 1] of order r. */
typedef struct kl_cell_statistics {
    double mean, standard_error, moment[KL_FOREST_ORDERS - 1]; /* moment: of order 2, 3, 4 */
} kl_cell_statistics;
kl_cell_statistics kl_forest_statistics(int64_t n, const double sums[KL_FOREST_ORDERS]);

/* The join of the forests of all ranks, on rank `root` of comm; other forests stay as they
 * are. By MPI_Reduce with an operator of its own, one block of realizations at a time.
 * Collective. KL_ENVIRONMENT: no memory. */
kl_status kl_forest_reduce(kl_forest *forest, int root, MPI_Comm comm, kl_error *err);

/* Inserts a subtree in place, for the functions above; count < room beforehand. Local. */
void kl_forest_insert(kl_forest *forest, kl_subtree place, const double *sums);

#endif
