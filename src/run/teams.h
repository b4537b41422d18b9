/* How the ranks share the work: teams that each take whole batches, and in a team groups that share
 * the members of a batch. In all ensembles but lockstep a team is one group.
 */
#ifndef KL_RUN_TEAMS_H
#define KL_RUN_TEAMS_H

#include "ensemble/groups.h"
#include "kinlim/system.h"

typedef struct kl_teams {
    int nteams, index; /* this rank's team */
    MPI_Comm team;     /* owned; MPI_COMM_NULL on a rank with nothing to do */
    bool leader;       /* rank 0 of the team */
    kl_groups groups;
    int first, count; /* members of a batch that this rank's group holds */
    int members;
} kl_teams;

/* How the ranks of a run are cut. */
typedef struct kl_cut {
    int ngroups, nteams; /* 1 <= nteams <= ngroups <= ranks; nteams = ngroups unless members > 1 */
    int most;            /* ranks of a group that work, at most */
} kl_cut;

/* Cuts world into groups, and these into teams that are runs of them. Collective over world. */
void kl_teams_create(MPI_Comm world, kl_cut cut, int members, kl_teams *out);
void kl_teams_destroy(kl_teams *teams);

/* The place of this rank's group at a point. Local. */
kl_place kl_teams_place(const kl_teams *teams, int point);

#endif
