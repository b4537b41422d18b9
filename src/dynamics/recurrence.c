#include "dynamics/recurrence.h"

#include "base/cpu.h"

enum { MOST_DEPTH = 16, PIECES = 5 };

kl_blocking kl_blocking_choose(const kl_lattice *lattice, kl_precision precision, size_t cache)
{
    const int64_t L = lattice->sites;
    const double available = 2.0 / 3 * (double)(cache ? cache : kl_cpu_cache());
    /* Two time levels, two accumulators, the potential. */
    const double site = 4 * (double)kl_precision_size(precision) + sizeof(float);
    kl_blocking best = {lattice->dimension == 1 ? 1 : MOST_DEPTH, L,
                        site * (double)kl_lattice_local(lattice) > available};
    if (lattice->dimension < 3)
        return best;
    const double rows = available / (site * (double)L) / (best.depth + 2); /* in each plane */
    if (rows < (double)L)
        best.tile = (int64_t)rows > 2 * best.depth ? (int64_t)rows : 2 * best.depth;
    return best;
}

typedef struct block {
    const kl_stencil *stencil;
    kl_haloed array[2];
    int first, depth; /* steps first+1..first+depth */
    bool ahead;
    kl_stencil_step step[MOST_DEPTH + 1]; /* [1..depth] */
    kl_halo halo;
} block;

static const kl_ahead nothing = {NULL, 0};

static void update(const block *blk, int j, int64_t p, int64_t from, int64_t to, kl_ahead ahead)
{
    const int k = blk->first + j;
    kl_stencil_rows(blk->stencil, &blk->step[j], &blk->array[(k - 1) % 2], blk->array[k % 2].array,
                    p, from, to, ahead);
}

/* Step j on rows a..b-1 of plane p; rows beyond the plane's end wrap. */
static void update_around(const block *blk, int j, int64_t p, int64_t a, int64_t b, kl_ahead ahead)
{
    const int64_t rows = kl_lattice_rows(blk->stencil->lattice);
    update(blk, j, p, a, b < rows ? b : rows, ahead);
    update(blk, j, p, 0, b - rows, nothing);
}

/* What is met soon for the first time in the block: a plane each of the array that is
 * read and of the one that is written, of the potential and of the accumulators of
 * steps 2 and 3. It is asked for beforehand, in shares, so that memory works all the time. */
typedef struct news {
    int reads;             /* the array that is read: 0 or 1 */
    int64_t plane[PIECES]; /* read, written, potential, accumulators */
} news;

/* Share i of n: of one of the pieces, and of its rows from..to-1 a part. */
static kl_ahead share(const block *blk, const news *met, int i, int n, int64_t from, int64_t to)
{
    const kl_stencil *stencil = blk->stencil;
    const kl_lattice *lattice = stencil->lattice;
    const int64_t all = kl_lattice_rows(lattice), row = lattice->plane / all;
    const int piece = i * PIECES / n;
    const int first = (piece * n + PIECES - 1) / PIECES;
    const int next = ((piece + 1) * n + PIECES - 1) / PIECES;
    const int64_t a = from < 0 ? 0 : from, rows = (to < all ? to : all) - a;
    if (!blk->ahead || rows <= 0)
        return nothing;
    const kl_stencil_step *adds = &blk->step[piece == 4 ? 3 : 2];
    const void *array = piece < 2    ? blk->array[(met->reads + piece) % 2].array
                        : piece == 2 ? (const void *)stencil->omega
                        : blk->depth > 2 && adds->outputs ? adds->acc[0]
                                                          : NULL;
    const size_t size = piece == 2 ? sizeof(float) : kl_precision_size(stencil->precision);
    const int64_t p = (met->plane[piece] + lattice->count) % lattice->count + (piece != 2);
    const int64_t begin = a + rows * (i - first) / (next - first);
    const int64_t end = a + rows * (i + 1 - first) / (next - first);
    if (!array)
        return nothing;
    return (kl_ahead){(const char *)array + (size_t)(p * lattice->plane + begin * row) * size,
                      (int64_t)((size_t)((end - begin) * row) * size)};
}

/* The wavefront over planes for rows from..to-1, edges moving by low, high rows
 * a step. A rank that has all planes goes on
 * around the lattice, through planes n-j..n+j-1 of step j. */
static void front(block *blk, int64_t from, int low, int64_t to, int high)
{
    const kl_lattice *lattice = blk->stencil->lattice;
    const int64_t n = lattice->count;
    const int64_t end = lattice->ranks > 1 ? n : n + 2 * blk->depth;
    for (int64_t w = 2; w < end; w++) {
        const int64_t newest = w + 1 < n ? w + 1 : (w + 1 - n) / 2 + 1;
        const news next = {blk->first % 2,
                           {newest, newest - 1, newest - 1, newest - 2, newest - 3}};
        for (int j = w < n ? 1 : (int)(w - n + 2) / 2; j <= blk->depth && 2 * j <= w; j++) {
            const int64_t a = from + low * j, b = to + high * j;
            const int64_t p = w - j < n ? w - j : w - j - n;
            update_around(blk, j, p, a, b,
                          share(blk, &next, j - 1, blk->depth, from + low, to + high));
        }
        if (lattice->ranks > 1)
            kl_halo_test(&blk->halo);
    }
}

static void start_halo(block *blk, int k)
{
    kl_halo_start(&blk->array[k % 2], &blk->halo);
}

