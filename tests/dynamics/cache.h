/* A cache that forgets what was used longest ago, simulated piece by piece of a row, and row
 * kernels that meet it in the place of memory: what a loop order moves, counted. It computes
 * nothing, so arrays may be address space alone.
 */
#ifndef KL_TESTS_DYNAMICS_CACHE_H
#define KL_TESTS_DYNAMICS_CACHE_H

#include "dynamics/recurrence.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

typedef struct cache {
    char *base;             /* address space of all arrays */
    size_t bytes, piece;    /* its size; pieces of so many bytes */
    int32_t room, used;     /* pieces */
    int32_t *older, *newer; /* [pieces + 1], a ring that begins and ends at [pieces] */
    char *state;            /* 0: not here, 1: as in memory, 2: changed */
    int64_t moved, updates; /* pieces read or written back; rows updated */
    int64_t spin;           /* work per piece moved, for the clock */
    void *array[5];         /* two vectors, two accumulators, omega */
} cache;

/* Steps of the evolution: each of two chains adds to an accumulator of its own. */
static inline void cache_step(const void *context, int k, kl_stencil_step *step)
{
    static const double c = 1;
    (void)context;
    *step = (kl_stencil_step){.hop = 1, .subtract = true};
    if (k % 4 < 2)
        return;
    step->outputs = 1;
    step->acc = 2 + k % 2;
    step->c0 = step->c1 = &c;
}

static inline void cache_empty(cache *c)
{
    const int32_t ends = (int32_t)(c->bytes / c->piece);
    memset(c->state, 0, (size_t)ends);
    c->older[ends] = c->newer[ends] = ends;
    c->used = 0;
    c->moved = c->updates = 0;
}

/* `bytes` of address space, met in pieces; room: bytes. */
static inline cache *cache_create(size_t bytes, size_t piece, double room)
{
    cache *c = calloc(1, sizeof *c);
    c->piece = piece;
    c->bytes = bytes / piece * piece;
    c->room = (int32_t)(room / (double)piece);
    c->base = mmap(NULL, c->bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    const size_t pieces = c->bytes / piece;
    c->older = calloc(pieces + 1, sizeof *c->older);
    c->newer = calloc(pieces + 1, sizeof *c->newer);
    c->state = calloc(pieces, 1);
    cache_empty(c);
    return c;
}

/* For a rank's slab: two vectors, two accumulators and omega in single precision. */
static inline cache *cache_of_slab(const kl_lattice *lattice, double room)
{
    const size_t all = (size_t)kl_lattice_extent(lattice) * sizeof(float);
    cache *c = cache_create(5 * all, (size_t)lattice->sites * sizeof(float), room);
    for (size_t i = 0; i < 5; i++)
        c->array[i] = c->base + i * all;
    return c;
}

static inline void cache_destroy(cache *c)
{
    munmap(c->base, c->bytes);
    free(c->older);
    free(c->newer);
    free(c->state);
    free(c);
}

static inline void cache_take_out(cache *c, int32_t i)
{
    c->newer[c->older[i]] = c->newer[i];
    c->older[c->newer[i]] = c->older[i];
}

static inline void cache_move(cache *c)
{
    c->moved++;
    for (volatile int64_t i = 0; i < c->spin; i++) {
    }
}

static inline void cache_forget_oldest(cache *c)
{
    const int32_t oldest = c->newer[c->bytes / c->piece];
    cache_take_out(c, oldest);
    if (c->state[oldest] == 2)
        cache_move(c);
    c->state[oldest] = 0;
    c->used--;
}

static inline void cache_touch_piece(cache *c, int32_t i, bool change)
{
    const int32_t ends = (int32_t)(c->bytes / c->piece);
    if (c->state[i]) {
        cache_take_out(c, i);
    } else {
        cache_move(c);
        c->state[i] = 1;
        if (++c->used > c->room)
            cache_forget_oldest(c);
    }
    if (change)
        c->state[i] = 2;
    c->older[i] = c->older[ends];
    c->newer[i] = ends;
    c->newer[c->older[ends]] = i;
    c->older[ends] = i;
}

static inline void cache_touch(cache *c, const void *memory, size_t bytes, bool change)
{
    const int32_t first = (int32_t)((size_t)((const char *)memory - c->base) / c->piece);
    for (int32_t i = 0; i < (int32_t)(bytes / c->piece); i++)
        cache_touch_piece(c, first + i, change);
}

/* A row kernel (d = 3) that touches what it reads and writes. */
#define CACHE_KERNEL(NAME, ROWS, REAL, CACHE)                                                      \
    static void NAME(const ROWS *a)                                                                \
    {                                                                                              \
        cache *const c = (CACHE);                                                                  \
        const size_t row = (size_t)a->n * sizeof(REAL);                                            \
        for (int64_t y = a->from; y < a->to; y++) {                                                \
            const int64_t low = y ? y - 1 : a->rows - 1, high = y + 1 < a->rows ? y + 1 : 0;       \
            cache_touch(c, a->c + low * a->n, row, false);                                         \
            cache_touch(c, a->c + high * a->n, row, false);                                        \
            cache_touch(c, a->c + y * a->n, row, false);                                           \
            cache_touch(c, a->z0 + y * a->n, row, false);                                          \
            cache_touch(c, a->z1 + y * a->n, row, false);                                          \
            cache_touch(c, a->omega + y * a->n, (size_t)a->n * sizeof(float), false);              \
            cache_touch(c, a->b + y * a->n, row, true);                                            \
            if (a->acc)                                                                            \
                cache_touch(c, a->acc + y * a->n, row, true);                                      \
            c->updates++;                                                                          \
        }                                                                                          \
    }

#endif
