/* What is open, stage by stage, and how it is handed out: in runs of 2^k consecutive batches, so
 * that the moments of fields join on the way (statistics/forest.h) and few runs are asked for. A
 * run is at most half of what each team has still to do, so the last ones are single batches and no
 * team waits for more than one.
 */
#ifndef KL_RUN_WORK_H
#define KL_RUN_WORK_H

#include "run/schedule.h"

typedef struct kl_interval {
    int64_t first, end; /* batches first..end-1 */
} kl_interval;

typedef struct kl_work {
    int n;
    kl_stage *stage; /* [n] */
    int64_t nopen;
    kl_interval *open; /* [nopen]: of a stage one after the other, ascending */
} kl_work;

/* Adds open batches of a step of a point; ascending, one stage after the other. Local.
 * KL_ENVIRONMENT. */
kl_status kl_work_add(kl_work *work, kl_step step, kl_interval open, kl_error *err);
void kl_work_destroy(kl_work *work);
/* That of rank 0 onto all ranks. Collective over comm. KL_ENVIRONMENT: no memory. */
kl_status kl_work_share(kl_work *work, MPI_Comm comm, kl_error *err);

/* The runs of one stage. Runs of one length, one after the other, are a segment. */
typedef struct kl_segment {
    int64_t first, before; /* its first batch; runs of earlier segments */
    int level;             /* 2^level batches each */
} kl_segment;

typedef struct kl_runs {
    int64_t count;
    int n, room;
    kl_segment *segment;
} kl_runs;

/* Cuts the open batches of stage i for its teams. Local. KL_ENVIRONMENT: no memory. */
kl_status kl_runs_cut(const kl_work *work, int i, kl_runs *out, kl_error *err);
/* The batches of run number `run`, 0 <= run < count. */
kl_interval kl_runs_get(const kl_runs *runs, int64_t run);
void kl_runs_destroy(kl_runs *runs);

#endif
