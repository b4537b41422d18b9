#include "graphs/graph.h"

#include <stdio.h>
#include <string.h>

double kl_law_cumulant(kl_law law, int order)
{
    static const double cumulant[][5] = {
        [KL_LAW_GAUSSIAN] = {1, 0, 0, 0, 0},
        [KL_LAW_UNIFORM] = {1, -6. / 5, 48. / 7, -432. / 5, 20736. / 11},
        [KL_LAW_BERNOULLI] = {1, -2, 16, -272, 7936},
        [KL_LAW_LAPLACE] = {1, 3, 30, 630, 22680},
    };
    return order % 2 || order < 2 || order > 10 ? 0 : cumulant[law][order / 2 - 1];
}

double kl_graph_factor(const kl_graph *graph, kl_law law)
{
    int size[KL_GRAPH_VERTICES] = {0};
    double factor = 1;
    for (int v = 0; v < graph->left + graph->right; v++)
        size[graph->block[v]]++;
    for (int b = 0; b < graph->nblocks; b++)
        factor *= kl_law_cumulant(law, size[b]);
    return factor;
}

void kl_graph_name(const kl_graph *graph, char name[KL_GRAPH_NAME])
{
    const int n = graph->left + graph->right;
    size_t used = 0;
    name[0] = '\0';
    for (int b = 0; b < graph->nblocks; b++)
        for (int v = 0, first = 1; v < n; v++)
            if (graph->block[v] == b) {
                const char *joint = !first ? "-" : b ? "." : "";
                used += (size_t)snprintf(name + used, KL_GRAPH_NAME - used, "%s%d", joint, v + 1);
                first = 0;
            }
}

/* Numbers the blocks by their smallest vertex. */
static void renumber(kl_graph *graph)
{
    int number[KL_GRAPH_VERTICES];
    graph->nblocks = 0;
    for (int b = 0; b < KL_GRAPH_VERTICES; b++)
        number[b] = -1;
    for (int v = 0; v < graph->left + graph->right; v++) {
        int *b = &number[graph->block[v]];
        if (*b < 0)
            *b = graph->nblocks++;
        graph->block[v] = *b;
    }
}

/* Reads what it can; what it misreads is told apart by the name of the result. */
static void read_blocks(const char *name, kl_graph *graph)
{
    int block = 0, vertex = 0;
    for (const char *c = name; *c; c++) {
        const bool digit = *c >= '0' && *c <= '9', more = c[1] >= '0' && c[1] <= '9';
        if (digit)
            vertex = vertex > 100 ? vertex : 10 * vertex + (*c - '0');
        if (digit && !more && vertex >= 1 && vertex <= graph->left + graph->right)
            graph->block[vertex - 1] = block;
        if (!digit)
            vertex = 0;
        if (*c == '.' && block + 1 < KL_GRAPH_VERTICES)
            block++;
    }
}

static bool even_blocks(const kl_graph *graph)
{
    unsigned odd = 0;
    for (int v = 0; v < graph->left + graph->right; v++)
        odd ^= 1u << graph->block[v];
    return odd == 0;
}

kl_status kl_graph_parse(const char *name, int left, int right, kl_graph *graph, kl_error *err)
{
    char again[KL_GRAPH_NAME];
    *graph = (kl_graph){.left = left, .right = right};
    if (left < 0 || right < 0 || left + right > KL_GRAPH_VERTICES)
        return kl_fail(err, KL_INPUT, "graph of %d and %d vertices: at most %d in all", left, right,
                       KL_GRAPH_VERTICES);
    read_blocks(name, graph);
    renumber(graph);
    kl_graph_name(graph, again);
    if (strcmp(name, again) != 0 || !even_blocks(graph))
        return kl_fail(
            err, KL_INPUT,
            "graph \"%s\": must be even blocks of 1..%d, as 1-3.2-4: vertices ascending, "
            "blocks by their smallest vertex",
            name, left + right);
    return KL_OK;
}

kl_graph kl_graph_mirror(const kl_graph *graph)
{
    const int n = graph->left + graph->right;
    kl_graph mirror = {.left = graph->right, .right = graph->left};
    for (int v = 0; v < n; v++)
        mirror.block[v] = graph->block[n - 1 - v];
    renumber(&mirror);
    return mirror;
}
