/* The output of a run on disk: a results file and, while it runs, a journal
 * beside it. Local, rank 0.
 */
#ifndef KL_RUN_OUTPUT_H
#define KL_RUN_OUTPUT_H

#include "ensemble/journal.h"
#include "study/study.h"

typedef struct kl_output {
    char file[4096], journal[4096];
    int lock; /* -1: not held */
    bool had_file, had_journal;
} kl_output;

/* Checks the place: existing output without `resume`, a missing or unwritable folder, names too
 * long for what lies beside. Where the name is a link the place is what it leads to, journal
 * and all. Writes nothing. */
kl_status kl_output_check(const kl_study *study, const char *path, bool resume, kl_output *out,
                          kl_error *err);

/* Checks, takes the lock (so that nobody else writes from here on), makes *results for a run on so
 * many ranks and collects into it what an earlier run has left; KL_INPUT if that was another study
 * or another run is at work, or a snapshot would overwrite what this run did not make.
 * Samples at other times are dropped, saying so. */
kl_status kl_output_open(const kl_study *study, const char *path, bool resume, int ranks,
                         kl_output *out, kl_results **results, kl_error *err);

/* Likewise for the output of a merge: no results, no run may be there. */
kl_status kl_output_take(const char *path, kl_output *out, kl_error *err);

/* Takes the limits that an earlier attempt of the merge has solved, and opens the journal for
 * more. To be closed by the caller, on failure too. */
kl_status kl_output_begin_merge(const kl_study *study, const kl_output *out, kl_results *results,
                                kl_journal *records, kl_error *err);

/* Writes the results, of rank 0: if they are large all ranks do, from what the others see of them
 * (NULL: nothing). Removes the journal if they are complete: whatever goes wrong with that is a
 * warning. KL_ENVIRONMENT: the place was removed in the meantime, disk full, ... Collective over
 * comm. */
kl_status kl_output_finish(kl_output *output, MPI_Comm comm, const kl_results *results,
                           bool complete, kl_error *err);

/* Gives the lock back. A journal that this run made and that holds no record goes. */
void kl_output_close(kl_output *output);

/* ---- claim.c: files of snapshots ---- */

/* RESULTS-snapshot-POINT and an ending. */
void kl_output_snapshot(const kl_output *output, int point, const char *ending, char *path,
                        size_t size);

/* True if the run is to make the snapshot of a point: it is asked for, and the realization is not
 * done or its .xdmf file, the sign of a whole one, not there. */
bool kl_output_wants_snapshot(const kl_study *study, const kl_output *output,
                              const kl_results *results, int point);

/* Removes what an earlier attempt has left of the snapshots that are still to be made. KL_INPUT,
 * and nothing is touched, if there are files of those names that no attempt has made. */
kl_status kl_output_clear_snapshots(const kl_study *study, const kl_output *output,
                                    const kl_results *results, kl_error *err);

/* Makes the file of a snapshot and notes in the journal that it is ours. Local, on the leader of
 * the group that takes it, before kl_snapshot_create(). */
kl_status kl_output_claim_snapshot(const kl_output *output, int point, kl_error *err);

#endif
