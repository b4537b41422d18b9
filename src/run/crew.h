/* A team at work: batch after batch, until none is left for it.
 *
 * The leader chooses, the others follow: before each batch the ranks of a team share a word of what
 * comes, and whether one of them has stopped or failed, so that they end together. A team that
 * finds nothing open waits for the verdicts that are due, at most one batch ahead of them: its
 * record is kept back until its gate is open, so that nothing that is not needed is ever in the
 * journal.
 */
#ifndef KL_RUN_CREW_H
#define KL_RUN_CREW_H

#include "run/batch.h"
#include "run/hand_out.h"
#include "run/keeper.h"
#include "run/output.h"
#include "run/teams.h"

typedef struct kl_crew {
    const kl_study *study;
    const kl_output *output;
    const kl_checkpoint_list *checkpoints;
    double checkpoint, deadline; /* as in kl_batch_run */
    const kl_work *work;
    const kl_teams *teams; /* the ways in which ranks are cut, and */
    const int *teams_of;   /* [stages] which of them */
    kl_verdicts *verdicts;
    kl_keeper *keeper;
    kl_results *results; /* rank 0 */
    bool stopped;        /* early: this rank or one that it worked with */

    kl_hand_out hand_out;
    bool there; /* the team is at a point: */
    kl_step at;
    kl_batch_run run;
    kl_record held; /* of a batch that was done ahead; no payload: none */
    int held_stage;
    bool held_checkpointed;
} kl_crew;

/* Stages from..to-1, whose teams are made of the same ranks but for those that cannot share a
 * realization; `all`: these with all that share any. Collective over all->team. A stop is no
 * failure. */
kl_status kl_crew_work(kl_crew *crew, int from, int to, const kl_teams *all, kl_error *err);
/* The others are told to end: this team, or whoever works beside it, has stopped or failed. Local.
 */
void kl_crew_give_up(kl_crew *crew);
/* Frees what is held. */
void kl_crew_end(kl_crew *crew);

#endif
