/* One batch of a study through all its stations. */
#ifndef KL_RUN_BATCH_H
#define KL_RUN_BATCH_H

#include "run/checkpoint.h"

/* What a group works with at one point, and how. */
typedef struct kl_batch_run {
    const kl_study *study; /* or its finer one, */
    bool finer;            /* then true */
    kl_place place;
    void *state; /* the system's, after begin() */
    kl_record record;
    const char *journal;                   /* the folder; checkpoints lie in it */
    double checkpoint;                     /* least seconds between two; 0: chosen */
    double deadline;                       /* of kl_clock(); 0: none */
    const kl_checkpoint_list *checkpoints; /* that were there at the start */
    bool checkpointed;                     /* the last batch has or had some */
    const char *snapshot; /* path without ending of this point's snapshot, if the batch has one */
    void (*tick)(void *context); /* called now and then */
    void *tick_context;
} kl_batch_run;

/* Begins at a point: record and state. Free on failure too. Collective over place.ensemble. */
kl_status kl_batch_begin(kl_batch_run *run, kl_error *err);
void kl_batch_end(kl_batch_run *run);

/* Batch number `batch`, from its checkpoint if it has one; *whole is false if it was stopped. Its
 * samples are in run->record on the leader of the ensemble. Collective over place.ensemble. */
kl_status kl_batch_realize(kl_batch_run *run, int64_t batch, bool *whole, kl_error *err);

#endif
