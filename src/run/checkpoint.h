/* Checkpoints of a batch in flight: its state and the samples so far, in two generations beside the
 * journal's records.
 *
 * RESULTS.h5.journal/checkpoint-POINT-BATCH-{0,1} (checkpoint-finer-... for those of the error
 * budget) holds a head with checksums of itself, of the samples and of every piece of the state,
 * then the samples, then the pieces by their numbers: it can be read by any number of ranks. A file
 * is written under another name, synced and renamed. Functions are collective over the ensemble
 * where nothing else is said.
 */
#ifndef KL_RUN_CHECKPOINT_H
#define KL_RUN_CHECKPOINT_H

#include "run/record.h"

typedef struct kl_checkpoint {
    char base[4200]; /* path without the generation */
    MPI_Comm comm;   /* of the ensemble */
    int rank;
    int next;          /* generation to write */
    double interval;   /* least seconds between two; 0: chosen */
    double last, cost; /* clock after the last one; seconds it took */
    int64_t sequence;  /* of the last one, written or read; -1: none yet */
} kl_checkpoint;

/* For one item of a run. interval: least seconds between two checkpoints; 0:
 * a minute, and a hundred times what the last one took. Local. */
void kl_checkpoint_prepare(const char *journal, bool finer, int point, int64_t batch,
                           double interval, MPI_Comm comm, kl_checkpoint *out);

/* True on all ranks when it is time for one. */
bool kl_checkpoint_due(const kl_checkpoint *checkpoint);

/* True on all ranks when a stop now would lose more than a few seconds (or the interval). */
bool kl_checkpoint_worth(const kl_checkpoint *checkpoint);

/* Saves the state when `station` was the last one measured (-1: none yet). `sequence` grows from
 * one to the next. Nothing is written, and that is no failure, where the system cannot be packed
 * now, or the last one is no older. */
kl_status kl_checkpoint_write(kl_checkpoint *checkpoint, const kl_system *system, const void *state,
                              const kl_record *record, int station, int64_t sequence,
                              kl_error *err);

/* Brings `state`, already started, and `record` to the newest whole checkpoint, whose number is in
 * checkpoint->sequence; *station is the last one that was measured, -1 where there is none. A
 * damaged one is passed over, saying so on standard error. */
kl_status kl_checkpoint_read(kl_checkpoint *checkpoint, const kl_system *system, void *state,
                             kl_record *record, int *station, kl_error *err);

typedef struct kl_checkpoint_place {
    int point, station;
    int64_t batch;
} kl_checkpoint_place;

/* Where a checkpoint is, by its head; false if that is damaged. Local. */
bool kl_checkpoint_look(const char *path, kl_checkpoint_place *out);

/* The items of which checkpoints lie in a journal, or what a kill has left of some: looked for
 * once, so that nothing is looked up for items that never had any. */
typedef struct kl_checkpoint_item {
    int64_t finer, point, batch;
} kl_checkpoint_item;

typedef struct kl_checkpoint_list {
    int64_t n;
    kl_checkpoint_item *item; /* [n], ascending */
} kl_checkpoint_list;

/* Reads the folder on rank 0 of comm; the same list on all. Collective over comm. KL_ENVIRONMENT.
 */
kl_status kl_checkpoint_find(const char *journal, MPI_Comm comm, kl_checkpoint_list *out,
                             kl_error *err);
void kl_checkpoint_list_destroy(kl_checkpoint_list *list);
bool kl_checkpoint_listed(const kl_checkpoint_list *list, bool finer, int point, int64_t batch);

/* Removes it, once the item is in the journal and on disk. Local. */
void kl_checkpoint_remove(const char *journal, bool finer, int point, int64_t batch);

#endif
