#include "graphs/evaluate.h"

#include "base/clones.h"
#include "base/complex.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { BOTH = KL_LINE_LEFT | KL_LINE_RIGHT };

/* Values that are kept at a time: one for each node of a block, or the present pair's. */
static int copies(unsigned lines, int block)
{
    return lines == KL_LINE_LEFT || lines == KL_LINE_RIGHT ? block : 1;
}

static int copy_of(unsigned lines, int i, int j)
{
    return lines == KL_LINE_LEFT ? i : lines == KL_LINE_RIGHT ? j : 0;
}

static double complex *field(const kl_evaluation *e, double complex *const *fields, int term, int i,
                             int j)
{
    const int copy = copy_of(e->formula->term[term].lines, i, j);
    return fields[term] + (size_t)copy * e->torus->points;
}

static void make_base(kl_evaluation *e, const kl_term *t, double complex z, double complex *out)
{
    const size_t points = e->torus->points;
    const double *energy = e->torus->energy;
    const double complex *numerator = t->kind == KL_TERM_OBSERVED ? e->symbol[t->reversed]
                                      : t->kind == KL_TERM_ENDS   ? e->ends[t->reversed]
                                      : t->kind == KL_TERM_FREE   ? NULL
                                                                  : e->start[t->reversed];
    if (t->kind == KL_TERM_WAVE) {
        memcpy(out, numerator, points * sizeof *out);
        return;
    }
    for (size_t k = 0; k < points; k++) {
        const double re = creal(z) - energy[k], im = cimag(z);
        const double scale = 1 / (re * re + im * im);
        double complex value = CMPLX(re * scale, -im * scale);
        if (t->kind == KL_TERM_ENDS)
            value = kl_times(value, value);
        out[k] = numerator ? kl_times(value, numerator[k]) : value;
    }
}

KL_CLONES static void multiply(size_t n, const double *restrict a, const double *restrict b,
                               double *restrict out)
{
    for (size_t k = 0; k < 2 * n; k += 2) {
        out[k] = a[k] * b[k] - a[k + 1] * b[k + 1];
        out[k + 1] = a[k] * b[k + 1] + a[k + 1] * b[k];
    }
}

KL_CLONES static void subtract(size_t n, const double *restrict a, const double *restrict b,
                               double re, double im, double *restrict out)
{
    for (size_t k = 0; k < 2 * n; k += 2) {
        const double x = a[k] - b[k], y = a[k + 1] - b[k + 1];
        out[k] = x * re - y * im;
        out[k + 1] = x * im + y * re;
    }
}

static void combine(const kl_evaluation *e, const kl_term *t, double complex *const *fields,
                    double complex *out, int i, int j)
{
    const size_t points = e->torus->points;
    const double *a = (const double *)field(e, fields, t->of[0], i, j);
    const double *b = (const double *)field(e, fields, t->of[1], i, j);
    if (t->kind == KL_TERM_DIFFERENCE) {
        const double complex factor = 1 / (e->node[1][j] - e->node[0][i]);
        subtract(points, a, b, creal(factor), cimag(factor), (double *)out);
    } else {
        multiply(points, a, b, (double *)out);
    }
}

static void make_term(kl_evaluation *e, int term, int i, int j)
{
    const kl_term *t = &e->formula->term[term];
    const size_t bytes = e->torus->points * sizeof(double complex);
    double complex *x = t->position ? field(e, e->position, term, i, j) : NULL;
    double complex *p = t->momentum ? field(e, e->momentum, term, i, j) : NULL;
    switch (t->kind) {
    case KL_TERM_DIFFERENCE:
        if (x)
            combine(e, t, e->position, x, i, j);
        if (p)
            combine(e, t, e->momentum, p, i, j);
        return;
    case KL_TERM_PRODUCT:
        if (!x)
            return;
        combine(e, t, e->position, x, i, j);
        if (p) {
            memcpy(p, x, bytes);
            kl_torus_forward(e->torus, p);
        }
        return;
    case KL_TERM_CONVOLUTION:
        if (p)
            combine(e, t, e->momentum, p, i, j);
        break;
    default:
        if (p)
            make_base(e, t, e->node[t->lines == KL_LINE_RIGHT][t->lines == KL_LINE_LEFT ? i : j],
                      p);
    }
    if (x) {
        memcpy(x, p, bytes);
        kl_torus_backward(e->torus, x);
    }
}

