#include "systems/graphs/feynman.h"

#include "base/memory.h"
#include "graphs/lines.h"
#include "systems/graphs/feynman_study.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { SUMS = KL_GRAPH_CLASSES + 1 }; /* the classes and the total */

typedef struct feynman {
    kl_feynman study;
    size_t nsums, nvalues; /* complex numbers: of the graphs, then of the sums */
    kl_quantity *quantity; /* [2 nvalues] */
    char sum[SUMS][KL_NAME];
    kl_constant count[SUMS];
    uint64_t counts[SUMS];
    int ncounts;
    kl_description description;
} feynman;

/* ---- the study ---- */

static void name_value(feynman *f, size_t at, const char *name)
{
    static const char *const parts[2] = {"re", "im"};
    for (int i = 0; i < 2; i++) {
        kl_quantity *q = &f->quantity[2 * at + (size_t)i];
        snprintf(q->observable, sizeof q->observable, "%s", name);
        snprintf(q->part, sizeof q->part, "%s", parts[i]);
    }
}

static void add_count(feynman *f, const char *name, uint64_t count)
{
    const int i = f->ncounts++;
    snprintf(f->sum[i], sizeof f->sum[i], "%s", name);
    f->count[i] = (kl_constant){.name = "count", .observable = f->sum[i]};
    f->counts[i] = count;
}

static kl_status name_values(feynman *f, size_t ngraphs, kl_error *err)
{
    f->nvalues = ngraphs + f->nsums;
    KL_TRY(kl_alloc(2 * f->nvalues, sizeof *f->quantity, "study", &f->quantity, err));
    for (size_t g = 0; g < ngraphs; g++) {
        char name[KL_GRAPH_NAME];
        kl_graph_name(&f->study.graph[g], name);
        name_value(f, g, name);
    }
    for (size_t i = 0; i < f->nsums; i++)
        name_value(f, ngraphs + i, f->sum[i]);
    return KL_OK;
}

/* One line: every graph, the classes, the total. */
static kl_status describe_graphs(feynman *f, kl_error *err)
{
    uint64_t counts[KL_GRAPH_CLASSES] = {0};
    char name[KL_NAME];
    for (size_t g = 0; g < f->study.n; g++)
        counts[kl_graph_classify(&f->study.graph[g])]++;
    for (int c = 0; c < KL_GRAPH_CLASSES; c++) {
        snprintf(name, sizeof name, "class.%s", kl_graph_class_names[c]);
        add_count(f, name, counts[c]);
    }
    add_count(f, "total", f->study.n);
    f->nsums = SUMS;
    return name_values(f, f->study.n, err);
}

/* Several lines: the disconnected graphs, and how many there are of all. */
static kl_status describe_lines(feynman *f, kl_error *err)
{
    const kl_feynman *s = &f->study;
    kl_lines_counts counts;
    KL_TRY(kl_lines_count(s->lines, s->left + s->right, s->disorder.distribution == KL_GAUSSIAN,
                          &counts, err));
    add_count(f, "class.disconnected", counts.disconnected);
    add_count(f, "class.2-connected", counts.two_connected);
    add_count(f, "class.connected", counts.connected);
    add_count(f, "total", counts.total);
    f->nsums = 1;
    return name_values(f, 0, err);
}

static void close_study(void **self)
{
    feynman *f = *self;
    if (!f)
        return;
    kl_feynman_free(&f->study);
    free(f->quantity);
    free(f);
    *self = NULL;
}

