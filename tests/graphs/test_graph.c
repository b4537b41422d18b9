/* Graphs: how many, their names, their classes, their cumulants; contractions on several lines. */
#include "graphs/graph.h"
#include "graphs/lines.h"
#include "graphs/recollisions.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <math.h>

static size_t list(int left, int right, bool pairs, kl_graph **graphs)
{
    size_t n;
    kl_error err;
    assert_int_equal(kl_graphs_list(left, right, pairs, graphs, &n, &err), KL_OK);
    return n;
}

static void how_many(void **state)
{
    static const size_t pairs[] = {1, 1, 3, 15, 105, 945}, blocks[] = {1, 1, 4, 31, 379, 6556};
    kl_graph *graphs;
    (void)state;
    for (int n = 0; n <= 10; n++)
        for (int m = 0; n + m <= 10; m++) {
            const bool odd = (n + m) % 2;
            assert_int_equal(list(n, m, true, &graphs), odd ? 0 : pairs[(n + m) / 2]);
            free(graphs);
            assert_int_equal(list(n, m, false, &graphs), odd ? 0 : blocks[(n + m) / 2]);
            free(graphs);
        }
}

static void names_in_order(void **state)
{
    static const char *const expected[] = {"1-2-3-4", "1-2.3-4", "1-3.2-4", "1-4.2-3"};
    kl_graph *graphs;
    (void)state;
    assert_int_equal(list(1, 3, false, &graphs), 4);
    for (int g = 0; g < 4; g++) {
        char name[KL_GRAPH_NAME];
        kl_graph_name(&graphs[g], name);
        assert_string_equal(name, expected[g]);
    }
    free(graphs);
}

/* A name gives its graph back, and no two graphs share one. */
static void names_are_read(void **state)
{
    kl_graph *graphs;
    char last[KL_GRAPH_NAME] = "?";
    (void)state;
    size_t n = list(4, 6, false, &graphs);
    for (size_t g = 0; g < n; g++) {
        char name[KL_GRAPH_NAME];
        kl_graph again;
        kl_error err;
        kl_graph_name(&graphs[g], name);
        assert_string_not_equal(name, last);
        strcpy(last, name);
        assert_int_equal(kl_graph_parse(name, 4, 6, &again, &err), KL_OK);
        assert_int_equal(again.nblocks, graphs[g].nblocks);
        assert_memory_equal(again.block, graphs[g].block, sizeof again.block);
    }
    free(graphs);
}

static void names_are_refused(void **state)
{
    static const char *const wrong[] = {"",        "2-1.3-4",     "2-4.1-3",  "1-2-3.4", "1-2",
                                        "1-2.3-5", "1-2.3-4.",    ".1-2.3-4", "1-2,3-4", "1-2.3-04",
                                        "1-1.2-3", "1-2.3-4.5-6", "1--2.3-4"};
    kl_graph graph;
    kl_error err;
    (void)state;
    for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
        assert_int_equal(kl_graph_parse(wrong[i], 2, 2, &graph, &err), KL_INPUT);
        assert_null(strchr(err.message, '\n'));
    }
    assert_int_equal(kl_graph_parse("", 0, 0, &graph, &err), KL_OK);
    assert_int_equal(kl_graph_parse("1-2", 9, 9, &graph, &err), KL_INPUT);
}

/* Moments are sums over partitions of products of cumulants: (2k-1)!!, 3^k/(2k+1), 1, (2k)!/2^k. */
static void moments_of_cumulants(void **state)
{
    (void)state;
    for (int k = 1; k <= 5; k++) {
        double moment[4] = {1, pow(3, k) / (2 * k + 1), 1, tgamma(2 * k + 1) / pow(2, k)};
        for (int i = 1; i < 2 * k; i += 2)
            moment[KL_LAW_GAUSSIAN] *= i;
        kl_graph *graphs;
        const size_t n = list(k, k, false, &graphs);
        for (kl_law law = KL_LAW_GAUSSIAN; law <= KL_LAW_LAPLACE; law++) {
            double sum = 0;
            for (size_t g = 0; g < n; g++)
                sum += kl_graph_factor(&graphs[g], law);
            assert_true(fabs(sum - moment[law]) < 1e-11 * moment[law]);
        }
        free(graphs);
    }
    assert_true(kl_law_cumulant(KL_LAW_LAPLACE, 3) == 0 &&
                kl_law_cumulant(KL_LAW_LAPLACE, 12) == 0);
}

static size_t count_classes(int n, int m, size_t count[KL_GRAPH_CLASSES])
{
    kl_graph *graphs;
    const size_t total = list(n, m, true, &graphs);
    for (size_t g = 0; g < total; g++)
        count[kl_graph_classify(&graphs[g])]++;
    free(graphs);
    return total;
}

