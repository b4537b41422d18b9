/* Which batch a team does next: of the run that it has in hand, else of the next run of a stage
 * that is open, in the order of the stages but where its point has more; else, with stopping by
 * precision, one that will be needed by what is known. Local, on the leader of a team.
 */
#ifndef KL_RUN_HAND_OUT_H
#define KL_RUN_HAND_OUT_H

#include "ensemble/counters.h"
#include "run/verdicts.h"
#include "run/work.h"

typedef struct kl_run_in_hand {
    int stage;
    kl_interval rest; /* of its batches, these are still to be done */
} kl_run_in_hand;

typedef struct kl_hand_out {
    const kl_work *work;
    kl_counters *counters; /* of each stage: runs that are handed out; shared by all teams */
    const kl_verdicts *verdicts;
    kl_runs *runs;       /* [stages], as far as they have been asked for */
    bool *asked, *empty; /* [stages] */
    kl_run_in_hand own;
    kl_run_in_hand ahead; /* begun before its gate was open */
} kl_hand_out;

typedef struct kl_item {
    int stage; /* -1: none is to be had now */
    int64_t batch;
} kl_item;

/* The stages that a team may choose from now, and which team of how many it is. */
typedef struct kl_counter_side {
    int from, to;
    int team, nteams;
} kl_counter_side;

kl_status kl_hand_out_create(const kl_work *work, kl_counters *counters,
                             const kl_verdicts *verdicts, kl_hand_out *out, kl_error *err);
void kl_hand_out_destroy(kl_hand_out *h);

/* The next item that is open. KL_ENVIRONMENT: no memory. */
kl_status kl_hand_out_next(kl_hand_out *h, kl_counter_side side, kl_item *out, kl_error *err);
/* One that is not open yet but likely to be; only one at a time: not before kl_hand_out_next() has
 * given the rest of its run, or its gate is shut. */
kl_status kl_hand_out_ahead(kl_hand_out *h, kl_counter_side side, kl_item *out, kl_error *err);
/* True if the next item is not of the run in hand. */
bool kl_hand_out_turns(const kl_hand_out *h);
/* Nobody is handed anything any more. */
void kl_hand_out_end(kl_hand_out *h);

#endif