static double complex make_scalar(kl_evaluation *e, const kl_scalar *s, int i, int j)
{
    const double complex *edge[6];
    switch (s->kind) {
    case KL_SCALAR_ORIGIN:
        return field(e, e->position, s->of[0], i, j)[0];
    case KL_SCALAR_TOTAL:
        return field(e, e->momentum, s->of[0], i, j)[0];
    case KL_SCALAR_DOT:
        return kl_torus_dot(e->torus, field(e, e->position, s->of[0], i, j),
                            field(e, e->position, s->of[1], i, j));
    case KL_SCALAR_DOT_MOMENTUM:
        return kl_torus_dot(e->torus, field(e, e->momentum, s->of[0], i, j),
                            field(e, e->momentum, s->of[1], i, j)) /
               e->torus->volume;
    case KL_SCALAR_TETRAHEDRON:
        for (int k = 0; k < 6; k++)
            edge[k] =
                field(e, k == KL_TETRAHEDRON_INNER ? e->momentum : e->position, s->of[k], i, j);
        return kl_tetrahedron_sum(&e->tetrahedron, edge);
    }
    return 0;
}

/* All that depends on exactly these lines. */
static void make_all(kl_evaluation *e, unsigned lines, int i, int j)
{
    const kl_formula *f = e->formula;
    for (int t = 0; t < f->nterms; t++)
        if (f->term[t].lines == lines)
            make_term(e, t, i, j);
    for (int s = 0; s < f->nscalars; s++)
        if (f->scalar[s].lines == lines)
            e->scalar[s][copy_of(lines, i, j)] = make_scalar(e, &f->scalar[s], i, j);
}

void kl_evaluation_load(kl_evaluation *e, unsigned line, const double complex *nodes, int count)
{
    memcpy(e->node[line == KL_LINE_RIGHT], nodes, (size_t)count * sizeof *nodes);
    for (int k = 0; k < count; k++)
        make_all(e, line, k, k);
}

void kl_evaluation_pair(kl_evaluation *e, int i, int j)
{
    make_all(e, BOTH, i, j);
}

double complex kl_evaluation_graph(const kl_evaluation *e, int g, int i, int j)
{
    const kl_formula *f = e->formula;
    double complex product = 1;
    for (int k = 0; k < f->nfactors[g]; k++) {
        const int s = f->factor[g][k];
        product = kl_times(product, e->scalar[s][copy_of(f->scalar[s].lines, i, j)]);
    }
    return product;
}

void kl_evaluation_time(kl_evaluation *e, double time)
{
    for (int side = 0; side < 2; side++)
        for (size_t k = 0; k < e->torus->points; k++)
            e->ends[side][k] = kl_times(e->start[side][k], cexp(I * time * e->torus->energy[k]));
}

static kl_status allocate(kl_evaluation *e, kl_error *err)
{
    const kl_formula *f = e->formula;
    const size_t size = sizeof(double complex), nterms = (size_t)f->nterms;
    KL_TRY(kl_alloc(6 * e->torus->points, size, "symbols", &e->symbol[0], err));
    KL_TRY(kl_alloc(2 * (size_t)e->block, size, "nodes", &e->node[0], err));
    KL_TRY(kl_alloc(nterms, sizeof *e->position, "terms", &e->position, err));
    KL_TRY(kl_alloc(nterms, sizeof *e->momentum, "terms", &e->momentum, err));
    KL_TRY(kl_alloc((size_t)f->nscalars, sizeof *e->scalar, "scalars", &e->scalar, err));
    for (int t = 0; t < f->nterms; t++) {
        const size_t count = (size_t)copies(f->term[t].lines, e->block) * e->torus->points;
        if (f->term[t].position)
            KL_TRY(kl_alloc(count, size, "fields of graphs", &e->position[t], err));
        if (f->term[t].momentum)
            KL_TRY(kl_alloc(count, size, "fields of graphs", &e->momentum[t], err));
    }
    for (int s = 0; s < f->nscalars; s++)
        KL_TRY(kl_alloc((size_t)copies(f->scalar[s].lines, e->block), size, "scalars",
                        &e->scalar[s], err));
    return KL_OK;
}

