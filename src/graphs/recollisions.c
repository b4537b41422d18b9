#include "graphs/recollisions.h"

/* Recollisions in each gap of one line, from the earliest vertex on; returns the rungs. */
static int gaps_of(const kl_graph *graph, bool left, int gap[KL_GRAPH_VERTICES])
{
    const int n = left ? graph->left : graph->right, last = graph->left + graph->right - 1;
    int rungs = 0;
    for (int j = 0; j < n; j++) {
        const int v = left ? j : last - j, next = left ? v + 1 : v - 1;
        if (j + 1 < n && graph->block[next] == graph->block[v]) {
            gap[rungs]++;
            j++;
        } else {
            rungs++;
        }
    }
    return rungs;
}

static double factorial(int n)
{
    return n < 2 ? 1 : n * factorial(n - 1);
}

bool kl_graph_recollisions(const kl_graph *graph, kl_recollisions *out)
{
    const kl_graph_class class = kl_graph_classify(graph);
    int gap[2][KL_GRAPH_VERTICES + 1] = {{0}};
    *out = (kl_recollisions){0};
    if (class != KL_GRAPH_BASIC && class != KL_GRAPH_DECORATED)
        return false;
    out->rungs = gaps_of(graph, true, gap[0]);
    gaps_of(graph, false, gap[1]);
    out->share = 1;
    for (int j = 0; j <= out->rungs; j++) {
        out->left += gap[0][j];
        out->right += gap[1][j];
        out->share *=
            factorial(gap[0][j] + gap[1][j]) / factorial(gap[0][j]) / factorial(gap[1][j]);
    }
    out->share /= factorial(out->rungs + out->left + out->right);
    return true;
}
