/* Stopping by precision while teams work: rank 0 decides, nobody waits at a barrier.
 *
 * A point has a gate. What lies below its first count of until.h is open from the start. The
 * leaders of teams tell rank 0 the watched samples of every batch that is in the journal; when it
 * has all up to the count, it asks whether they are enough, and tells the leaders that the gate is
 * open up to the next count, or shut for good. Rank 0 looks for messages at every step of its own
 * work, the leaders between batches. Steps beyond the gate that will be needed by what is known may
 * be begun ahead, but their records are kept back until the gate is open (run/crew.h).
 *
 * With a plain number of realizations all is open and there are no messages.
 */
#ifndef KL_RUN_VERDICTS_H
#define KL_RUN_VERDICTS_H

#include "run/progress.h"
#include "run/record.h"
#include "run/work.h"

typedef struct kl_gate {
    int open;   /* steps below are open */
    int likely; /* those below will be, as far as can be told; at least `open` */
    int shut;   /* no more will be */
} kl_gate;

typedef struct kl_verdicts kl_verdicts;

/* leader: this rank leads a team. need[npoints], results, progress: on rank 0, which is a leader;
 * results->planned has the first counts. active: precision is asked for. Collective over comm.
 * KL_ENVIRONMENT: no memory. */
kl_status kl_verdicts_create(const kl_study *study, MPI_Comm comm, bool active, bool leader,
                             const kl_work *work, const double *need, kl_results *results,
                             kl_progress *progress, kl_verdicts **out, kl_error *err);
/* All messages are received. Collective over comm. */
void kl_verdicts_destroy(kl_verdicts **verdicts);

/* A batch of the study is in the journal; rank 0 hears of it at the next kl_verdicts_send(), or
 * before. Local, on leaders. KL_ENVIRONMENT: no memory. */
kl_status kl_verdicts_tell(kl_verdicts *verdicts, const kl_record *record, kl_error *err);
kl_status kl_verdicts_send(kl_verdicts *verdicts, kl_error *err);
/* This team has stopped or failed: the others are told to end. Local, on leaders. */
void kl_verdicts_give_up(kl_verdicts *verdicts);

/* Takes what has come: on rank 0 samples, and decides; on other leaders the state of the gates.
 * Local. A failure to decide is returned at every call from then on. */
kl_status kl_verdicts_look(kl_verdicts *verdicts, kl_error *err);

/* As of the last look: may a step be worked at; will it, by what is known; will it never; are all
 * points decided; has a team given up. Local. */
bool kl_verdicts_open(const kl_verdicts *verdicts, kl_step step);
bool kl_verdicts_likely(const kl_verdicts *verdicts, kl_step step);
bool kl_verdicts_shut(const kl_verdicts *verdicts, kl_step step);
bool kl_verdicts_all(const kl_verdicts *verdicts);
bool kl_verdicts_given_up(const kl_verdicts *verdicts);

#endif
