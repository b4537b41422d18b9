/* How far a run has come, seen from outside: its results file, its journal, its pulse. Nothing is
 * locked and nothing written, so that a run at work is not disturbed. Local.
 */
#ifndef KL_RUN_LOOK_H
#define KL_RUN_LOOK_H

#include "run/pulse.h"
#include "study/study.h"

typedef enum kl_run_state {
    KL_RUN_DONE,    /* it came to its end: the results are published and there is no journal */
    KL_RUN_STOPPED, /* there is a journal, and nobody works on it */
    KL_RUN_RUNNING  /* a process holds the journal's lock */
} kl_run_state;

typedef struct kl_look {
    kl_run_state state;
    char file[4096], journal[4096];
    bool has_file, has_journal;
    kl_study *study;     /* of the journal; NULL: there is none */
    kl_results *results; /* what is there so far */
    bool has_pulse;
    kl_pulse pulse; /* of the run at work, or of the last one */
    int64_t holder; /* the process that holds the lock, on its machine; 0: none, or not known */
} kl_look;

/* `name` is a results file, which need not be there yet, or a study, whose results are looked for
 * under its name in this folder. KL_INPUT: there are neither results nor a journal, or they are
 * damaged. A journal of a study that this program does not know is KL_INPUT, too. */
kl_status kl_look_at(const char *name, const kl_system *const *systems, kl_look *out,
                     kl_error *err);
void kl_look_end(kl_look *look);

/* Realizations of a point that the run at work finishes in a second, by their cost and the pace of
 * the whole run; NAN: not known, or nothing is left to do at the point. */
double kl_look_rate(const kl_look *look, int point);
/* Until all realizations are finished; NAN: not known. */
double kl_look_seconds_left(const kl_look *look);

#endif