/* What phase 2 meets for the first time in fronts 2m + 3 and 2m + 4. */
static news news_of_seam(const block *blk, int m, bool upper)
{
    const int64_t last = blk->stencil->lattice->count - 1, p = m + 1;
    const int reads = (blk->first + m + 1) % 2;
    if (upper)
        return (news){reads, {last - p - 1, last - p, last - p, last - p, last - p}};
    return (news){reads, {p + 1, p, p, p, p}};
}

/* Phase 2 for the rows of a tile: fronts from the ends of the slab inwards, in front f
 * plane f - j of step j. What step j gives to the neighbours is sent as soon as it is
 * computed, at the end of front j, and needed at the end of the next one. */
static void seam(block *blk, int64_t from, int low, int64_t to, int high)
{
    const kl_stencil *stencil = blk->stencil;
    const kl_lattice *lattice = stencil->lattice;
    const int64_t n = lattice->count, rows = kl_lattice_rows(lattice);
    kl_halo part[2];
    for (int f = 1; f < 2 * blk->depth; f++) {
        const int m = (f - 1) / 2, shares = 2 * (m + 1);
        int i = f % 2 ? 0 : m + 1;
        for (int j = (f + 2) / 2; j <= f && j <= blk->depth; j++, i++) {
            const int64_t a = from + low * j, b = to + high * j;
            for (int k = 0; j == f && j > 1 && k < 2; k++)
                kl_halo_finish(&part[k]);
            for (int upper = 0; upper < 2 && upper < n; upper++) { /* n = 1: they are one */
                const news next = news_of_seam(blk, m, upper);
                const kl_ahead ahead =
                    m + 1 < blk->depth ? share(blk, &next, i, shares, a, b) : nothing;
                update_around(blk, j, upper ? n - 1 - (f - j) : f - j, a, b, ahead);
            }
            if (j < f || j == blk->depth)
                continue;
            const kl_haloed *array = &blk->array[(blk->first + j) % 2];
            kl_halo_start_rows(array, a, b < rows ? b : rows, &part[0]);
            kl_halo_start_rows(array, 0, b - rows, &part[1]);
        }
    }
}

/* Both phases for the rows of a tile. The first exchange is under way since the last block. */
static void tile(block *blk, int64_t from, int low, int64_t to, int high)
{
    front(blk, from, low, to, high);
    if (blk->stencil->lattice->ranks == 1)
        return;
    kl_halo_finish(&blk->halo);
    seam(blk, from, low, to, high);
}

static void run_block(block *blk, int64_t tile_rows)
{
    const int64_t rows = kl_lattice_rows(blk->stencil->lattice);
    int64_t tiles = (rows + tile_rows - 1) / tile_rows;
    if (rows / tiles < 2 * blk->depth) /* the first tile must not vanish */
        tiles = rows / (2 * blk->depth);
    if (tiles < 2) {
        tile(blk, 0, 0, rows, 0);
        return;
    }
    for (int64_t t = 0; t < tiles; t++)
        tile(blk, rows * t / tiles, t == 0 ? 1 : -1, rows * (t + 1) / tiles, -1);
    tile(blk, rows, -1, rows, 1);
}

/* d = 1: the slab is one run of sites and its halo one site. */
static void run_line(block *blk, int steps, kl_step_of step_of, const void *context)
{
    start_halo(blk, 0);
    for (int k = 1; k <= steps; k++) {
        kl_halo_finish(&blk->halo);
        blk->first = k - 1;
        step_of(context, k, &blk->step[1]);
        update(blk, 1, 0, 0, 1, nothing);
        start_halo(blk, k);
    }
    kl_halo_finish(&blk->halo);
}

static kl_haloed haloed(const kl_stencil *stencil, void *const array[2], int which)
{
    const kl_lattice *lattice = stencil->lattice;
    const size_t size = kl_precision_size(stencil->precision),
                 plane = (size_t)lattice->plane * size;
    kl_haloed it = kl_haloed_make(lattice, array[which], size, stencil->ghosts, which);
    if (lattice->ranks == 1 && lattice->dimension > 1) { /* all planes are here */
        it.ghost[0] = it.array + (size_t)lattice->count * plane;
        it.ghost[1] = it.array + plane;
    }
    return it;
}

void kl_recurrence_run(const kl_stencil *stencil, kl_blocking blocking, void *const array[2],
                       int steps, kl_step_of step_of, const void *context)
{
    const kl_lattice *lattice = stencil->lattice;
    block blk = {.stencil = stencil,
                 .array = {haloed(stencil, array, 0), haloed(stencil, array, 1)},
                 .ahead = blocking.ahead};
    if (lattice->dimension == 1) {
        run_line(&blk, steps, step_of, context);
        return;
    }
    /* What all ranks of the group must do alike. */
    int64_t least = lattice->sites / lattice->ranks, shape[2] = {blocking.depth, blocking.tile};
    if (lattice->ranks > 1)
        MPI_Bcast(shape, 2, MPI_INT64_T, 0, lattice->comm);
    int64_t depth = shape[0] < MOST_DEPTH ? shape[0] : MOST_DEPTH;
    if (2 * depth > least) /* phase 2 must not meet itself */
        depth = least > 1 ? least / 2 : 1;
    if (lattice->ranks > 1)
        start_halo(&blk, 0);
    for (blk.first = 0; blk.first < steps; blk.first += blk.depth) {
        blk.depth = steps - blk.first < depth ? steps - blk.first : (int)depth;
        for (int j = 1; j <= blk.depth; j++)
            step_of(context, blk.first + j, &blk.step[j]);
        run_block(&blk, shape[1]);
        if (lattice->ranks > 1)
            start_halo(&blk, blk.first + blk.depth);
    }
    if (lattice->ranks > 1)
        kl_halo_finish(&blk.halo);
}
