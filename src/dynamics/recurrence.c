#include "dynamics/recurrence.h"

#include <unistd.h>

enum { MOST_DEPTH = 16 };

kl_blocking kl_blocking_choose(const kl_lattice *lattice, kl_precision precision, size_t cache)
{
    const int64_t L = lattice->sites;
    /* Two time levels, an accumulator, the potential. */
    const double site = 3 * (double)kl_precision_size(precision) + sizeof(float);
    if (cache == 0) {
        long found = sysconf(_SC_LEVEL2_CACHE_SIZE);
        cache = found > 0 ? (size_t)found : (size_t)1 << 20;
    }
    if (lattice->dimension < 3)
        return (kl_blocking){lattice->dimension == 1 ? 1 : MOST_DEPTH, L};
    const double row = site * (double)L;
    kl_blocking best = {MOST_DEPTH, L};
    double rows = 4 * (double)cache / row / (best.depth + 2); /* in each plane of the front */
    if (rows >= (double)L)
        return best;
    best.tile = (int64_t)rows > 2 * best.depth ? (int64_t)rows : 2 * best.depth;
    return best;
}

typedef struct block {
    const kl_stencil *stencil;
    void *const *array;
    int first, depth;                     /* steps first+1..first+depth */
    kl_stencil_step step[MOST_DEPTH + 1]; /* [1..depth] */
    kl_halo halo;
} block;

static void update(const block *blk, int j, int64_t p, int64_t from, int64_t to)
{
    const int k = blk->first + j;
    if (from < to)
        kl_stencil_rows(blk->stencil, &blk->step[j], blk->array[(k - 1) % 2], blk->array[k % 2], p,
                        from, to);
}

static void update_plane(const block *blk, int j, int64_t p)
{
    const kl_lattice *lattice = blk->stencil->lattice;
    update(blk, j, p, 0, lattice->dimension == 3 ? lattice->sites : 1);
}

/* The wavefront over planes for rows from..to-1, edges moving by low, high rows
 * a step; rows beyond the plane's end wrap. */
static void front(block *blk, int64_t from, int low, int64_t to, int high)
{
    const kl_lattice *lattice = blk->stencil->lattice;
    const int64_t n = lattice->count, rows = lattice->dimension == 3 ? lattice->sites : 1;
    for (int64_t w = 2; w < n; w++) {
        for (int j = 1; j <= blk->depth && 2 * j <= w; j++) {
            const int64_t a = from + low * j, b = to + high * j;
            update(blk, j, w - j, a, b < rows ? b : rows);
            update(blk, j, w - j, 0, b - rows);
        }
        if (lattice->ranks > 1)
            kl_halo_test(&blk->halo);
    }
}

static void inside(block *blk, int64_t tile)
{
    const kl_lattice *lattice = blk->stencil->lattice;
    const int64_t rows = lattice->dimension == 3 ? lattice->sites : 1;
    const int64_t tiles = rows / tile;
    if (tiles < 2) {
        front(blk, 0, 0, rows, 0);
        return;
    }
    for (int64_t t = 0; t < tiles; t++)
        front(blk, rows * t / tiles, t == 0 ? 1 : -1, rows * (t + 1) / tiles, -1);
    front(blk, rows, -1, rows, 1);
}

static void start_halo(block *blk, int k)
{
    const kl_stencil *s = blk->stencil;
    kl_halo_start(s->lattice, blk->array[k % 2], kl_precision_size(s->precision), &blk->halo);
}

/* Phase 2; leaves the exchange of the last step under way. */
static void seam(block *blk)
{
    const int64_t n = blk->stencil->lattice->count;
    for (int j = 1; j <= blk->depth; j++) {
        kl_halo_finish(&blk->halo);
        update_plane(blk, j, 0);
        if (n > 1)
            update_plane(blk, j, n - 1);
        start_halo(blk, blk->first + j);
        for (int64_t p = 1; p < j && p < n - 1; p++)
            update_plane(blk, j, p);
        for (int64_t p = n - j > j ? n - j : j; p < n - 1; p++)
            update_plane(blk, j, p);
    }
}

/* d = 1: the slab is one run of sites and its halo one site. */
static void run_line(const kl_stencil *stencil, void *const array[2], int steps, kl_step_of step_of,
                     const void *context)
{
    block blk = {.stencil = stencil, .array = array};
    start_halo(&blk, 0);
    for (int k = 1; k <= steps; k++) {
        kl_halo_finish(&blk.halo);
        blk.first = k - 1;
        step_of(context, k, &blk.step[1]);
        update(&blk, 1, 0, 0, 1);
        start_halo(&blk, k);
    }
    kl_halo_finish(&blk.halo);
}

void kl_recurrence_run(const kl_stencil *stencil, kl_blocking blocking, void *const array[2],
                       int steps, kl_step_of step_of, const void *context)
{
    const int64_t n = stencil->lattice->count;
    block blk = {.stencil = stencil, .array = array};
    int depth = blocking.depth < MOST_DEPTH ? blocking.depth : MOST_DEPTH;
    if (2 * depth > n) /* phase 2 must not meet itself */
        depth = n > 1 ? (int)(n / 2) : 1;
    if (stencil->lattice->dimension == 1) {
        run_line(stencil, array, steps, step_of, context);
        return;
    }
    start_halo(&blk, 0);
    for (blk.first = 0; blk.first < steps; blk.first += blk.depth) {
        blk.depth = steps - blk.first < depth ? steps - blk.first : depth;
        for (int j = 1; j <= blk.depth; j++)
            step_of(context, blk.first + j, &blk.step[j]);
        inside(&blk, blocking.tile);
        seam(&blk);
    }
    kl_halo_finish(&blk.halo);
}
