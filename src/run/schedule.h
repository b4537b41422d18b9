/* The order of the work and the groups that do it. Local; pure functions of their arguments.
 *
 * A stage is the work at one point: open batches, all of one cost. Costly points come first, so
 * that what is left to share out at the end is cheap. Ranks are cut anew for each stage: into
 * groups as small as memory allows while there is work for all of them, into larger ones where one
 * realization would keep everybody waiting. A group that finds no batch left at a stage goes on to
 * the next one, as soon as the ranks that it works with there are free.
 *
 * With stopping by precision groups go from point to point as it comes, so all points have the same
 * ones; the order is that of until.h. A stage is what is open between two counts of a point.
 */
#ifndef KL_RUN_SCHEDULE_H
#define KL_RUN_SCHEDULE_H

#include "run/teams.h"
#include "study/study.h"

typedef struct kl_machine {
    int ranks, ranks_per_node;
    double available; /* bytes a rank may have; 0: not known */
} kl_machine;

typedef struct kl_step {
    int finer, point; /* finer: of study->finer */
    int number;       /* 0: may be begun; with stopping by precision n: when n more counts of the
                       * point have been asked (run/verdicts.h) */
} kl_step;

typedef struct kl_stage {
    kl_step step;
    kl_cut cut;
    int64_t items;       /* open batches, in so many intervals of a kl_work */
    int64_t from, nopen; /* from this one on */
} kl_stage;

/* Puts stages whose step and items are given in order and cuts the ranks. groups: as many at every
 * stage; 0: chosen by the predicted time of all. `besides`: bytes that each rank needs in any case.
 * KL_ENVIRONMENT: not enough memory, whatever the groups. */
kl_status kl_schedule_choose(const kl_study *study, const kl_machine *machine, int groups,
                             double besides, int n, kl_stage *stage, kl_error *err);

/* When the last rank has finished, in seconds, if costs are what the system says. KL_ENVIRONMENT.
 */
kl_status kl_schedule_seconds(const kl_study *study, int ranks, int n, const kl_stage *stage,
                              double *out, kl_error *err);

/* Ranks that have nothing to do at the busiest stage. *somewhere: that cannot share in the work of
 * their group at some stage. */
int kl_schedule_idle(int ranks, int n, const kl_stage *stage, int *somewhere);

/* Ranks of the largest group that work at a stage, and bytes of its fullest rank. */
int kl_schedule_largest(int ranks, const kl_stage *stage);
double kl_schedule_bytes(const kl_study *study, const kl_machine *machine, const kl_stage *stage);

/* Seconds of one batch by a team of so many ranks. */
double kl_schedule_item(const kl_study *study, const kl_stage *stage, int team_ranks);

#endif
