/* Colours of graphs: the mean over signs of what the chains meet is 1 where all vertices of every
 * block are at one site and 0 elsewhere, counted over all fields of signs on two sites. */
#include "graphs/colours.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <cmocka.h>

static int vertices_of(const kl_graph *graph)
{
    return graph->left + graph->right;
}

/* The independent fields of a graph by number, and which of them vertex v multiplies. */
typedef struct fields {
    int n, number[KL_GRAPH_VERTICES];
    unsigned of[KL_GRAPH_VERTICES]; /* a bit for each */
} fields;

static void add_vertex(const kl_colours *colours, int field, int v, fields *f)
{
    int factor[KL_GRAPH_VERTICES];
    const int n = kl_colours_factors(colours->field[field], factor);
    f->of[v] = 0;
    for (int i = 0; i < n; i++) {
        int at = 0;
        while (at < f->n && f->number[at] != factor[i])
            at++;
        if (at == f->n)
            f->number[f->n++] = factor[i];
        f->of[v] |= 1u << at;
    }
}

static fields fields_of(const kl_colours *colours, const kl_graph *graph, size_t g)
{
    const kl_chain *left = &colours->chain[0][colours->of[0][g]];
    const kl_chain *right = &colours->chain[1][colours->of[1][g]];
    fields f = {.n = 0};
    assert_int_equal(left->n, graph->left);
    assert_int_equal(right->n, graph->right);
    for (int j = 0; j < left->n; j++)
        add_vertex(colours, left->field[j], j, &f);
    for (int j = 0; j < right->n; j++)
        add_vertex(colours, right->field[j], vertices_of(graph) - 1 - j, &f);
    return f;
}

/* Vertex v is at site (sites >> v) & 1; field i has the sign of bit 2 i + site of `signs`. */
static double mean(const fields *f, int vertices, unsigned sites)
{
    double sum = 0;
    for (unsigned signs = 0; signs < 1u << 2 * f->n; signs++) {
        unsigned odd = 0;
        for (int v = 0; v < vertices; v++)
            for (int i = 0; i < f->n; i++)
                if (f->of[v] >> i & 1)
                    odd ^= signs >> (2 * i + (int)(sites >> v & 1)) & 1;
        sum += odd ? -1 : 1;
    }
    return sum / (1u << 2 * f->n);
}

static bool together(const kl_graph *graph, unsigned sites)
{
    for (int u = 0; u < vertices_of(graph); u++)
        for (int v = 0; v < u; v++)
            if (graph->block[u] == graph->block[v] && (sites >> u & 1) != (sites >> v & 1))
                return false;
    return true;
}

static void check(int left, int right)
{
    kl_graph *graphs;
    kl_colours colours;
    size_t n;
    kl_error err;
    assert_int_equal(kl_graphs_list(left, right, false, &graphs, &n, &err), KL_OK);
    assert_int_equal(kl_colours_create(graphs, n, &colours, &err), KL_OK);
    for (size_t g = 0; g < n; g++) {
        const fields f = fields_of(&colours, &graphs[g], g);
        for (unsigned sites = 0; sites < 1u << (left + right); sites++)
            assert_true(mean(&f, left + right, sites) == together(&graphs[g], sites));
    }
    kl_colours_destroy(&colours);
    free(graphs);
}

static void signs_meet_at_one_site_alone(void **state)
{
    (void)state;
    for (int n = 2; n <= 6; n += 2)
        for (int left = 0; left <= n; left++)
            check(left, n - left);
}

/* Of pairings of (n,n): left chains are partial matchings of n, 1, 2, 4, 10, 26 of them; right
 * chains those times the orders of what they leave to rungs. */
static void chains_are_shared(void **state)
{
    static const size_t left[] = {1, 1, 2, 4, 10, 26}, right[] = {1, 1, 3, 9, 39, 195};
    (void)state;
    for (int n = 1; n <= 5; n++) {
        kl_graph *graphs;
        kl_colours colours;
        size_t count;
        kl_error err;
        assert_int_equal(kl_graphs_list(n, n, true, &graphs, &count, &err), KL_OK);
        assert_int_equal(kl_colours_create(graphs, count, &colours, &err), KL_OK);
        assert_int_equal(colours.nchains[0], left[n]);
        assert_int_equal(colours.nchains[1], right[n]);
        kl_colours_destroy(&colours);
        free(graphs);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(signs_meet_at_one_site_alone),
                                       cmocka_unit_test(chains_are_shared)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
