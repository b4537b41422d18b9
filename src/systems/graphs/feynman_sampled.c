#include "systems/graphs/feynman_sampled.h"

#include "base/memory.h"
#include "systems/graphs/feynman_chain.h"
#include "systems/graphs/feynman_moments.h"
#include "systems/graphs/feynman_open.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LEFT, RIGHT };

typedef struct sampled_run {
    const feynman *f;
    const kl_lattice_point *point;
    feynman_chain chain;
    kl_wigner *pairing;
    size_t nfields;
    float **field;          /* [nfields]: signs; of several lines one potential at a time */
    size_t nends;           /* ends of the left chains at every time, */
    kl_state *end;          /* [nleft][ntimes]; none of several lines */
    size_t next;            /* the chain to do: left ones, then right ones; or the line */
    int64_t realization;    /* of now */
    double complex *sample; /* [graphs or lines][ntimes] */
} sampled_run;

static int ntimes_of(const sampled_run *r)
{
    return r->f->study.times.n;
}

static bool one_line(const feynman *f)
{
    return f->study.lines == 1;
}

static int most_orders(const kl_feynman *s)
{
    return 1 + (s->left > s->right ? s->left : s->right);
}

/* ---- what it costs ---- */

static size_t chains_of(const feynman *f)
{
    const kl_colours *c = &f->study.colours;
    return one_line(f) ? c->nchains[LEFT] + c->nchains[RIGHT] : (size_t)f->study.lines;
}

static kl_cost cost(const void *self, int point, int group_ranks)
{
    const feynman *f = self;
    const kl_feynman *s = &f->study;
    const kl_cost chain = feynman_chain_cost(s, point, most_orders(s));
    const double sites = pow((double)s->points.point[point].sites, (double)s->points.dimension);
    const double ends = (double)s->colours.nchains[LEFT] * s->times.n * 2.5;
    const double values = (double)(one_line(f) ? s->n : (size_t)s->lines) * s->times.n;
    (void)group_ranks;
    return (kl_cost){
        .bytes = chain.bytes + 16 * values +
                 sites * (sizeof(float) * (double)(s->colours.nfields + 1) + sizeof(double) * ends),
        .seconds = (double)chains_of(f) * chain.seconds + values * sites * 30e-9,
        .most_ranks = 1};
}

/* ---- begin and end ---- */

static void end(void **run)
{
    sampled_run *r = *run;
    if (!r)
        return;
    kl_wigner_destroy(&r->pairing);
    for (size_t i = 0; r->end && i < r->nends; i++)
        kl_state_destroy(&r->end[i]);
    for (size_t i = 0; r->field && i < r->nfields; i++)
        free(r->field[i]);
    feynman_chain_destroy(&r->chain);
    free(r->end);
    free(r->field);
    free(r->sample);
    free(r);
    *run = NULL;
}

static kl_status allocate(sampled_run *r, kl_error *err)
{
    const kl_feynman *s = &r->f->study;
    const kl_lattice *lattice = &r->chain.lattice;
    const size_t ntimes = (size_t)s->times.n, n = one_line(r->f) ? s->n : (size_t)s->lines;
    KL_TRY(kl_alloc(n * ntimes, sizeof *r->sample, "samples", &r->sample, err));
    r->nfields = one_line(r->f) ? s->colours.nfields : 1;
    KL_TRY(kl_alloc(r->nfields, sizeof *r->field, "fields of signs", &r->field, err));
    for (size_t i = 0; i < r->nfields; i++)
        KL_TRY(kl_alloc((size_t)kl_lattice_local(lattice), sizeof **r->field, "fields of signs",
                        &r->field[i], err));
    r->nends = s->colours.nchains[LEFT] * ntimes;
    KL_TRY(kl_alloc(r->nends, sizeof *r->end, "ends of chains", &r->end, err));
    for (size_t i = 0; i < r->nends; i++)
        KL_TRY(kl_state_create(lattice, KL_DOUBLE, &r->end[i], err));
    return kl_wigner_create(lattice, r->point->unit, 1, &s->observable, &r->pairing, err);
}

static kl_status begin(const void *self, const kl_place *place, void **run, kl_error *err)
{
    const feynman *f = self;
    sampled_run *r = NULL;
    *run = NULL;
    KL_TRY(kl_alloc(1, sizeof *r, "run", &r, err));
    *run = r;
    r->f = f;
    r->point = &f->study.points.point[place->point];
    kl_status status = feynman_chain_create(&f->study, place->point, place->group,
                                            most_orders(&f->study), &r->chain, err);
    if (status == KL_OK)
        status = allocate(r, err);
    if (status != KL_OK)
        end(run);
    return status;
}

/* ---- one line: all graphs by their colours ---- */

/* Signs are a Bernoulli potential under the field's number; products are taken of drawn ones. */
static void draw_field(const sampled_run *r, size_t which, float *drawn, float *out)
{
    const kl_lattice *lattice = &r->chain.lattice;
    int factor[KL_GRAPH_VERTICES];
    const int n = kl_colours_factors(r->f->study.colours.field[which], factor);
    for (int64_t x = 0; x < kl_lattice_local(lattice); x++)
        out[x] = 1;
    for (int i = 0; i < n; i++) {
        const double number = factor[i];
        kl_potential_draw(&r->f->study.disorder, KL_BERNOULLI, r->point->eta, &number,
                          r->realization, lattice, drawn);
        for (int64_t x = 0; x < kl_lattice_local(lattice); x++)
            out[x] *= drawn[x];
    }
}

