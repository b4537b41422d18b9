#include "systems/graphs/feynman_values.h"

#include "base/memory.h"
#include "graphs/lines.h"

#include <stdio.h>
#include <stdlib.h>

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
    if (ngraphs > 0)
        KL_TRY(kl_alloc(2 * f->nvalues, sizeof *f->diagram, "study", &f->diagram, err));
    for (size_t g = 0; g < ngraphs; g++) {
        const kl_graph *graph = &f->study.graph[g];
        char name[KL_GRAPH_NAME];
        kl_graph_name(graph, name);
        name_value(f, g, name);
        for (size_t part = 0; part < 2; part++)
            snprintf(f->diagram[2 * g + part], sizeof *f->diagram, "%d %d|%s|%s", graph->left,
                     graph->right, name, kl_graph_class_names[kl_graph_classify(graph)]);
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
    f->nsums = FEYNMAN_SUMS;
    return name_values(f, f->study.n, err);
}

/* Several lines: the sums over their classes, and how many there are of each. */
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
    f->nsums = s->sampled ? (size_t)f->ncounts : 1; /* contours give the disconnected ones alone */
    return name_values(f, 0, err);
}

void feynman_close(void **self)
{
    feynman *f = *self;
    if (!f)
        return;
    kl_feynman_free(&f->study);
    free(f->quantity);
    free(f->diagram);
    free(f);
    *self = NULL;
}

kl_status feynman_open(kl_node *root, const kl_stations *stations, void **self, kl_error *err)
{
    feynman *f;
    *self = NULL;
    KL_TRY(kl_alloc(1, sizeof *f, "study", &f, err));
    *self = f;
    kl_status status = kl_feynman_read(root, stations, &f->study, err);
    if (status == KL_OK)
        status = f->study.lines == 1 ? describe_graphs(f, err) : describe_lines(f, err);
    if (status != KL_OK)
        return feynman_close(self), status;
    f->description = (kl_description){.points = kl_lattice_points_describe(&f->study.points),
                                      .nquantities = (int)(2 * f->nvalues),
                                      .quantity = f->quantity,
                                      .diagram = (const char(*)[KL_DIAGRAM])f->diagram,
                                      .nconstants = f->ncounts,
                                      .constant = f->count,
                                      .nwarnings = f->study.warnings.n,
                                      .warning = f->study.warnings.text,
                                      .random = f->study.sampled,
                                      .seed = f->study.disorder.seed};
    return KL_OK;
}

const kl_description *feynman_describe(const void *self)
{
    return &((const feynman *)self)->description;
}

kl_status feynman_constants(const void *self, int point, double *value, kl_error *err)
{
    const feynman *f = self;
    (void)point, (void)err;
    for (int i = 0; i < f->ncounts; i++)
        value[i] = (double)f->counts[i];
    return KL_OK;
}

/* ---- values ---- */

void feynman_put(kl_sample *out, size_t at, double complex value, double error)
{
    out->quantity[2 * at] = creal(value);
    out->quantity[2 * at + 1] = cimag(value);
    if (out->error)
        out->error[2 * at] = out->error[2 * at + 1] = error;
}

void feynman_put_graphs(const feynman *f, int station, const double complex *amplitude,
                        const double *error, kl_sample *out)
{
    const size_t ntimes = (size_t)f->study.times.n, n = f->study.n;
    double complex sum[FEYNMAN_SUMS] = {0};
    double uncertain[FEYNMAN_SUMS] = {0};
    for (size_t g = 0; g < n; g++) {
        const size_t from = g * ntimes + (size_t)station;
        const int into[2] = {(int)kl_graph_classify(&f->study.graph[g]), FEYNMAN_SUMS - 1};
        const double its = error ? error[from] : 0;
        feynman_put(out, g, amplitude[from], its);
        for (int i = 0; i < 2; i++) {
            sum[into[i]] += amplitude[from];
            uncertain[into[i]] += its;
        }
    }
    for (size_t i = 0; i < FEYNMAN_SUMS; i++)
        feynman_put(out, n + i, sum[i], uncertain[i]);
}
