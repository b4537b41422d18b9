#include "graphs/formula.h"

#include "base/memory.h"
#include "graphs/terms.h"
#include "graphs/tetrahedron.h"

#include <stdlib.h>
#include <string.h>

/* The edges that are left between the sites of a graph. */
typedef struct net {
    kl_formula *f;
    int graph, nsites;
    bool even;
    bool gone[KL_GRAPH_VERTICES];
    int edge[KL_GRAPH_VERTICES][KL_GRAPH_VERTICES]; /* [a][b], a < b: of x_a - x_b; -1: none */
} net;

/* The edge between a and b as a function of x_a - x_b; -1: none. */
static int between(net *n, int a, int b)
{
    if (a < b)
        return n->edge[a][b];
    const int term = n->edge[b][a];
    return term < 0 ? -1 : kl_term_reversed(n->f, term, n->even);
}

static void join(net *n, int a, int b, int term)
{
    if (a == b) {
        kl_scalar_origin(n->f, n->graph, term);
        return;
    }
    if (a > b) {
        const int swap = a;
        a = b;
        b = swap;
        term = kl_term_reversed(n->f, term, n->even);
    }
    int *edge = &n->edge[a][b];
    *edge = *edge < 0 ? term : kl_term_product(n->f, *edge, term);
}

static int neighbours(net *n, int a, int list[KL_GRAPH_VERTICES])
{
    int count = 0;
    for (int b = 0; b < n->nsites; b++)
        if (b != a && !n->gone[b] && between(n, a, b) >= 0)
            list[count++] = b;
    return count;
}

/* Sums over a site with one or two neighbours; false if there is none. */
static bool sum_site(net *n, int degree)
{
    int near[KL_GRAPH_VERTICES];
    for (int a = 0; a < n->nsites; a++) {
        if (n->gone[a] || neighbours(n, a, near) != degree)
            continue;
        n->gone[a] = true;
        if (degree == 1)
            kl_scalar_total(n->f, n->graph, between(n, near[0], a), n->even);
        else
            join(n, near[0], near[1],
                 kl_term_convolution(n->f, between(n, near[0], a), between(n, a, near[1])));
        return true;
    }
    return false;
}

/* How many sites are left when no more can be summed over. */
static int reduce(net *n)
{
    int left = 0;
    while (sum_site(n, 1) || sum_site(n, 2))
        ;
    for (int a = 0; a < n->nsites; a++)
        left += !n->gone[a];
    return left;
}

static int edge_term(kl_formula *f, const kl_graph *graph, kl_formula_options o, int vertex)
{
    if (vertex < graph->left)
        return kl_term_base(f, KL_TERM_FREE, KL_LINE_LEFT, false);
    if (vertex > graph->left || o.one_line)
        return kl_term_base(f, KL_TERM_FREE, KL_LINE_RIGHT, false);
    return kl_term_difference(f, kl_term_base(f, KL_TERM_OBSERVED, KL_LINE_LEFT, false),
                              kl_term_base(f, KL_TERM_OBSERVED, KL_LINE_RIGHT, false));
}

static int start_term(kl_formula *f, kl_formula_options o)
{
    if (o.shell)
        return kl_term_base(f, KL_TERM_WAVE, 0, false);
    if (o.one_line)
        return kl_term_base(f, KL_TERM_ENDS, KL_LINE_RIGHT, false);
    return kl_term_difference(f, kl_term_base(f, KL_TERM_STARTED, KL_LINE_LEFT, false),
                              kl_term_base(f, KL_TERM_STARTED, KL_LINE_RIGHT, false));
}

/* The chain of the graph; its start edge goes over the site `over` unless that is -1. */
static net chain(kl_formula *f, int g, const kl_graph *graph, kl_formula_options o, int over)
{
    const int vertices = graph->left + graph->right, *site = graph->block;
    net n = {.f = f, .graph = g, .nsites = graph->nblocks, .even = o.even};
    for (int a = 0; a < KL_GRAPH_VERTICES; a++)
        for (int b = 0; b < KL_GRAPH_VERTICES; b++)
            n.edge[a][b] = -1;
    for (int v = 1; v < vertices; v++)
        join(&n, site[v - 1], site[v], edge_term(f, graph, o, v));
    const int last = site[vertices - 1], start = start_term(f, o);
    join(&n, last, over < 0 ? site[0] : over, start);
    if (over >= 0)
        join(&n, over, site[0], start);
    return n;
}

