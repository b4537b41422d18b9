/* done/total, rate, time left: one updating line on a terminal, a line now and
 * then in a log. Leaders tell rank 0 by small messages, a few a second at most, so it costs no
 * collective.
 */
#ifndef KL_RUN_PROGRESS_H
#define KL_RUN_PROGRESS_H

#include "kinlim/status.h"
#include "run/log.h"
#include "run/pulse.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct kl_progress kl_progress;

typedef struct kl_progress_work { /* in items: batches */
    int64_t open, total;          /* total: open and done, as far as is asked for now */
    int64_t most;                 /* that may be asked for, with stopping by precision */
    double cost;                  /* of the open ones */
    const char *name;             /* "realizations" */
    kl_log *log;                  /* on rank 0, where there are any */
    kl_pulse *pulse;
} kl_progress_work;

/* Rank 0 of comm prints; other ranks report to it. Collective over comm. KL_ENVIRONMENT. */
kl_status kl_progress_create(MPI_Comm comm, bool quiet, kl_progress_work work, kl_progress **out,
                             kl_error *err);
/* A leader has finished an item of this cost: rank 0 hears of it in a while, together with others.
 * Local on leaders; cheap. */
void kl_progress_item(kl_progress *progress, double cost);
/* On rank 0: so many more items of this cost each are asked for. Local. */
void kl_progress_more(kl_progress *progress, int64_t items, double cost);
/* Rank 0 looks for reports and prints if it is time. Local. */
void kl_progress_tick(kl_progress *progress);
/* Waits for all reports of the leaders' items. Collective over comm. */
void kl_progress_end(kl_progress **progress);

#endif
