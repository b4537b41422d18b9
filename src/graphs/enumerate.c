/* Partitions as restricted growth strings: vertex v joins a block of an earlier vertex or opens the
 * next one. A branch is left as soon as its odd blocks outnumber the vertices to come. */
#include "graphs/graph.h"

#include "base/memory.h"

#include <stdlib.h>

typedef struct walk {
    kl_graph graph;
    int size[KL_GRAPH_VERTICES];
    bool pairs;
    kl_graph_visitor visit;
    void *context;
    kl_error *err;
} walk;

static kl_status descend(walk *w, int v, int odd)
{
    kl_graph *g = &w->graph;
    const int left = g->left + g->right - v;
    if (odd > left)
        return KL_OK;
    if (left == 0)
        return w->visit(g, w->context, w->err);
    for (int b = 0; b <= g->nblocks; b++) {
        if (w->pairs && w->size[b] == 2)
            continue;
        const bool opens = b == g->nblocks;
        g->block[v] = b;
        g->nblocks += opens;
        w->size[b]++;
        kl_status status = descend(w, v + 1, odd + (w->size[b] % 2 ? 1 : -1));
        w->size[b]--;
        g->nblocks -= opens;
        KL_TRY(status);
    }
    return KL_OK;
}

kl_status kl_graphs_visit(int left, int right, bool pairs, kl_graph_visitor visit, void *context,
                          kl_error *err)
{
    walk w = {.pairs = pairs, .visit = visit, .context = context, .err = err};
    if (left < 0 || right < 0 || left + right > KL_GRAPH_VERTICES)
        return kl_fail(err, KL_INPUT, "graphs of %d and %d vertices: at most %d in all", left,
                       right, KL_GRAPH_VERTICES);
    w.graph.left = left;
    w.graph.right = right;
    return descend(&w, 0, 0);
}

typedef struct listing {
    kl_graph *list; /* NULL: only counted */
    size_t n;
} listing;

static kl_status append(const kl_graph *graph, void *context, kl_error *err)
{
    listing *all = context;
    (void)err;
    if (all->list)
        all->list[all->n] = *graph;
    all->n++;
    return KL_OK;
}

kl_status kl_graphs_list(int left, int right, bool pairs, kl_graph **list, size_t *n, kl_error *err)
{
    listing all = {0};
    *list = NULL;
    *n = 0;
    if (left + right > 12)
        return kl_fail(err, KL_INPUT, "graphs of %d and %d vertices: at most 12 are listed", left,
                       right);
    KL_TRY(kl_graphs_visit(left, right, pairs, append, &all, err));
    KL_TRY(kl_alloc(all.n, sizeof **list, "graphs", &all.list, err));
    *list = all.list;
    *n = all.n;
    all.n = 0;
    return kl_graphs_visit(left, right, pairs, append, &all, err);
}
