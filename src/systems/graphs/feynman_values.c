#include "systems/graphs/feynman_values.h"

#include "base/memory.h"
#include "graphs/lines.h"

#include <stdio.h>
#include <stdlib.h>

/* ---- names and counts ---- */

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

kl_status feynman_name(feynman *f, kl_error *err)
{
    return f->study.lines == 1 ? describe_graphs(f, err) : describe_lines(f, err);
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

/* (E<J,W>)^r, E<J,W> to `error`. */
static void put_power(const feynman *f, size_t at, double complex mean, double error,
                      kl_sample *out)
{
    double complex power = 1;
    double slope = 0, size = 1; /* of (|mean| + error)^r */
    for (int i = 0; i < f->study.lines; i++) {
        power *= mean;
        slope = slope * cabs(mean) + size;
        size *= cabs(mean) + error;
    }
    feynman_put(out, at, power, slope * error);
}

void feynman_put_lines(const feynman *f, int station, const double complex *amplitude,
                       const double *error, kl_sample *out)
{
    const size_t ntimes = (size_t)f->study.times.n, last = f->nsums - 1;
    double complex mean = 0;
    double uncertain = 0;
    for (size_t g = 0; g < f->study.n; g++) {
        mean += amplitude[g * ntimes + (size_t)station];
        uncertain += error[g * ntimes + (size_t)station];
    }
    put_power(f, 0, mean, uncertain, out);
    for (size_t i = 1; i < last; i++)
        feynman_put(out, i, 0, 0);
    if (last > 0)
        put_power(f, last, mean, uncertain, out);
}
