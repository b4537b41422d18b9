#include "run/hand_out.h"

#include "base/memory.h"

#include <stdlib.h>

kl_status kl_hand_out_create(const kl_work *work, kl_counters *counters,
                             const kl_verdicts *verdicts, kl_hand_out *out, kl_error *err)
{
    const size_t n = (size_t)work->n;
    *out = (kl_hand_out){.work = work, .counters = counters, .verdicts = verdicts};
    KL_TRY(kl_alloc(n, sizeof *out->runs, "the plan", &out->runs, err));
    KL_TRY(kl_alloc(n, sizeof *out->asked, "the plan", &out->asked, err));
    return kl_alloc(n, sizeof *out->empty, "the plan", &out->empty, err);
}

void kl_hand_out_destroy(kl_hand_out *h)
{
    for (int i = 0; h->runs && h->asked && i < h->work->n; i++)
        if (h->asked[i])
            kl_runs_destroy(&h->runs[i]);
    free(h->runs);
    free(h->asked);
    free(h->empty);
    *h = (kl_hand_out){0};
}

static bool has_rest(const kl_run_in_hand *run)
{
    return run->rest.first < run->rest.end;
}

static kl_item take(kl_run_in_hand *run)
{
    return (kl_item){run->stage, run->rest.first++};
}

/* The next run of a stage; no rest: it has no more. */
static kl_status draw(kl_hand_out *h, int i, kl_counter_side side, kl_run_in_hand *out,
                      kl_error *err)
{
    *out = (kl_run_in_hand){.stage = i};
    if (h->empty[i])
        return KL_OK;
    if (!h->asked[i])
        KL_TRY(kl_runs_cut(h->work, i, &h->runs[i], err));
    h->asked[i] = true;
    const int64_t run = kl_counters_next(h->counters, i, side.team, side.nteams);
    h->empty[i] = run >= h->runs[i].count;
    if (!h->empty[i])
        out->rest = kl_runs_get(&h->runs[i], run);
    return KL_OK;
}

/* If a stage is open. */
static kl_status draw_open(kl_hand_out *h, int i, kl_counter_side side, kl_error *err)
{
    kl_run_in_hand run;
    if (has_rest(&h->own) || !kl_verdicts_open(h->verdicts, h->work->stage[i].step))
        return KL_OK;
    KL_TRY(draw(h, i, side, &run, err));
    if (has_rest(&run))
        h->own = run;
    return KL_OK;
}

/* The rest of a run that was begun ahead, if its gate is open now; if it is shut, there is none. */
static void go_on_with_ahead(kl_hand_out *h)
{
    const kl_step step = h->work->stage[h->ahead.stage].step;
    if (kl_verdicts_open(h->verdicts, step))
        h->own = h->ahead;
    else if (!kl_verdicts_shut(h->verdicts, step))
        return;
    h->ahead.rest = (kl_interval){0};
}

/* Does stage i belong to the same point as the one before? */
static bool goes_on(const kl_work *work, int i)
{
    return i < work->n && work->stage[i].step.number > 0;
}

kl_status kl_hand_out_next(kl_hand_out *h, kl_counter_side side, kl_item *out, kl_error *err)
{
    *out = (kl_item){.stage = -1};
    if (!has_rest(&h->own) && has_rest(&h->ahead))
        go_on_with_ahead(h);
    int i = h->own.stage >= side.from ? h->own.stage : side.from;
    do /* at the same point, which is at hand already */
        KL_TRY(draw_open(h, i, side, err));
    while (goes_on(h->work, ++i));
    for (i = side.from; i < side.to; i++)
        KL_TRY(draw_open(h, i, side, err));
    if (has_rest(&h->own))
        *out = take(&h->own);
    return KL_OK;
}

kl_status kl_hand_out_ahead(kl_hand_out *h, kl_counter_side side, kl_item *out, kl_error *err)
{
    *out = (kl_item){.stage = -1};
    for (int i = side.from; i < side.to && !has_rest(&h->ahead); i++)
        if (kl_verdicts_likely(h->verdicts, h->work->stage[i].step))
            KL_TRY(draw(h, i, side, &h->ahead, err));
    if (has_rest(&h->ahead))
        *out = take(&h->ahead);
    return KL_OK;
}

bool kl_hand_out_turns(const kl_hand_out *h)
{
    return !has_rest(&h->own);
}

void kl_hand_out_end(kl_hand_out *h)
{
    for (int i = 0; i < h->work->n; i++)
        kl_counters_exhaust(h->counters, i);
}
