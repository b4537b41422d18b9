/* The realizations of a run: rounds of batches, handed out to teams as they ask for more, into the
 * journal and from there into the results.
 */
#ifndef KL_RUN_LOOP_H
#define KL_RUN_LOOP_H

#include "run/group_fields.h"
#include "run/layout.h"
#include "run/output.h"
#include "run/pulse.h"

typedef struct kl_loop {
    const kl_study *study;
    const kl_run_options *options;
    MPI_Comm comm;
    const kl_output *output; /* paths on every rank */
    const kl_layout *layout;
    kl_results *results; /* rank 0 */
    int attempt;         /* of the journal; one more after each round */
    double deadline;
    kl_pulse *pulse; /* rank 0 */
    bool stopped;    /* early, on all ranks alike */
} kl_loop;

/* Does what is open. Collective over comm. A stop is no failure: loop->stopped. */
kl_status kl_loop_run(kl_loop *loop, kl_error *err);

#endif