/* All splits of n + m together: total, basic, decorated, nesting, crossing. */
static void printed_classes(void **state)
{
    static const size_t printed[][5] = {{3, 1, 2, 0, 0}, {15, 1, 7, 2, 5}, {105, 1, 20, 14, 70}};
    (void)state;
    for (int half = 1; half <= 3; half++) {
        size_t count[KL_GRAPH_CLASSES] = {0}, total = 0;
        for (int n = 0; n <= 2 * half; n++)
            total += count_classes(n, 2 * half - n, count);
        assert_int_equal(total, printed[half - 1][0]);
        for (int c = 0; c < 4; c++)
            assert_int_equal(count[c], printed[half - 1][c + 1]);
        assert_int_equal(count[KL_GRAPH_BLOCKS], 0);
    }
}

static double binomial(int n, int k)
{
    return round(tgamma(n + 1) / tgamma(k + 1) / tgamma(n - k + 1));
}

/* Not crossing: Catalan's number, for every split. Ladders, decorated or not: k rungs split the
 * vertices left over into neighbours, sum_k C((n+k)/2, k) C((m+k)/2, k). */
static void counts_of_every_split(void **state)
{
    (void)state;
    for (int half = 0; half <= 5; half++)
        for (int n = 0; n <= 2 * half; n++) {
            const int m = 2 * half - n;
            size_t count[KL_GRAPH_CLASSES] = {0};
            const size_t total = count_classes(n, m, count);
            const double catalan = binomial(2 * half, half) / (half + 1);
            double ladders = 0;
            for (int k = n % 2; k <= n && k <= m; k += 2)
                ladders += binomial((n + k) / 2, k) * binomial((m + k) / 2, k);
            assert_int_equal(total - count[KL_GRAPH_CROSSING], (size_t)catalan);
            assert_int_equal(count[KL_GRAPH_BASIC] + count[KL_GRAPH_DECORATED], (size_t)ladders);
            assert_int_equal(count[KL_GRAPH_BASIC], n == m);
        }
}

/* An arc on one line over immediate recollisions only, at least one. */
static bool has_nest(const kl_graph *g)
{
    const int n = g->left + g->right;
    for (int l = 0; l < n; l++)
        for (int r = l + 3; r < n; r += 2) {
            bool nest = g->block[l] == g->block[r] && (r < g->left || l >= g->left);
            for (int j = l + 1; j < r && nest; j += 2)
                nest = g->block[j] == g->block[j + 1];
            if (nest)
                return true;
        }
    return false;
}

static void every_rest_has_a_nest(void **state)
{
    (void)state;
    for (int n = 0; n <= 10; n++) {
        kl_graph *graphs;
        const size_t total = list(n, 10 - n, true, &graphs);
        for (size_t g = 0; g < total; g++) {
            const kl_graph_class found = kl_graph_classify(&graphs[g]);
            if (found == KL_GRAPH_NESTING)
                assert_true(has_nest(&graphs[g]));
            if (found == KL_GRAPH_BASIC || found == KL_GRAPH_DECORATED)
                assert_false(has_nest(&graphs[g]));
        }
        free(graphs);
    }
}

static void classes_of_names(void **state)
{
    static const struct {
        const char *name;
        int left, right;
        kl_graph_class class;
    } known[] = {
        {"1-2", 1, 1, KL_GRAPH_BASIC},         {"1-2", 0, 2, KL_GRAPH_DECORATED},
        {"1-4.2-3", 2, 2, KL_GRAPH_BASIC},     {"1-2.3-4", 2, 2, KL_GRAPH_DECORATED},
        {"1-3.2-4", 2, 2, KL_GRAPH_CROSSING},  {"1-4.2-3", 0, 4, KL_GRAPH_NESTING},
        {"1-4.2-3", 1, 3, KL_GRAPH_DECORATED}, {"1-3.2-4", 4, 0, KL_GRAPH_CROSSING},
        {"1-2-3-4", 2, 2, KL_GRAPH_BLOCKS},    {"1-2-3-5.4-6", 3, 3, KL_GRAPH_BLOCKS},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        kl_graph graph;
        kl_error err;
        assert_int_equal(kl_graph_parse(known[i].name, known[i].left, known[i].right, &graph, &err),
                         KL_OK);
        assert_int_equal(kl_graph_classify(&graph), known[i].class);
    }
}

static void mirrors(void **state)
{
    kl_graph *graphs;
    (void)state;
    const size_t n = list(3, 5, false, &graphs);
    for (size_t g = 0; g < n; g++) {
        const kl_graph mirror = kl_graph_mirror(&graphs[g]), again = kl_graph_mirror(&mirror);
        assert_int_equal(mirror.left, 5);
        assert_int_equal(kl_graph_classify(&mirror), kl_graph_classify(&graphs[g]));
        assert_memory_equal(again.block, graphs[g].block, sizeof again.block);
    }
    free(graphs);
}

typedef struct tally {
    int lines, vertices;
    kl_lines_counts counts;
} tally;

static kl_status add(const kl_graph *graph, void *context, kl_error *err)
{
    tally *t = context;
    const kl_lines found = kl_lines_classify(t->lines, t->vertices, graph->block);
    (void)err;
    t->counts.total++;
    t->counts.disconnected += found.disconnected;
    t->counts.two_connected += found.two_connected;
    t->counts.connected += found.connected;
    return KL_OK;
}