/* The edges of the complete graph with its sites named thus. */
static void name_edges(net *n, int zero, int a, int c, int e, int edge[6])
{
    edge[KL_TETRAHEDRON_OUTER] = between(n, a, zero);
    edge[KL_TETRAHEDRON_INNER] = between(n, c, e);
    edge[KL_TETRAHEDRON_C0] = between(n, c, zero);
    edge[KL_TETRAHEDRON_CA] = between(n, c, a);
    edge[KL_TETRAHEDRON_E0] = between(n, e, zero);
    edge[KL_TETRAHEDRON_EA] = between(n, e, a);
}

/* The start edge is the outer one. Of the four ways to name the sites the first in order, so that
 * equal sums are recognised. */
static void add_tetrahedron(net *n, const kl_graph *graph)
{
    const int end[2] = {graph->block[0], graph->block[graph->left + graph->right - 1]};
    int rest[2], count = 0, best[6];
    for (int b = 0; b < 4; b++)
        if (b != end[0] && b != end[1])
            rest[count++] = b;
    for (int way = 0; way < 4; way++) {
        const int i = way & 1, j = way >> 1;
        int edge[6], k = 0;
        name_edges(n, end[i], end[1 - i], rest[j], rest[1 - j], edge);
        while (way > 0 && k < 5 && edge[k] == best[k])
            k++;
        if (way == 0 || edge[k] < best[k])
            memcpy(best, edge, sizeof best);
    }
    kl_scalar_tetrahedron(n->f, n->graph, best);
}

/* A site that is not an end of the start edge. */
static int third_site(const kl_graph *graph)
{
    int site = 0;
    while (site == graph->block[0] || site == graph->block[graph->left + graph->right - 1])
        site++;
    return site;
}

static void write_graph(kl_formula *f, int g, const kl_graph *graph, kl_formula_options o)
{
    net n = chain(f, g, graph, o, -1);
    int left = reduce(&n);
    if (left > 1 && o.plane) {
        f->nfactors[g] = 0;
        n = chain(f, g, graph, o, third_site(graph));
        left = reduce(&n);
    }
    if (left == 4 && n.nsites == 4 && o.tetrahedron) {
        f->nfactors[g] = 0;
        n = chain(f, g, graph, o, -1);
        reduce(&n);
        add_tetrahedron(&n, graph);
    } else if (left > 1) {
        f->nfactors[g] = -1;
    }
}

kl_status kl_formula_create(const kl_graph *graphs, size_t n, kl_formula_options options,
                            kl_formula *out, kl_error *err)
{
    enum { TERMS = 256, SCALARS = KL_FORMULA_FACTORS }; /* of one graph, at most */
    kl_status status;
    *out = (kl_formula){.ngraphs = (int)n, .room = (int)(n + 1) * TERMS};
    KL_GOTO(kl_alloc((n + 1) * TERMS, sizeof *out->term, "formula", &out->term, err));
    KL_GOTO(kl_alloc((n + 1) * SCALARS, sizeof *out->scalar, "formula", &out->scalar, err));
    KL_GOTO(kl_alloc(n, sizeof *out->nfactors, "formula", &out->nfactors, err));
    KL_GOTO(kl_alloc(n, sizeof *out->factor, "formula", &out->factor, err));
    for (size_t g = 0; g < n; g++)
        write_graph(out, (int)g, &graphs[g], options);
    if (out->full)
        status = kl_fail(err, KL_BUG, "graphs: more than %d terms for %zu graphs", out->room, n);
done:
    if (status != KL_OK)
        kl_formula_destroy(out);
    return status;
}

void kl_formula_destroy(kl_formula *formula)
{
    free(formula->term);
    free(formula->scalar);
    free(formula->nfactors);
    free(formula->factor);
    *formula = (kl_formula){0};
}
