/* Keeps what teams have finished: records into the journal of the node, moments of fields, and word
 * of it to those who count.
 */
#ifndef KL_RUN_KEEPER_H
#define KL_RUN_KEEPER_H

#include "base/shared.h"
#include "ensemble/hosts.h"
#include "ensemble/journal.h"
#include "run/group_fields.h"
#include "run/progress.h"
#include "run/verdicts.h"

typedef struct kl_keeper {
    const kl_study *study;
    const char *folder; /* of the journal; not owned */
    int attempt;
    int rank;
    kl_hosts hosts;
    kl_shared clock;    /* of the node's journal */
    kl_journal journal; /* on leaders, once the first item is done: one file of a node's leaders */
    kl_group_fields fields;
    kl_progress *progress; /* these two are the caller's, and there before anything is saved */
    kl_verdicts *verdicts;
} kl_keeper;

/* The keeper is not to be moved from here on. Collective over comm. KL_ENVIRONMENT. */
kl_status kl_keeper_create(const kl_study *study, MPI_Comm comm, const char *folder, int attempt,
                           kl_keeper *out, kl_error *err);
void kl_keeper_destroy(kl_keeper *keeper);

/* Opens the journal, if it is not. Local. KL_ENVIRONMENT. */
kl_status kl_keeper_open(kl_keeper *keeper, kl_error *err);
/* A batch of the study or its finer one, on the leader of its team. checkpointed: it has a
 * checkpoint, which goes when the record is on disk. Local. KL_ENVIRONMENT. */
kl_status kl_keeper_save(kl_keeper *keeper, const kl_record *record, bool finer, bool checkpointed,
                         kl_error *err);
/* What is due between steps of the work. Local. */
void kl_keeper_tick(void *keeper);
/* Everything is on disk, and the journal closed. Local. KL_ENVIRONMENT. */
kl_status kl_keeper_close(kl_keeper *keeper, kl_error *err);

#endif
