#include "systems/graphs/feynman.h"

#include "base/memory.h"
#include "systems/graphs/feynman_sampled.h"
#include "systems/graphs/feynman_open.h"

#include <math.h>
#include <stdlib.h>

static kl_cost cost(const void *self, int point, int group_ranks)
{
    static const double operations_per_second = 4e9, of_a_site = 0.5e-6;
    const feynman *f = self;
    const kl_graphs_cost *c = &f->study.point[point].cost;
    const double d = (double)f->study.points.dimension;
    double starts = 0;
    (void)group_ranks;
    for (int i = 0; i < f->study.points.n && f->study.point[i].start; i++)
        starts += sizeof(double) *
                  pow((double)f->study.points.point[i].sites, (double)f->study.points.dimension);
    return (kl_cost){.bytes = c->bytes + starts + 4096,
                     .seconds = 1e-4 + c->operations / operations_per_second +
                                of_a_site * pow((double)f->study.points.point[point].sites, d)};
}

/* ---- the work of a point ---- */

typedef struct feynman_run {
    const feynman *f;
    MPI_Comm group;
    int point;
    double complex *amplitude; /* [n][ntimes] */
    double *error;             /* likewise */
} feynman_run;

static void end(void **run)
{
    feynman_run *r = *run;
    if (!r)
        return;
    free(r->amplitude);
    free(r->error);
    free(r);
    *run = NULL;
}

static kl_status begin(const void *self, const kl_place *place, void **run, kl_error *err)
{
    const feynman *f = self;
    const size_t n = f->study.n * (size_t)f->study.times.n;
    feynman_run *r = NULL;
    kl_status status = kl_alloc(1, sizeof *r, "run", &r, err);
    *run = r;
    if (status == KL_OK)
        status = kl_alloc(n, sizeof *r->amplitude, "amplitudes", &r->amplitude, err);
    if (status == KL_OK)
        status = kl_alloc(n, sizeof *r->error, "amplitudes", &r->error, err);
    status = kl_agree(place->group, status, err);
    if (status != KL_OK)
        return end(run), status;
    r->f = f;
    r->group = place->group;
    r->point = place->point;
    return KL_OK;
}

/* All times share their work: the first call does all. */
static kl_status advance(void *run, int station, bool *reached, kl_error *err)
{
    feynman_run *r = run;
    const kl_feynman *s = &r->f->study;
    (void)reached;
    if (station > 0)
        return KL_OK;
    const kl_graphs_problem problem = kl_feynman_problem(s, r->point);
    return kl_graphs_amplitudes(r->group, &problem, s->graph, s->n, r->amplitude, r->error, err);
}

static kl_status measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    const feynman_run *r = run;
    (void)member, (void)err;
    if (r->f->study.lines == 1)
        feynman_put_graphs(r->f, station, r->amplitude, r->error, out);
    else
        feynman_put_lines(r->f, station, r->amplitude, r->error, out);
    return KL_OK;
}

const kl_system kl_system_graphs = {
    FEYNMAN_COMMON,
    .ensemble = KL_DETERMINISTIC,
    .cost = cost,
    .begin = begin,
    .advance = advance,
    .measure = measure,
    .end = end,
    .alternative = &kl_system_graphs_sampled,
    .alternate = kl_feynman_is_sampled,
};
