/* The journal of a run: plain append-only records, durable one by one, from
 * which the results file can always be made again.
 *
 * The journal of RESULTS.h5 is the folder RESULTS.h5.journal:
 *   study.yaml               the resolved study; in comments, which program made which attempts
 *   lock                     locked while a run or a merge writes
 *   records-AAAA-NNNN        of attempt A, node N; never reopened for writing by another attempt
 *   pulse                    what the run is at (run/pulse.h)
 *   claim-P                  which file is this run's snapshot of point P (run/output.h)
 *   samples                  arrays of all realizations, where they are large (run/collect.h)
 *   checkpoint-...           realizations in flight (run/checkpoint.h)
 * A record is a 32-byte head (magic, type, payload length, checksums of the payload and of the
 * head: base/checksum.h) and its payload, native byte order. Those of 0.1.0 are read too. A torn or
 * damaged record is passed over. All functions are local.
 */
#ifndef KL_ENSEMBLE_JOURNAL_H
#define KL_ENSEMBLE_JOURNAL_H

#include "kinlim/status.h"

#include <aio.h>
#include <stdbool.h>
#include <stdint.h>

/* True if PATH exists as a folder. */
bool kl_journal_exists(const char *path);

/* Makes the folder with the study in it; KL_ENVIRONMENT on failure. */
kl_status kl_journal_create(const char *path, const char *study, kl_error *err);

/* The study of a journal, malloc'ed; KL_INPUT if unreadable. */
kl_status kl_journal_study(const char *path, char **study, kl_error *err);

/* A small text under a name in the journal, whole or not at all, and on disk: puts it there in
 * the place of an earlier one; gets it, malloc'ed, KL_INPUT if unreadable. */
kl_status kl_journal_put(const char *path, const char *name, const char *text, kl_error *err);
kl_status kl_journal_get(const char *path, const char *name, char **text, kl_error *err);

/* Takes the lock, in a new folder if there is none, until kl_journal_unlock() or the
 * end of the process, however it comes; KL_INPUT if another process holds it, or the folder is a
 * link to none or no folder. */
kl_status kl_journal_lock(const char *path, int *lock, kl_error *err);
void kl_journal_unlock(int *lock);
/* False once the folder or its lock was removed or moved: somebody else may hold another. */
bool kl_journal_is_locked(const char *path, int lock);

/* True while another process holds the lock; *process is its number there, 0 where that is not
 * known. Not to be asked by a process that holds one itself. */
bool kl_journal_holder(const char *path, int64_t *process);

/* One more than the highest attempt so far. */
int kl_journal_next_attempt(const char *path);

/* An open file of records. Not to be moved in memory while a sync runs. */
typedef struct kl_journal {
    int file;
    bool several;          /* writers */
    bool syncing, behind;  /* behind: there are records that no sync has begun for */
    bool unsure;           /* there are some that no sync of its own has begun for */
    double interval;       /* seconds between two syncs, and looks whether it is at its place */
    double synced, looked; /* of kl_clock(): the last of them */
    double written;        /* likewise: the last record */
    double *clock;         /* of the writers, or NULL */
    char *buffer;          /* for a record */
    size_t room;
    struct aiocb sync;
    char path[4096];
} kl_journal;

/* Several processes of one node that write one file: each record in one piece, at most 1 GB long;
 * one sync is for the records of all. */
typedef struct kl_journal_writers {
    double *clock; /* in memory that all of them see, 0 at first: when a sync last began; or NULL */
} kl_journal_writers;

/* File `number` of an attempt. writers NULL: this is the only one of the file. KL_ENVIRONMENT. */
kl_status kl_journal_open(const char *path, int attempt, int number,
                          const kl_journal_writers *writers, kl_journal *out, kl_error *err);
/* Appends. If the last sync of the file began more than a second ago (KINLIM_SYNC in the
 * environment: so many seconds), one begins: the disk works beside the next realizations. With 0
 * every record is on disk before the next is written. KL_ENVIRONMENT: disk full and the like, or
 * the file is no longer where it was made, which is looked at as often. */
kl_status kl_journal_append(kl_journal *journal, uint32_t type, const void *payload, size_t size,
                            kl_error *err);
/* To be called now and then between records: begins a sync when it is time. */
kl_status kl_journal_beat(kl_journal *journal, kl_error *err);
/* Returns when the last record is on disk; KL_ENVIRONMENT if it could not be put there. */
kl_status kl_journal_wait(kl_journal *journal, kl_error *err);
/* Waits, and closes the file in any case. KL_ENVIRONMENT also if it is no longer at its place. */
kl_status kl_journal_close(kl_journal *journal, kl_error *err);

/* Calls visit(context, type, payload, size) for every whole record of every
 * file of attempt `since` and later ones, in order, and with KL_JOURNAL_BEGIN and the attempt (an
 * int) before the first of each file. *damaged
 * counts the places where torn or damaged ones were passed over. A failure of visit ends the
 * reading. KL_ENVIRONMENT: the folder cannot be read, or is not there. */
enum { KL_JOURNAL_BEGIN = 0 }; /* the type of no record */
typedef kl_status (*kl_journal_visit)(void *context, uint32_t type, const void *payload,
                                      size_t size, kl_error *err);
kl_status kl_journal_read(const char *path, int since, kl_journal_visit visit, void *context,
                          int *damaged, kl_error *err);

/* True if it holds no records and no checkpoints. */
bool kl_journal_empty(const char *path);

/* Removes the records and checkpoints, for a start afresh. */
kl_status kl_journal_clear(const char *path, kl_error *err);

/* Removes the journal's files, gives the lock back, and removes the folder. KL_ENVIRONMENT if one
 * of them cannot go, e.g. a folder with files of somebody else; a folder that is a link stays,
 * empty, and so does one that another run has taken since. The study goes after all records. */
kl_status kl_journal_remove(const char *path, int *lock, kl_error *err);

#endif
