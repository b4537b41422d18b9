/* Ranks of a group on one node, when all of them see the arrays of all: those of a lattice's slabs
 * that follow each other, or a box of its pencils.
 *
 * Each rank takes its lattice arrays from a segment of its own, in the same order, so that an array
 * lies at the same place in every segment. In front of a segment stands how many fronts of a
 * recurrence (dynamics/recurrence.h) its rank has done: neighbours wait for it.
 */
#ifndef KL_LATTICE_TEAM_H
#define KL_LATTICE_TEAM_H

#include "base/shared.h"
#include "kinlim/status.h"

#include <stdbool.h>

typedef struct kl_team {
    int rank, ranks;    /* ranks 0: there is none */
    size_t bytes, used; /* of a segment */
    kl_shared *memory;  /* [ranks] */
    int64_t fronts;     /* done by this rank */
    int64_t yields;     /* how often it gave its turn away while it waited for others */
} kl_team;

/* Whether a team is wanted: by default so, but KINLIM_TEAM in the environment decides, 0 none, else
 * one. Local. */
bool kl_team_asked(bool by_default);

/* A team with so many bytes for each rank (kl_lattice_team_bytes()), if all ranks want it
 * (kl_team_asked()). None for 0 bytes, one rank, ranks on several nodes and where memory cannot be
 * shared. Collective over comm; destroy is local and takes zeros. */
kl_status kl_team_create(MPI_Comm comm, size_t bytes, bool wanted, kl_team *out, kl_error *err);
void kl_team_destroy(kl_team *team);

/* `bytes` zeroed bytes of this rank's segment, from the start of a page; NULL: no more room. All
 * ranks take the same. Local. */
void *kl_team_take(kl_team *team, size_t bytes);
/* Whether memory is of this rank's segment; and the same place in that of another rank. Local. */
bool kl_team_has(const kl_team *team, const void *memory);
void *kl_team_at(const kl_team *team, int rank, const void *memory);

/* Another front is done: what was written is there for others. Local. */
void kl_team_done(kl_team *team, int64_t fronts);
/* One look whether `rank` has done that many since the team began; after many looks, counted from
 * *looks = 0, others have their turn. Local. */
bool kl_team_reached(kl_team *team, int rank, int64_t fronts, int *looks);

#endif
