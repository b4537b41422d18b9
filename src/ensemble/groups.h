/* Two levels of ranks: G groups, each of which works through realizations and
 * shares the work of one among its ranks, or as many of them as can share it.
 */
#ifndef KL_ENSEMBLE_GROUPS_H
#define KL_ENSEMBLE_GROUPS_H

#include "kinlim/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct kl_groups {
    MPI_Comm world;     /* not owned */
    MPI_Comm group;     /* owned; MPI_COMM_NULL on a rank with nothing to do */
    int ngroups, index; /* this rank's group */
    bool leader;        /* rank 0 of the group */
} kl_groups;

/* Cuts world into ngroups runs of consecutive ranks whose sizes differ by at
 * most one; of each the first `most` ranks work. 1 <= ngroups <= size of world, 1 <= most.
 * Collective. */
void kl_groups_create(MPI_Comm world, int ngroups, int most, kl_groups *out);
void kl_groups_destroy(kl_groups *groups);

/* The first rank of a group; `ranks` for group ngroups. Local. */
int kl_groups_first(int ranks, int ngroups, int group);
/* Size of the largest group. Local. */
int kl_groups_largest(int ranks, int ngroups);

#endif
