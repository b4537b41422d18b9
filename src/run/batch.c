#include "run/batch.h"

#include "base/stop.h"
#include "results/snapshot.h"
#include "run/pieces.h"

#include <stdio.h>
#include <unistd.h>

kl_status kl_batch_begin(kl_batch_run *run, kl_error *err)
{
    const kl_status status = kl_record_create(run->study, run->place.point, &run->record, err);
    KL_TRY(kl_agree(run->place.ensemble, status, err));
    return run->study->system->begin(run->study->self, &run->place, &run->state, err);
}

void kl_batch_end(kl_batch_run *run)
{
    if (run->state)
        run->study->system->end(&run->state);
    kl_record_destroy(&run->record);
}

/* ---- one station ---- */

static kl_status measure(kl_batch_run *run, int station, kl_error *err)
{
    const kl_system *system = run->study->system;
    kl_status status = KL_OK;
    for (int m = 0; status == KL_OK && m < run->place.count; m++) {
        kl_sample sample = kl_record_sample(&run->record, run->place.first + m, station);
        status = system->measure(run->state, station, m, &sample, err);
    }
    return run->place.members > 1 ? kl_agree(run->place.ensemble, status, err) : status;
}

/* ---- the way from station to station ---- */

typedef struct way {
    kl_batch_run *run;
    kl_checkpoint checkpoint;
    bool checkpoints; /* a batch with snapshots has none: its frames could not be gone on with */
    kl_snapshot *snapshot;
    int station;  /* the next one */
    int64_t step; /* calls of advance() since the beginning */
} way;

static kl_status write_checkpoint(way *w, kl_error *err)
{
    KL_TRY(kl_record_gather(&w->run->record, &w->run->place, err));
    return kl_checkpoint_write(&w->checkpoint, w->run->study->system, w->run->state,
                               &w->run->record, w->station - 1, w->step, err);
}

/* Goes on to the next station, or stops on the way: *stopped. */
static kl_status advance(way *w, bool *stopped, kl_error *err)
{
    kl_batch_run *run = w->run;
    for (bool reached = false; !reached;) {
        *stopped = kl_stop_requested(run->place.ensemble, run->deadline);
        if (*stopped)
            return w->checkpoints && w->step >= 0 && kl_checkpoint_worth(&w->checkpoint)
                       ? write_checkpoint(w, err)
                       : KL_OK;
        run->tick(run->tick_context);
        reached = true;
        if (run->study->system->advance)
            KL_TRY(run->study->system->advance(run->state, w->station, &reached, err));
        w->step++;
        if (!reached && w->checkpoints && kl_checkpoint_due(&w->checkpoint))
            KL_TRY(write_checkpoint(w, err));
    }
    return KL_OK;
}

static kl_status pass_station(way *w, bool *stopped, kl_error *err)
{
    kl_batch_run *run = w->run;
    const kl_system *system = run->study->system;
    KL_TRY(advance(w, stopped, err));
    if (*stopped)
        return KL_OK;
    KL_TRY(measure(run, w->station, err));
    if (run->snapshot && system->snapshot)
        KL_TRY(system->snapshot(run->state, w->station, run->snapshot, &w->snapshot, err));
    w->station++;
    return w->checkpoints && w->station < run->study->stations.n &&
                   kl_checkpoint_due(&w->checkpoint)
               ? write_checkpoint(w, err)
               : KL_OK;
}

/* Closes the snapshot, if there is one. What is not whole loses its .xdmf file, the sign of a
 * whole one. */
static kl_status end_snapshot(way *w, bool whole, kl_error *err)
{
    char path[4400];
    int rank;
    if (!w->snapshot)
        return KL_OK;
    MPI_Comm_rank(w->run->place.group, &rank);
    const kl_status status = kl_snapshot_close(&w->snapshot, err);
    snprintf(path, sizeof path, "%s.xdmf", w->run->snapshot);
    if ((!whole || status != KL_OK) && rank == 0)
        unlink(path);
    return status;
}

static kl_status begin(way *w, int64_t batch, kl_error *err)
{
    kl_batch_run *run = w->run;
    kl_record_number(&run->record, batch);
    kl_checkpoint_prepare(run->journal, run->finer, run->place.point, batch, run->checkpoint,
                          run->place.ensemble, &w->checkpoint);
    if (run->study->system->start)
        KL_TRY(run->study->system->start(run->state, batch, err));
    run->checkpointed = kl_checkpoint_listed(run->checkpoints, run->finer, run->place.point, batch);
    if (!w->checkpoints || !run->checkpointed)
        return KL_OK;
    KL_TRY(kl_checkpoint_read(&w->checkpoint, run->study->system, run->state, &run->record,
                              &w->station, err));
    w->station++;
    w->step = w->checkpoint.sequence;
    return KL_OK;
}

static kl_status finish(way *w, kl_error *err)
{
    kl_batch_run *run = w->run;
    uint64_t checksum;
    KL_TRY(kl_record_gather(&run->record, &run->place, err));
    KL_TRY(kl_pieces_checksum(run->place.ensemble, run->study->system, run->state,
                              run->study->stations.n - 1, &checksum, err));
    kl_record_checksum(&run->record, checksum);
    return KL_OK;
}

/* An invariant broke: says of which batch, and how to see it again. */
static kl_status fail_batch(const kl_batch_run *run, kl_error *err)
{
    const kl_description *about = run->study->description;
    const long long b = run->record.batch;
    if (!about->random)
        return KL_BUG;
    return kl_fail_prefix(err,
                          "realization %lld (seed %llu; --realizations %lld:%lld runs it alone)", b,
                          (unsigned long long)about->seed, b, b + 1);
}

kl_status kl_batch_realize(kl_batch_run *run, int64_t batch, bool *whole, kl_error *err)
{
    way w = {.run = run, .checkpoints = !run->snapshot, .station = 0, .step = -1};
    bool stopped = false;
    *whole = false;
    kl_status status = begin(&w, batch, err);
    while (status == KL_OK && !stopped && w.station < run->study->stations.n)
        status = pass_station(&w, &stopped, err);
    if (status == KL_OK && !stopped)
        status = finish(&w, err);
    *whole = status == KL_OK && !stopped;
    run->checkpointed = run->checkpointed || w.checkpoint.sequence >= 0;
    const kl_status closed = end_snapshot(&w, *whole, *whole ? err : NULL);
    if (status == KL_BUG)
        return fail_batch(run, err);
    return *whole ? closed : status;
}
