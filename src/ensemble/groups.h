/* Two levels of ranks: G groups, each of which works through realizations and
 * shares the work of one among its ranks.
 */
#ifndef KL_ENSEMBLE_GROUPS_H
#define KL_ENSEMBLE_GROUPS_H

#include "kinlim/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct kl_groups {
    MPI_Comm world;     /* not owned */
    MPI_Comm group;     /* owned */
    int ngroups, index; /* this rank's group */
    bool leader;        /* rank 0 of the group */
} kl_groups;

/* Cuts world into ngroups runs of consecutive ranks whose sizes differ by at
 * most one. 1 <= ngroups <= size of world. Collective. */
void kl_groups_create(MPI_Comm world, int ngroups, kl_groups *out);
void kl_groups_destroy(kl_groups *groups);

/* Size of the largest group. Local. */
int kl_groups_largest(int ranks, int ngroups);

#endif
