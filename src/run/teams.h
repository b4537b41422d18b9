/* How the ranks share the work: teams that each take whole batches, and in a team groups that share
 * the members of a batch. In all ensembles but lockstep a team is one group.
 */
#ifndef KL_RUN_TEAMS_H
#define KL_RUN_TEAMS_H

#include "ensemble/groups.h"
#include "kinlim/system.h"

typedef struct kl_teams {
    int nteams, index; /* this rank's team */
    MPI_Comm team;     /* owned */
    bool leader;       /* rank 0 of the team */
    kl_groups groups;
    int first, count; /* members of a batch that this rank's group holds */
    int members;
} kl_teams;

/* Cuts world into ngroups groups and these into nteams runs of them. 1 <= nteams <= ngroups <= size
 * of world; nteams = ngroups unless members > 1. Collective over world. */
void kl_teams_create(MPI_Comm world, int ngroups, int nteams, int members, kl_teams *out);
void kl_teams_destroy(kl_teams *teams);

/* The place of this rank's group at a point. Local. */
kl_place kl_teams_place(const kl_teams *teams, int point);

/* The team that does item number `item` of the list of open items. Local. */
static inline int kl_teams_turn(const kl_teams *teams, int64_t item)
{
    return (int)(item % teams->nteams);
}

#endif
