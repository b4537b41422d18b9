#include "graphs/graph.h"

#include <stdlib.h>

const char *const kl_graph_class_names[] = {"basic",    "decorated", "nesting",
                                            "crossing", "blocks",    NULL};

/* The other vertex of each pair; false if a block is not a pair. */
static bool partners(const kl_graph *graph, int partner[KL_GRAPH_VERTICES])
{
    const int n = graph->left + graph->right;
    for (int v = 0; v < n; v++) {
        int found = 0;
        for (int u = 0; u < n; u++)
            if (u != v && graph->block[u] == graph->block[v]) {
                partner[v] = u;
                found++;
            }
        if (found != 1)
            return false;
    }
    return true;
}

static bool crosses(int n, const int *partner)
{
    for (int l = 0; l < n; l++)
        for (int j = l + 1; j < partner[l]; j++)
            if (partner[j] > partner[l])
                return true;
    return false;
}

kl_graph_class kl_graph_classify(const kl_graph *graph)
{
    const int n = graph->left + graph->right;
    int partner[KL_GRAPH_VERTICES];
    bool basic = graph->left == graph->right, decorated = true;
    if (!partners(graph, partner))
        return KL_GRAPH_BLOCKS;
    if (crosses(n, partner))
        return KL_GRAPH_CROSSING;
    for (int v = 0; v < n; v++) {
        const bool rung = (v < graph->left) != (partner[v] < graph->left);
        basic = basic && partner[v] == n - 1 - v;
        decorated = decorated && (rung || abs(v - partner[v]) == 1);
    }
    return basic ? KL_GRAPH_BASIC : decorated ? KL_GRAPH_DECORATED : KL_GRAPH_NESTING;
}