static bool has_tetrahedron(const kl_formula *formula)
{
    for (int s = 0; s < formula->nscalars; s++)
        if (formula->scalar[s].kind == KL_SCALAR_TETRAHEDRON)
            return true;
    return false;
}

kl_status kl_evaluation_create(const kl_torus *torus, const kl_formula *formula, int block,
                               const double complex *symbol, const double complex *start,
                               kl_evaluation *out, kl_error *err)
{
    kl_status status;
    const size_t points = torus->points;
    *out = (kl_evaluation){.torus = torus, .formula = formula, .block = block};
    KL_GOTO(allocate(out, err));
    out->node[1] = out->node[0] + block;
    out->symbol[1] = out->symbol[0] + points;
    for (int side = 0; side < 2; side++) {
        out->start[side] = out->symbol[0] + (size_t)(2 + side) * points;
        out->ends[side] = out->symbol[0] + (size_t)(4 + side) * points;
    }
    memcpy(out->symbol[0], symbol, points * sizeof *symbol);
    memcpy(out->start[0], start, points * sizeof *start);
    kl_torus_reverse(torus, out->symbol[0], out->symbol[1]);
    kl_torus_reverse(torus, out->start[0], out->start[1]);
    make_all(out, 0, 0, 0);
    if (has_tetrahedron(formula))
        KL_GOTO(kl_tetrahedron_create(torus, symbol, &out->tetrahedron, err));
done:
    if (status != KL_OK)
        kl_evaluation_destroy(out);
    return status;
}

void kl_evaluation_destroy(kl_evaluation *e)
{
    for (int t = 0; e->formula && t < e->formula->nterms; t++) {
        if (e->position)
            free(e->position[t]);
        if (e->momentum)
            free(e->momentum[t]);
    }
    for (int s = 0; e->formula && e->scalar && s < e->formula->nscalars; s++)
        free(e->scalar[s]);
    free(e->position);
    free(e->momentum);
    free(e->scalar);
    free(e->symbol[0]);
    free(e->node[0]);
    kl_tetrahedron_destroy(&e->tetrahedron);
    *e = (kl_evaluation){0};
}

kl_evaluation_cost kl_evaluation_estimate(const kl_formula *formula, size_t points, int block)
{
    kl_evaluation_cost cost = {0};
    const double size = sizeof(double complex);
    double fields = 6;
    for (int i = 0; i < formula->nterms; i++) {
        const kl_term *t = &formula->term[i];
        fields += copies(t->lines, block) * (t->position + t->momentum);
        const int passes = t->position + t->momentum;
        const int transforms = t->kind != KL_TERM_DIFFERENCE && t->position && t->momentum;
        if (t->lines == BOTH) {
            cost.passes += passes;
            cost.transforms += transforms;
        } else if (t->lines) {
            cost.node_passes += passes;
            cost.node_transforms += transforms;
        }
    }
    for (int s = 0; s < formula->nscalars; s++) {
        const kl_scalar_kind kind = formula->scalar[s].kind;
        cost.passes += formula->scalar[s].lines == BOTH &&
                       (kind == KL_SCALAR_DOT || kind == KL_SCALAR_DOT_MOMENTUM);
        cost.tetrahedra += kind == KL_SCALAR_TETRAHEDRON;
    }
    cost.bytes = size * fields * (double)points;
    return cost;
}
