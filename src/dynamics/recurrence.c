#include "dynamics/recurrence_private.h"

#include "base/cpu.h"
#include "dynamics/fronts.h"
#include "lattice/halo.h"

#include <stdint.h>

enum { MOST_DEPTH = KL_BLOCK_DEPTH };

int kl_blocking_depth(int64_t sites, int ranks)
{
    /* Multiples of 4 are faster: accumulators are visited in steps 2 and 3 of every four. */
    const int64_t planes = sites / ranks, quarter = planes / 4, half = planes / 2;
    if (ranks == 1 || quarter >= MOST_DEPTH)
        return MOST_DEPTH;
    if (half >= 8)
        return quarter >= 8 ? (int)(quarter / 4 * 4) : 8;
    return half >= 4 ? 4 : half >= 2 ? 2 : 1;
}

/* Two time levels, two accumulators, the potential. */
static double bytes_of_site(kl_precision precision)
{
    return 4 * (double)kl_precision_size(precision) + sizeof(float);
}

bool kl_blocking_together(int dimension, int64_t sites, kl_precision precision)
{
    enum { DEPTH = 8, ROWS = 2 * DEPTH };
    const double plane = bytes_of_site(precision) * ROWS * (double)sites;
    return dimension == 3 && (DEPTH + 2) * plane > (double)kl_cpu_cache();
}

kl_blocking kl_blocking_choose(const kl_lattice *lattice, kl_precision precision, size_t cache)
{
    const int64_t L = lattice->sites;
    const int together = lattice->team ? lattice->team->ranks : 1;
    const double available = 2.0 / 3 * (double)(cache ? cache : kl_cpu_cache()) * together;
    const double site = bytes_of_site(precision);
    kl_blocking best = {kl_blocking_depth(L, lattice->ranks / together), L,
                        site * (double)kl_lattice_local(lattice) > available};
    if (lattice->dimension < 3)
        return best;
    const double rows = available / (site * (double)L) / (best.depth + 2); /* in each plane */
    if (rows < (double)L)
        best.tile = (int64_t)rows > 2 * best.depth ? (int64_t)rows : 2 * best.depth;
    return best;
}

kl_blocking kl_blocking_orders(const kl_lattice *lattice)
{
    enum { DEPTH = 8 }; /* measured: L = 64 to 256, 2 to 9 orders */
    const int depth = kl_blocking_depth(lattice->sites, lattice->ranks);
    return (kl_blocking){depth < DEPTH ? depth : DEPTH, 2 * DEPTH, true};
}

static void run_block(kl_block *blk, int64_t tile_rows)
{
    const int64_t rows = kl_lattice_rows(blk->lattice);
    int64_t tiles = (rows + tile_rows - 1) / tile_rows;
    if (rows / tiles < 2 * blk->depth) /* the first tile must not vanish */
        tiles = rows / (2 * blk->depth);
    if (tiles < 2) {
        kl_block_tile(blk, (kl_band){0, 0, rows, 0});
        return;
    }
    for (int64_t t = 0; t < tiles; t++)
        kl_block_tile(blk,
                      (kl_band){rows * t / tiles, t == 0 ? 1 : -1, rows * (t + 1) / tiles, -1});
    kl_block_tile(blk, (kl_band){rows, -1, rows, 1});
}

/* Blocks to and fro. Returns how far the slab has drifted in the end: as many planes of this rank
 * are with the one above, and of the one below here. A rank that is alone always goes up, as memory
 * is fetched. */
static int64_t run_blocks(kl_block *blk, int64_t depth, int64_t tile_rows, int steps,
                          kl_step_of step_of, const void *context)
{
    int64_t drift = 0;
    for (; blk->first < steps; blk->first += blk->depth) {
        blk->depth = steps - blk->first < depth ? steps - blk->first : (int)depth;
        blk->fronts = blk->planes + 2 * blk->depth;
        blk->sign = blk->seams && drift == 0 ? -1 : 1;
        blk->origin = blk->sign > 0 ? -drift : blk->planes - 1;
        if (blk->seams)
            drift -= blk->sign * blk->depth;
        for (int j = 1; j <= blk->depth; j++)
            kl_block_step(blk, j, step_of, context);
        run_block(blk, tile_rows);
    }
    return drift;
}

/* One step at a time: d = 1, where the slab is one run of sites and its halo one site, and groups
 * without seams. */
static void run_steps(kl_block *blk, int steps, kl_step_of step_of, const void *context)
{
    const kl_lattice *lattice = blk->lattice;
    const kl_recurrence *r = blk->r;
    const int64_t planes = lattice->dimension == 1 ? 1 : lattice->count;
    const kl_band all = {0, 0, kl_lattice_rows(lattice), 0};
    const int width = blk->width;
    kl_halo halo[KL_MOST_ORDERS];
    blk->sign = 1;
    blk->around = false; /* there are ghosts */
    for (; blk->first < steps; blk->first++) {
        for (int k = 0; k < width; k++)
            kl_halo_start(lattice, r->array[blk->first % 2 * width + k],
                          kl_precision_size(r->stencil.precision), &halo[k]);
        kl_block_step(blk, 1, step_of, context);
        for (int k = 0; k < width; k++)
            kl_halo_finish(&halo[k]);
        for (int64_t p = 0; p < planes; p++)
            for (int k = 0; k < width; k++)
                kl_block_update(blk, 1, k, p, all, (kl_ahead){NULL, 0});
    }
}

