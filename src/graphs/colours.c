#include "graphs/colours.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { LEFT, RIGHT, BETWEEN };

/* A number's digits to the base 32, above 0 as a block has at least two vertices. */
typedef struct field {
    int kind, size, rank, place; /* of the vertex in its block, from 0 */
} field;

static int number_of(field f)
{
    return ((f.kind * 32 + f.size) * 32 + f.rank) * 32 + f.place;
}

int kl_colours_factors(int number, int *factor)
{
    const int size = number / 32 / 32 % 32, place = number % 32;
    factor[0] = number;
    if (place < size - 1)
        return 1;
    for (int i = 0; i < size - 1; i++)
        factor[i] = number - place + i;
    return size - 1;
}

/* What the block of vertex v is: its size, its kind, and where v is in it. */
static field field_of(const kl_graph *graph, int v)
{
    int count[2] = {0};
    field f = {.size = 0};
    for (int u = 0; u < graph->left + graph->right; u++)
        if (graph->block[u] == graph->block[v]) {
            f.place += u < v;
            count[u >= graph->left]++;
        }
    f.size = count[0] + count[1];
    f.kind = count[1] == 0 ? LEFT : count[0] == 0 ? RIGHT : BETWEEN;
    return f;
}

/* The number of the field of vertex v; a pair has one field. */
static int colour(const kl_graph *graph, int v)
{
    field f = field_of(graph, v);
    for (int u = 0; u < graph->left + graph->right; u++) {
        const field other = field_of(graph, u);
        f.rank += graph->block[u] < graph->block[v] && other.place == 0 && other.kind == f.kind &&
                  other.size == f.size;
    }
    f.place = f.size == 2 ? 0 : f.place;
    return number_of(f);
}

static kl_chain chain_of(const kl_graph *graph, int side)
{
    kl_chain chain = {.n = side == LEFT ? graph->left : graph->right};
    for (int j = 0; j < chain.n; j++)
        chain.field[j] = colour(graph, side == LEFT ? j : graph->left + graph->right - 1 - j);
    return chain;
}

static bool same(const kl_chain *a, const kl_chain *b)
{
    return memcmp(a->field, b->field, sizeof a->field) == 0;
}

static size_t place_of_chain(kl_colours *c, int side, const kl_chain *chain)
{
    size_t at = 0;
    while (at < c->nchains[side] && !same(&c->chain[side][at], chain))
        at++;
    if (at == c->nchains[side])
        c->chain[side][c->nchains[side]++] = *chain;
    return at;
}

static int ascending(const void *a, const void *b)
{
    const int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

/* The numbers of all chains, each once; then chains name places among them. */
static kl_status list_fields(kl_colours *c, kl_error *err)
{
    const size_t most = (c->nchains[LEFT] + c->nchains[RIGHT]) * KL_GRAPH_VERTICES;
    size_t n = 0;
    KL_TRY(kl_alloc(most, sizeof *c->field, "fields of signs", &c->field, err));
    for (int side = LEFT; side <= RIGHT; side++)
        for (size_t i = 0; i < c->nchains[side]; i++)
            for (int j = 0; j < c->chain[side][i].n; j++)
                c->field[n++] = c->chain[side][i].field[j];
    qsort(c->field, n, sizeof *c->field, ascending);
    for (size_t i = 0; i < n; i++)
        if (i == 0 || c->field[i] != c->field[c->nfields - 1])
            c->field[c->nfields++] = c->field[i];
    for (int side = LEFT; side <= RIGHT; side++)
        for (size_t i = 0; i < c->nchains[side]; i++)
            for (int j = 0; j < c->chain[side][i].n; j++) {
                int *number = &c->chain[side][i].field[j];
                const int *found =
                    bsearch(number, c->field, c->nfields, sizeof *c->field, ascending);
                *number = (int)(found - c->field);
            }
    return KL_OK;
}

kl_status kl_colours_create(const kl_graph *graphs, size_t n, kl_colours *out, kl_error *err)
{
    *out = (kl_colours){0};
    for (int side = LEFT; side <= RIGHT; side++) {
        KL_TRY(kl_alloc(n, sizeof *out->chain[side], "chains", &out->chain[side], err));
        KL_TRY(kl_alloc(n, sizeof *out->of[side], "chains", &out->of[side], err));
        for (size_t g = 0; g < n; g++) {
            const kl_chain chain = chain_of(&graphs[g], side);
            out->of[side][g] = place_of_chain(out, side, &chain);
        }
    }
    return list_fields(out, err);
}

void kl_colours_destroy(kl_colours *colours)
{
    for (int side = LEFT; side <= RIGHT; side++) {
        free(colours->chain[side]);
        free(colours->of[side]);
    }
    free(colours->field);
    *colours = (kl_colours){0};
}
