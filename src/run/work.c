#include "run/work.h"

#include "base/broadcast.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

/* ---- what is open ---- */

/* Makes room for one more behind n. */
static kl_status grow(void *array, int64_t n, size_t size, kl_error *err)
{
    char *old, *bigger;
    memcpy(&old, array, sizeof old);
    if ((n & (n - 1)) != 0) /* it has grown at every power of two */
        return KL_OK;
    KL_TRY(kl_alloc(2 * (size_t)n + 1, size, "the plan", &bigger, err));
    if (n > 0)
        memcpy(bigger, old, (size_t)n * size);
    free(old);
    memcpy(array, &bigger, sizeof bigger);
    return KL_OK;
}

static bool same_step(kl_step a, kl_step b)
{
    return a.finer == b.finer && a.point == b.point && a.number == b.number;
}

kl_status kl_work_add(kl_work *w, kl_step step, kl_interval open, kl_error *err)
{
    kl_stage *last = w->n > 0 ? &w->stage[w->n - 1] : NULL;
    if (!last || !same_step(last->step, step)) {
        KL_TRY(grow(&w->stage, w->n, sizeof *w->stage, err));
        last = &w->stage[w->n++];
        *last = (kl_stage){.step = step, .from = w->nopen};
    }
    KL_TRY(grow(&w->open, w->nopen, sizeof *w->open, err));
    w->open[w->nopen++] = open;
    last->nopen++;
    last->items += open.end - open.first;
    return KL_OK;
}

void kl_work_destroy(kl_work *work)
{
    free(work->stage);
    free(work->open);
    *work = (kl_work){0};
}

kl_status kl_work_share(kl_work *w, MPI_Comm comm, kl_error *err)
{
    int rank;
    int64_t n[2] = {w->n, w->nopen};
    kl_status status = KL_OK;
    MPI_Comm_rank(comm, &rank);
    MPI_Bcast(n, 2, MPI_INT64_T, 0, comm);
    if (rank != 0) {
        *w = (kl_work){.n = (int)n[0], .nopen = n[1]};
        status = kl_alloc((size_t)n[0], sizeof *w->stage, "the plan", &w->stage, err);
        if (status == KL_OK)
            status = kl_alloc((size_t)n[1], sizeof *w->open, "the plan", &w->open, err);
    }
    KL_TRY(kl_agree(comm, status, err));
    kl_broadcast(comm, w->stage, (size_t)n[0] * sizeof *w->stage);
    kl_broadcast(comm, w->open, (size_t)n[1] * sizeof *w->open);
    return KL_OK;
}

/* ---- runs ---- */

/* The longest run at `at`: aligned, inside the interval, and no more than `most` batches. */
static int level_of(int64_t at, int64_t end, int64_t most)
{
    int level = 0;
    while (level < 62 && (at & (INT64_C(1) << level)) == 0 && at + (INT64_C(2) << level) <= end &&
           (INT64_C(2) << level) <= most)
        level++;
    return level;
}

static kl_status add_run(kl_runs *runs, int64_t first, int level, bool joins, kl_error *err)
{
    const kl_segment *last = runs->n > 0 ? &runs->segment[runs->n - 1] : NULL;
    if (!joins || !last || last->level != level) {
        KL_TRY(grow(&runs->segment, runs->n, sizeof *runs->segment, err));
        runs->segment[runs->n++] = (kl_segment){first, runs->count, level};
    }
    runs->count++;
    return KL_OK;
}

kl_status kl_runs_cut(const kl_work *work, int i, kl_runs *out, kl_error *err)
{
    const kl_stage *stage = &work->stage[i];
    int64_t left = stage->items;
    kl_status status = KL_OK;
    *out = (kl_runs){0};
    for (int64_t k = 0; status == KL_OK && k < stage->nopen; k++) {
        const kl_interval open = work->open[stage->from + k];
        for (int64_t at = open.first; status == KL_OK && at < open.end;) {
            const int level = level_of(at, open.end, left / (2 * (int64_t)stage->cut.nteams));
            status = add_run(out, at, level, at > open.first, err);
            at += INT64_C(1) << level;
            left -= INT64_C(1) << level;
        }
    }
    if (status != KL_OK)
        kl_runs_destroy(out);
    return status;
}

kl_interval kl_runs_get(const kl_runs *runs, int64_t run)
{
    int low = 0, high = runs->n;
    while (high - low > 1) {
        const int middle = (low + high) / 2;
        *(runs->segment[middle].before <= run ? &low : &high) = middle;
    }
    const kl_segment *s = &runs->segment[low];
    const int64_t length = INT64_C(1) << s->level, first = s->first + (run - s->before) * length;
    return (kl_interval){first, first + length};
}

void kl_runs_destroy(kl_runs *runs)
{
    free(runs->segment);
    *runs = (kl_runs){0};
}