static int width_of(const kl_recurrence *r)
{
    return r->orders > 0 ? r->orders : 1;
}

/* All arrays are there for all ranks of the lattice's team. */
static bool is_shared(const kl_recurrence *r)
{
    const kl_team *team = r->stencil.lattice->team;
    bool all = team && team->ranks > 0 && kl_team_has(team, r->omega);
    for (int i = 0; all && i < r->arrays; i++)
        all = kl_team_has(team, r->array[i]);
    return all;
}

/* The seams are there and are those of this rank's slab, or of its node's. */
static bool drifts(const kl_recurrence *r)
{
    return r->stencil.lattice->ranks > 1 && r->seams && r->seams->depth > 0 &&
           r->seams->arrays >= r->arrays && r->seams->together == is_shared(r) &&
           r->seams->element == kl_precision_size(r->stencil.precision);
}

static kl_block block_of(const kl_recurrence *r, bool together, const kl_seams *seams)
{
    const kl_lattice *lattice = r->stencil.lattice;
    int64_t first;
    return (kl_block){.r = r,
                      .lattice = lattice,
                      .team = together ? lattice->team : NULL,
                      .seams = seams,
                      .shared = together || seams,
                      .planes = together ? kl_lattice_together(lattice, &first) : lattice->count,
                      .around = !seams,
                      .least = INT64_MIN,
                      .most = INT64_MAX,
                      .width = width_of(r)};
}

/* A lattice in pencils. */
static kl_fronts fronts_of(const kl_recurrence *r)
{
    const kl_lattice *lattice = r->stencil.lattice;
    return (kl_fronts){.stencil = r->stencil,
                       .edges = lattice->pencils ? lattice->pencils->edges : NULL,
                       .omega = r->omega,
                       .array = r->array,
                       .depth = r->blocking.depth,
                       .thick = r->blocking.tile};
}

/* The slabs drift by way of seams, for which begin() and end() are. */
static bool has_seams(const kl_recurrence *r)
{
    return !r->stencil.lattice->pencils && drifts(r);
}

void kl_recurrence_begin(const kl_recurrence *r)
{
    if (!has_seams(r))
        return;
    if (r->seams->together) /* what all have written is there */
        MPI_Barrier(r->stencil.lattice->comm);
    kl_seams_potential(r->seams, r->omega);
    kl_seams_enter(r->seams, r->array, 2 * width_of(r), r->arrays);
}

void kl_recurrence_end(const kl_recurrence *r)
{
    if (has_seams(r))
        kl_seams_leave(r->seams, r->array, 2 * width_of(r), r->arrays);
}

void kl_recurrence_run(const kl_recurrence *r, int steps, kl_step_of step_of, const void *context)
{
    const kl_lattice *lattice = r->stencil.lattice;
    const kl_team *team = is_shared(r) ? lattice->team : NULL;
    const bool drift = drifts(r), together = team && (drift || team->ranks == lattice->ranks);
    kl_block blk = block_of(r, together, drift ? r->seams : NULL);
    int64_t shape[2] = {r->blocking.depth, r->blocking.tile}; /* alike in the group */
    const bool whole = blk.planes == lattice->sites;
    const kl_fronts fronts = fronts_of(r);
    if (fronts.edges) {
        kl_fronts_run(&fronts, steps, step_of, context);
        return;
    }
    int64_t most = blk.seams ? blk.seams->depth : whole ? lattice->sites / 2 : 0;
    if (lattice->dimension == 1 || most < 1) {
        run_steps(&blk, steps, step_of, context);
        return;
    }
    most = most < MOST_DEPTH ? most : MOST_DEPTH;
    if (lattice->ranks > 1)
        MPI_Bcast(shape, 2, MPI_INT64_T, 0, lattice->comm);
    if (blk.team) /* what all have written is there */
        MPI_Barrier(lattice->comm);
    if (blk.seams)
        kl_seams_enter(r->seams, r->array, 0, blk.width);
    const int64_t drifted =
        run_blocks(&blk, shape[0] < most ? shape[0] : most, shape[1], steps, step_of, context);
    if (!blk.seams)
        return;
    kl_block_home(&blk, drifted);
    if (r->keep)
        kl_seams_leave(r->seams, r->array, 0, 2 * blk.width);
}

int64_t kl_recurrence_sample(const kl_recurrence *r, kl_part part, kl_step_of step_of,
                             const void *context)
{
    const int64_t all = kl_lattice_rows(r->stencil.lattice), tile_rows = r->blocking.tile;
    kl_block blk = block_of(r, is_shared(r), NULL);
    blk.depth = r->blocking.depth;
    blk.fronts = part.planes;
    blk.sign = 1;
    blk.origin = part.first_plane;
    for (int j = 1; j <= blk.depth; j++)
        kl_block_step(&blk, j, step_of, context);
    if (part.rows == all)
        run_block(&blk, tile_rows);
    for (int64_t y = 0; part.rows < all && y < part.rows; y += tile_rows)
        kl_block_tile(&blk, (kl_band){part.first_row + y, -1, part.first_row + y + tile_rows, -1});
    int64_t updates = 0;
    for (int64_t w = 2; w < part.planes; w++)
        updates += w / 2 < blk.depth ? w / 2 : blk.depth;
    return updates;
}
