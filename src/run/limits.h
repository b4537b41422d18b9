/* The values of the limits: solved point by point, each one a record of the journal, so that a stop
 * or a kill loses no more than the one in work.
 */
#ifndef KL_RUN_LIMITS_H
#define KL_RUN_LIMITS_H

#include "ensemble/journal.h"
#include "run/log.h"
#include "run/pulse.h"
#include "study/study.h"

/* What a solve may do besides. */
typedef struct kl_limits_run {
    MPI_Comm comm;
    double deadline; /* of kl_clock(); 0: none */
    bool quiet;
    bool (*ended)(void *context); /* asked now and then, on every rank: true ends it too; or NULL */
    void *context;
    kl_log *log; /* on rank 0, where there are any */
    kl_pulse *pulse;
    double patience;     /* seconds on one rank that a limit may take in all; 0: any */
    kl_journal *journal; /* open, on rank 0 of comm; NULL: solved limits are not recorded */
} kl_limits_run;

/* Solves what `results` (on rank 0 of run->comm, NULL elsewhere) does not have yet of the study's
 * limits, and of the reference of study->finer. Collective over run->comm. KL_STOPPED: by a signal
 * or the deadline; what is solved is kept. */
kl_status kl_limits_solve(const kl_study *study, const kl_limits_run *run, kl_results *results,
                          kl_error *err);

/* Which are solved, as bytes: of every limit at every point, then of the finer reference; how many
 * these are; those that are, as if they were solved in `results`. Local. */
size_t kl_limits_count(const kl_study *study);
void kl_limits_known(const kl_study *study, const kl_results *results, uint8_t *solved);
void kl_limits_mark(const kl_study *study, const uint8_t *solved, kl_results *results);

/* Is any of them still to be solved? Local. */
bool kl_limits_open(const kl_study *study, const kl_results *results);

/* True if `results` has a limit at a point, values or a note why there are none. Local. */
bool kl_limits_solved(const kl_results *results, int limit, int point);

/* Seconds of all limits on one rank, roughly. Local. */
double kl_limits_seconds(const kl_study *study);

/* A hash of all in a resolved study that limits depend on: solved ones are good for another run if
 * it is the same. Local. KL_ENVIRONMENT: no memory. */
kl_status kl_limits_settings(const char *resolved, uint64_t *out, kl_error *err);

/* Takes a record of a journal, if it is of limits with these settings. Local. */
kl_status kl_limits_take(const kl_study *study, uint64_t settings, const void *payload, size_t size,
                         kl_results *results, kl_error *err);

/* Takes the limits of another file of the same study. Local. */
kl_status kl_limits_copy(const kl_study *study, const kl_results *from, kl_results *to,
                         kl_error *err);

#endif
