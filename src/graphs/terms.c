#include "graphs/terms.h"
#include "graphs/tetrahedron.h"

#include <string.h>

enum { FACTORS = 32 }; /* of one product */

static int intern(kl_formula *f, kl_term term)
{
    for (int i = 0; i < f->nterms; i++) {
        const kl_term *t = &f->term[i];
        if (t->kind == term.kind && t->lines == term.lines && t->reversed == term.reversed &&
            t->of[0] == term.of[0] && t->of[1] == term.of[1])
            return i;
    }
    if (f->nterms < f->room)
        f->term[f->nterms++] = term;
    else
        f->full = true;
    return f->nterms - 1;
}

int kl_term_base(kl_formula *f, kl_term_kind kind, unsigned line, bool reversed)
{
    return intern(f, (kl_term){.kind = kind, .lines = line, .reversed = reversed});
}

static int binary(kl_formula *f, kl_term_kind kind, int a, int b)
{
    const unsigned lines = f->term[a].lines | f->term[b].lines;
    return intern(f, (kl_term){.kind = kind, .lines = lines, .of = {a, b}});
}

int kl_term_difference(kl_formula *f, int left, int right)
{
    return binary(f, KL_TERM_DIFFERENCE, left, right);
}

/* The factors of a term of this kind, itself if it is none. */
static int factors(const kl_formula *f, kl_term_kind kind, int term, int n, int *list)
{
    if (f->term[term].kind != kind) {
        list[n] = term;
        return n + 1;
    }
    n = factors(f, kind, f->term[term].of[0], n, list);
    return factors(f, kind, f->term[term].of[1], n, list);
}

/* In one order, those of one line together, so that partial products recur and cost one line's
 * nodes rather than pairs of them. */
static int collect(kl_formula *f, kl_term_kind kind, int n, int *list)
{
    int group[4], ngroups = 0, all;
    for (int i = 1; i < n; i++)
        for (int j = i; j > 0 && list[j] < list[j - 1]; j--) {
            const int swap = list[j];
            list[j] = list[j - 1];
            list[j - 1] = swap;
        }
    for (unsigned lines = 0; lines < 4; lines++) {
        int product = -1;
        for (int i = 0; i < n; i++)
            if (f->term[list[i]].lines == lines)
                product = product < 0 ? list[i] : binary(f, kind, product, list[i]);
        if (product >= 0)
            group[ngroups++] = product;
    }
    all = group[0];
    for (int i = 1; i < ngroups; i++)
        all = binary(f, kind, all, group[i]);
    return all;
}

static int combine(kl_formula *f, kl_term_kind kind, int a, int b)
{
    int list[FACTORS], n = factors(f, kind, a, 0, list);
    n = factors(f, kind, b, n, list);
    return collect(f, kind, n, list);
}

int kl_term_product(kl_formula *f, int a, int b)
{
    return combine(f, KL_TERM_PRODUCT, a, b);
}

int kl_term_convolution(kl_formula *f, int a, int b)
{
    return combine(f, KL_TERM_CONVOLUTION, a, b);
}

int kl_term_reversed(kl_formula *f, int term, bool even)
{
    const kl_term t = f->term[term];
    switch (t.kind) {
    case KL_TERM_PRODUCT:
    case KL_TERM_CONVOLUTION:
        return combine(f, t.kind, kl_term_reversed(f, t.of[0], even),
                       kl_term_reversed(f, t.of[1], even));
    case KL_TERM_DIFFERENCE:
        return kl_term_difference(f, kl_term_reversed(f, t.of[0], even),
                                  kl_term_reversed(f, t.of[1], even));
    default:
        return t.kind == KL_TERM_FREE || even ? term
                                              : kl_term_base(f, t.kind, t.lines, !t.reversed);
    }
}

static void need_position(kl_formula *f, int term);

static void need_momentum(kl_formula *f, int term)
{
    kl_term *t = &f->term[term];
    if (t->momentum)
        return;
    t->momentum = true;
    if (t->kind == KL_TERM_PRODUCT)
        need_position(f, term);
    if (t->kind == KL_TERM_CONVOLUTION || t->kind == KL_TERM_DIFFERENCE) {
        need_momentum(f, t->of[0]);
        need_momentum(f, t->of[1]);
    }
}

static void need_position(kl_formula *f, int term)
{
    kl_term *t = &f->term[term];
    if (t->position)
        return;
    t->position = true;
    if (t->kind == KL_TERM_PRODUCT || t->kind == KL_TERM_DIFFERENCE) {
        need_position(f, t->of[0]);
        need_position(f, t->of[1]);
    } else {
        need_momentum(f, term);
    }
}

static void multiply(kl_formula *f, int g, kl_scalar scalar)
{
    int i = 0;
    while (i < f->nscalars && (f->scalar[i].kind != scalar.kind ||
                               memcmp(f->scalar[i].of, scalar.of, sizeof scalar.of) != 0))
        i++;
    if (i == f->nscalars)
        f->scalar[f->nscalars++] = scalar;
    f->factor[g][f->nfactors[g]++] = i;
}

void kl_scalar_origin(kl_formula *f, int g, int term)
{
    need_position(f, term);
    multiply(f, g,
             (kl_scalar){.kind = KL_SCALAR_ORIGIN, .lines = f->term[term].lines, .of = {term}});
}

static void dot(kl_formula *f, int g, bool momentum, int a, int b)
{
    void (*need)(kl_formula *, int) = momentum ? need_momentum : need_position;
    need(f, a);
    need(f, b);
    multiply(f, g,
             (kl_scalar){.kind = momentum ? KL_SCALAR_DOT_MOMENTUM : KL_SCALAR_DOT,
                         .lines = f->term[a].lines | f->term[b].lines,
                         .of = {a, b}});
}

/* A product with one convolution in it: by Parseval's formula, without transforming that back. */
static void total_of_product(kl_formula *f, int g, int term, bool even)
{
    int list[FACTORS], n = factors(f, KL_TERM_PRODUCT, term, 0, list), found = 0, rest = 0;
    int convolution = -1, others[FACTORS];
    for (int i = 0; i < n; i++) {
        const bool is = f->term[list[i]].kind == KL_TERM_CONVOLUTION;
        found += is;
        if (is)
            convolution = list[i];
        else
            others[rest++] = list[i];
    }
    if (found == 1)
        dot(f, g, true, convolution,
            kl_term_reversed(f, collect(f, KL_TERM_PRODUCT, rest, others), even));
    else
        dot(f, g, false, f->term[term].of[0], f->term[term].of[1]);
}

void kl_scalar_total(kl_formula *f, int g, int term, bool even)
{
    const kl_term t = f->term[term];
    if (t.kind == KL_TERM_PRODUCT) {
        total_of_product(f, g, term, even);
    } else if (t.kind == KL_TERM_CONVOLUTION) {
        kl_scalar_total(f, g, t.of[0], even);
        kl_scalar_total(f, g, t.of[1], even);
    } else {
        need_momentum(f, term);
        multiply(f, g, (kl_scalar){.kind = KL_SCALAR_TOTAL, .lines = t.lines, .of = {term}});
    }
}

void kl_scalar_tetrahedron(kl_formula *f, int g, const int term[6])
{
    kl_scalar scalar = {.kind = KL_SCALAR_TETRAHEDRON};
    for (int i = 0; i < 6; i++) {
        need_position(f, term[i]);
        scalar.of[i] = term[i];
        scalar.lines |= f->term[term[i]].lines;
    }
    need_momentum(f, term[KL_TETRAHEDRON_INNER]);
    multiply(f, g, scalar);
}
