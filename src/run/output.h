/* The output of a run on disk: a results file and, while it runs, a journal
 * beside it. Local, rank 0.
 */
#ifndef KL_RUN_OUTPUT_H
#define KL_RUN_OUTPUT_H

#include "study/study.h"

typedef struct kl_output {
    char file[4096], journal[4096];
    int lock; /* -1: not held */
    bool had_file, had_journal;
} kl_output;

/* Checks the place: existing output without `resume`, a missing or unwritable
 * folder. Writes nothing. */
kl_status kl_output_check(const kl_study *study, const char *path, bool resume, kl_output *out,
                          kl_error *err);

/* Checks, takes the lock (so that nobody else writes from here on), and collects
 * into `results` what an earlier run has left; KL_INPUT if that was another study
 * or another run is at work. Samples at other times are dropped, saying so. */
kl_status kl_output_open(const kl_study *study, const char *path, bool resume, kl_output *out,
                         kl_results *results, kl_error *err);

/* Writes the results; removes the journal if the run is complete. */
kl_status kl_output_finish(kl_output *output, const kl_results *results, bool complete,
                           kl_error *err);

/* Gives the lock back. A journal that this run made and that holds no record goes. */
void kl_output_close(kl_output *output);

#endif