static void counts_on_lines(void **state)
{
    static const int shapes[][2] = {{1, 4}, {2, 2}, {2, 4}, {3, 2}, {4, 2},
                                    {3, 4}, {6, 2}, {2, 3}, {4, 3}, {3, 3}};
    kl_error err;
    (void)state;
    for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++)
        for (int pairs = 0; pairs < 2; pairs++) {
            tally t = {.lines = shapes[i][0], .vertices = shapes[i][1]};
            kl_lines_counts counts;
            if (!pairs && t.lines * t.vertices > 10)
                continue;
            assert_int_equal(kl_graphs_visit(0, t.lines * t.vertices, pairs, add, &t, &err), KL_OK);
            assert_int_equal(kl_lines_count(t.lines, t.vertices, pairs, &counts, &err), KL_OK);
            assert_memory_equal(&counts, &t.counts, sizeof counts);
        }
}

static void printed_counts_on_lines(void **state)
{
    static const struct {
        int lines, vertices;
        kl_lines_counts counts;
    } printed[] = {{2, 4, {105, 9, 96, 96}},
                   {3, 2, {15, 1, 8, 8}},
                   {4, 2, {105, 1, 60, 48}},
                   {3, 4, {10395, 27, 9504, 9504}},
                   {6, 2, {10395, 1, 6040, 3840}}};
    kl_lines_counts counts;
    kl_error err;
    (void)state;
    for (size_t i = 0; i < sizeof printed / sizeof *printed; i++) {
        assert_int_equal(kl_lines_count(printed[i].lines, printed[i].vertices, true, &counts, &err),
                         KL_OK);
        assert_memory_equal(&counts, &printed[i].counts, sizeof counts);
    }
    assert_int_equal(kl_lines_count(4, 4, true, &counts, &err), KL_OK);
    assert_int_equal(counts.total, 2027025);
    assert_int_equal(counts.disconnected, 81);
    assert_int_equal(counts.two_connected, 1907712);
    assert_int_equal(kl_lines_count(6, 6, true, &counts, &err), KL_INPUT);
    assert_int_equal(kl_lines_count(17, 2, false, &counts, &err), KL_INPUT);
}

static double factorial(int n)
{
    return n < 2 ? 1 : n * factorial(n - 1);
}

/* All decorated graphs with k rungs, a and b recollisions: the recollisions of a line are anywhere
 * in [0, T], so that their shares add up to 1/(a! b! k!); the others have none. */
static void shares_of_recollisions(void **state)
{
    (void)state;
    for (int n = 0; n <= 10; n++)
        for (int m = n % 2; n + m <= 10; m += 2) {
            double sum[KL_GRAPH_VERTICES] = {0};
            kl_graph *graphs;
            const size_t count = list(n, m, true, &graphs);
            for (size_t g = 0; g < count; g++) {
                kl_recollisions r;
                const kl_graph_class class = kl_graph_classify(&graphs[g]);
                const bool some = class == KL_GRAPH_BASIC || class == KL_GRAPH_DECORATED;
                assert_int_equal(kl_graph_recollisions(&graphs[g], &r), some);
                if (!some)
                    continue;
                assert_int_equal(r.rungs + 2 * r.left, n);
                assert_int_equal(r.rungs + 2 * r.right, m);
                sum[r.rungs] += r.share;
            }
            free(graphs);
            for (int k = n % 2; k <= n && k <= m; k += 2)
                assert_true(
                    fabs(sum[k] * factorial((n - k) / 2) * factorial((m - k) / 2) * factorial(k) -
                         1) < 1e-12);
        }
}

/* One rung at s: both recollisions after it, int_0^1 (1-s)^2 ds; one before and one after,
 * int s (1-s) ds; two on the left line after it, int (1-s)^2/2 ds. */
static void shares_of_single_graphs(void **state)
{
    static const struct {
        const char *name;
        int left, right;
        double share;
    } known[] = {{"1-6.2-3.4-5", 3, 3, 1. / 3},
                 {"1-2.3-6.4-5", 3, 3, 1. / 6},
                 {"1-6.2-3.4-5", 5, 1, 1. / 6},
                 {"1-2.3-4", 2, 2, 1},
                 {"1-2.3-4", 4, 0, 0.5}};
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        kl_graph graph;
        kl_recollisions r;
        kl_error err;
        assert_int_equal(kl_graph_parse(known[i].name, known[i].left, known[i].right, &graph, &err),
                         KL_OK);
        assert_true(kl_graph_recollisions(&graph, &r));
        assert_true(fabs(r.share - known[i].share) < 1e-15);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(how_many),
        cmocka_unit_test(names_in_order),
        cmocka_unit_test(names_are_read),
        cmocka_unit_test(names_are_refused),
        cmocka_unit_test(moments_of_cumulants),
        cmocka_unit_test(printed_classes),
        cmocka_unit_test(counts_of_every_split),
        cmocka_unit_test(every_rest_has_a_nest),
        cmocka_unit_test(classes_of_names),
        cmocka_unit_test(mirrors),
        cmocka_unit_test(counts_on_lines),
        cmocka_unit_test(printed_counts_on_lines),
        cmocka_unit_test(shares_of_recollisions),
        cmocka_unit_test(shares_of_single_graphs),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