static kl_status open_study(kl_node *root, const kl_stations *stations, void **self, kl_error *err)
{
    feynman *f;
    *self = NULL;
    KL_TRY(kl_alloc(1, sizeof *f, "study", &f, err));
    *self = f;
    kl_status status = kl_feynman_read(root, stations, &f->study, err);
    if (status == KL_OK)
        status = f->study.lines == 1 ? describe_graphs(f, err) : describe_lines(f, err);
    if (status != KL_OK)
        return close_study(self), status;
    f->description = (kl_description){.points = kl_lattice_points_describe(&f->study.points),
                                      .nquantities = (int)(2 * f->nvalues),
                                      .quantity = f->quantity,
                                      .nconstants = f->ncounts,
                                      .constant = f->count,
                                      .nwarnings = f->study.warnings.n,
                                      .warning = f->study.warnings.text};
    return KL_OK;
}

static const kl_description *describe(const void *self)
{
    return &((const feynman *)self)->description;
}

static kl_status constants(const void *self, int point, double *value, kl_error *err)
{
    const feynman *f = self;
    (void)point, (void)err;
    for (int i = 0; i < f->ncounts; i++)
        value[i] = (double)f->counts[i];
    return KL_OK;
}

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

static void put(kl_sample *out, size_t at, double complex value, double error)
{
    out->quantity[2 * at] = creal(value);
    out->quantity[2 * at + 1] = cimag(value);
    out->error[2 * at] = out->error[2 * at + 1] = error;
}

/* (E<J,W>)^r, E<J,W> to `error`. */
static void put_disconnected(const feynman *f, double complex mean, double error, kl_sample *out)
{
    double complex power = 1;
    double slope = 0, size = 1; /* of (|mean| + error)^r */
    for (int i = 0; i < f->study.lines; i++) {
        power *= mean;
        slope = slope * cabs(mean) + size;
        size *= cabs(mean) + error;
    }
    put(out, 0, power, slope * error);
}

static kl_status measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    const feynman_run *r = run;
    const feynman *f = r->f;
    const size_t ntimes = (size_t)f->study.times.n, n = f->study.n;
    double complex sum[SUMS] = {0};
    double error[SUMS] = {0};
    (void)member, (void)err;
    for (size_t g = 0; g < n; g++) {
        const size_t from = g * ntimes + (size_t)station;
        const int into[2] = {(int)kl_graph_classify(&f->study.graph[g]), SUMS - 1};
        if (f->study.lines == 1)
            put(out, g, r->amplitude[from], r->error[from]);
        for (int i = 0; i < 2; i++) {
            sum[into[i]] += r->amplitude[from];
            error[into[i]] += r->error[from];
        }
    }
    if (f->study.lines > 1)
        put_disconnected(f, sum[SUMS - 1], error[SUMS - 1], out);
    for (size_t i = 0; i < SUMS && f->study.lines == 1; i++)
        put(out, n + i, sum[i], error[i]);
    return KL_OK;
}

const kl_system kl_system_graphs = {
    .name = "graphs",
    .summary = "Feynman graphs of the expansion in the disorder, one by one",
    .model = "psi^(n) is the n-th order in eta of exp(-itH) psi_0, H = Delta + eta V on a torus. "
             "The mean of <J, W^(n,m)>, which pairs conj(psi^(n)) with psi^(m), is a sum over the "
             "contractions of n + m vertices. Each is named by its blocks, vertices counted along "
             "conj(psi_0) .. J .. psi_0, and has a class: basic (the ladder), decorated, nesting, "
             "crossing, blocks (cumulants of higher order). In the kinetic limit ladders with "
             "immediate recollisions remain.",
    .source = "T. Chen, lecture notes on semiclassical scaling limits, University of Texas (2011), "
              "sections 5.3 to 5.6; RIMS Kokyuroku Bessatsu B21 (2010) 63, sections 2.3 and 3.2",
    .ensemble = KL_DETERMINISTIC,
    .stations = {"times", "time", "T", "1", "macroscopic time"},
    .keys = kl_feynman_keys,
    .columns = kl_lattice_columns,
    .open = open_study,
    .close = close_study,
    .describe = describe,
    .cost = cost,
    .begin = begin,
    .advance = advance,
    .measure = measure,
    .end = end,
    .constants = constants,
};