static kl_status start(void *run, int64_t batch, kl_error *err)
{
    sampled_run *r = run;
    float *drawn;
    r->next = 0;
    r->realization = batch;
    if (!one_line(r->f))
        return KL_OK;
    KL_TRY(
        kl_alloc((size_t)kl_lattice_local(&r->chain.lattice), sizeof *drawn, "signs", &drawn, err));
    for (size_t i = 0; i < r->nfields; i++)
        draw_field(r, i, drawn, r->field[i]);
    free(drawn);
    return KL_OK;
}

/* <J, W> of conj(left) and right. */
static kl_status pair(const sampled_run *r, const kl_state *left, const kl_state *right,
                      double complex *value, kl_error *err)
{
    const kl_state two[2] = {*left, *right};
    double complex of[3]; /* (0,0), (0,1), (1,1) */
    KL_TRY(kl_wigner_evaluate_pairs(r->pairing, 2, two, of, err));
    *value = of[1];
    return KL_OK;
}

/* Pairs the end of right chain `which` with those of the left chains of its graphs. */
static kl_status pair_graphs(sampled_run *r, size_t which, const kl_state *right, int time,
                             kl_error *err)
{
    const kl_feynman *s = &r->f->study;
    const size_t ntimes = (size_t)s->times.n;
    for (size_t g = 0; g < s->n; g++) {
        double complex *value = &r->sample[g * ntimes + (size_t)time];
        if (s->colours.of[RIGHT][g] != which)
            continue;
        KL_TRY(pair(r, &r->end[s->colours.of[LEFT][g] * ntimes + (size_t)time], right, value, err));
        *value *= kl_graph_factor(&s->graph[g], kl_feynman_law(s));
    }
    return KL_OK;
}

/* One chain through all times. */
static kl_status do_chain(sampled_run *r, int side, size_t which, kl_error *err)
{
    const kl_feynman *s = &r->f->study;
    const kl_chain *chain = &s->colours.chain[side][which];
    const float *field[KL_GRAPH_VERTICES + 1] = {NULL};
    for (int j = 0; j < chain->n; j++)
        field[j + 1] = r->field[chain->field[j]];
    feynman_chain_start(&r->chain, chain->n + 1);
    for (int t = 0; t < ntimes_of(r); t++) {
        KL_TRY(feynman_chain_advance(&r->chain, chain->n + 1, field, r->point->eta, t, err));
        const kl_state *last = &r->chain.psi[chain->n];
        if (side == RIGHT)
            KL_TRY(pair_graphs(r, which, last, t, err));
        else
            kl_state_copy(last, &r->end[which * (size_t)ntimes_of(r) + (size_t)t]);
    }
    return KL_OK;
}

/* ---- several lines: independent potentials ---- */

static kl_status do_line(sampled_run *r, int line, kl_error *err)
{
    const kl_feynman *s = &r->f->study;
    const int orders = most_orders(s);
    const float *field[KL_MOST_ORDERS] = {NULL};
    kl_potential_draw(&s->disorder, s->disorder.distribution, r->point->eta, NULL,
                      r->realization * s->lines + line, &r->chain.lattice, r->field[0]);
    for (int n = 1; n < orders; n++)
        field[n] = r->field[0];
    r->chain.h.omega = r->field[0];
    const double strength = kl_duhamel_strength(&r->chain.h);
    feynman_chain_start(&r->chain, orders);
    for (int t = 0; t < ntimes_of(r); t++) {
        KL_TRY(feynman_chain_advance(&r->chain, orders, field, strength, t, err));
        KL_TRY(pair(r, &r->chain.psi[s->left], &r->chain.psi[s->right],
                    &r->sample[line * ntimes_of(r) + t], err));
    }
    return KL_OK;
}

static void put_lines(const sampled_run *r, int station, kl_sample *out)
{
    double complex x[16], estimate[4];
    for (int l = 0; l < r->f->study.lines; l++)
        x[l] = r->sample[l * ntimes_of(r) + station];
    feynman_moments(r->f->study.lines, x, estimate);
    for (size_t i = 0; i < r->f->nsums; i++)
        feynman_put(out, i, estimate[i], 0);
}

/* ---- the run ---- */

/* All times share their work: the first station does all, a chain or a line a call. */
static kl_status advance(void *run, int station, bool *reached, kl_error *err)
{
    sampled_run *r = run;
    const size_t left = r->f->study.colours.nchains[LEFT], which = r->next;
    if (station > 0)
        return KL_OK;
    if (!one_line(r->f))
        KL_TRY(do_line(r, (int)which, err));
    else
        KL_TRY(do_chain(r, which < left ? LEFT : RIGHT, which < left ? which : which - left, err));
    r->next++;
    *reached = r->next == chains_of(r->f);
    return KL_OK;
}

static kl_status measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    const sampled_run *r = run;
    (void)member, (void)err;
    if (one_line(r->f))
        feynman_put_graphs(r->f, station, r->sample, NULL, out);
    else
        put_lines(r, station, out);
    return KL_OK;
}

const kl_system kl_system_graphs_sampled = {
    FEYNMAN_COMMON, .ensemble = KL_INDEPENDENT, .cost = cost,       .begin = begin,
    .start = start, .advance = advance,         .measure = measure, .end = end,
};
