/* What a run is at, for those who look on: the journal's file `pulse`, put anew about once a
 * second. It is no part of the results: it is never synced, and that it cannot be written is no
 * failure. Local, rank 0.
 *
 *   line 1   the host
 *   line 2   process id, ranks, seconds since the epoch at the start of the run and at this writing
 *   line 3   finished items and all that are asked for; the cost of those that this run has
 *            finished and of those that it found open; the seconds that it has worked on them
 *   line 4   what is done now, in words
 */
#ifndef KL_RUN_PULSE_H
#define KL_RUN_PULSE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct kl_pulse {
    char journal[4096]; /* empty: nothing is written */
    double last;        /* of kl_clock(), at the last writing */
    char host[256], doing[256];
    int64_t pid, ranks, began, now;
    int64_t done, total;
    double cost_done, cost_total, seconds;
} kl_pulse;

/* At the start of a run on `ranks` ranks; writes. */
void kl_pulse_begin(kl_pulse *pulse, const char *journal, int ranks);
/* What is done from now on. */
void kl_pulse_doing(kl_pulse *pulse, const char *words);
/* Writes if the last writing is a second ago. Cheap. */
void kl_pulse_beat(kl_pulse *pulse);

/* Of another run; false if there is none that can be read. */
bool kl_pulse_read(const char *journal, kl_pulse *out);

#endif
