#include "dynamics/recurrence.h"

#include "base/cpu.h"
#include "dynamics/fronts.h"
#include "lattice/halo.h"
#include "lattice/team.h"

#include <stdint.h>

enum { MOST_DEPTH = 16, PIECES = 5 };

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

bool kl_blocking_together(const kl_lattice *lattice, kl_precision precision)
{
    enum { DEPTH = 8, ROWS = 2 * DEPTH };
    const double plane = bytes_of_site(precision) * ROWS * (double)lattice->sites;
    return lattice->dimension == 3 && (DEPTH + 2) * plane > (double)kl_cpu_cache();
}

kl_blocking kl_blocking_choose(const kl_lattice *lattice, kl_precision precision, size_t cache)
{
    const int64_t L = lattice->sites;
    const double available =
        2.0 / 3 * (double)(cache ? cache : kl_cpu_cache()) * (lattice->team ? lattice->ranks : 1);
    const double site = bytes_of_site(precision);
    const bool together = lattice->ranks == 1 || lattice->team;
    kl_blocking best = {kl_blocking_depth(L, together ? 1 : lattice->ranks), L,
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

/* A block of steps. Its q-th plane is plane origin + sign q of the slab. */
typedef struct block {
    const kl_recurrence *r;
    const kl_lattice *lattice;
    const kl_seams *seams; /* NULL: all planes are in the arrays */
    kl_team *team;         /* NULL: this rank alone works on them */
    bool shared;           /* with seams or a team */
    int64_t planes;        /* of this rank, or of all that work together */
    int64_t least, most;   /* rows from..to-1 of the tile at work are this rank's */
    bool around;           /* they are all of the lattice: go on around it */
    int first, depth;      /* steps first+1..first+depth */
    int64_t fronts;        /* before this one: all of them, or some to be timed */
    int sign;
    int64_t origin;
    int width;                            /* vectors that are worked on together */
    kl_stencil_step step[MOST_DEPTH + 1]; /* [1..depth] */
    kl_stencil_step free[MOST_DEPTH + 1]; /* the same without V: of the first order */
} block;

/* The rows of a tile: of step j from + low j .. to + high j - 1, wrapping at the plane's end. */
typedef struct band {
    int64_t from;
    int low;
    int64_t to;
    int high;
} band;

static int64_t plane_of(const block *blk, int64_t q)
{
    const int64_t n = blk->planes, p = blk->origin + blk->sign * q;
    return !blk->around ? p : p < 0 ? p + n : p < n ? p : p - n;
}

/* Plane p of all, of an array that lies at the same place on every rank, without ghosts. */
static void *of_team(const block *blk, const void *array, size_t element, int64_t p)
{
    const int rank = kl_lattice_owner(blk->lattice, p);
    const int64_t at = (p - kl_lattice_first(blk->lattice, rank)) * blk->lattice->plane;
    return (char *)kl_team_at(blk->team, rank, array) + (size_t)at * element;
}

static void *of_others(const block *blk, int i, int64_t p)
{
    const size_t element = kl_precision_size(blk->r->stencil.precision);
    if (blk->team)
        return of_team(blk, kl_lattice_plane(blk->lattice, blk->r->array[i], element, 0), element,
                       p);
    return kl_seams_plane(blk->seams, blk->r->array[i], i, p);
}

static inline void *of_array(const block *blk, int i, int64_t q)
{
    const int64_t p = plane_of(blk, q);
    if (blk->shared)
        return of_others(blk, i, p);
    return kl_lattice_plane(blk->lattice, blk->r->array[i],
                            kl_precision_size(blk->r->stencil.precision), p);
}

/* What acts in the step of vector n. */
static const float *of_omega(const block *blk, int n, int64_t q)
{
    const kl_recurrence *r = blk->r;
    const int64_t p = plane_of(blk, q);
    if (blk->team)
        return of_team(blk, r->omega, sizeof(float), p);
    if (blk->seams)
        return kl_seams_omega(blk->seams, r->omega, p);
    return (r->fields && n > 0 ? r->fields[n] : r->omega) + p * blk->lattice->plane;
}

static const kl_ahead nothing = {NULL, 0};

/* Rows of a tile in step j that are this rank's. */
static int64_t own_from(const block *blk, band rows, int j)
{
    const int64_t a = rows.from + rows.low * j;
    return a > blk->least ? a : blk->least;
}

static int64_t own_to(const block *blk, band rows, int j)
{
    const int64_t b = rows.to + rows.high * j;
    return b < blk->most ? b : blk->most;
}

/* Step j of vector n on the rows of its band in plane q. */
static void update(const block *blk, int j, int n, int64_t q, band rows, kl_ahead ahead)
{
    const int width = blk->width, read = (blk->first + j - 1) % 2;
    const int from = read * width + n, to = (1 - read) * width + n;
    const int64_t all = kl_lattice_rows(blk->lattice);
    const int64_t a = own_from(blk, rows, j), b = own_to(blk, rows, j);
    const kl_stencil_step *step = blk->r->orders > 0 && n == 0 ? &blk->free[j] : &blk->step[j];
    kl_stencil_planes at = {.c = of_array(blk, from, q),
                            .z0 = of_array(blk, from, q - blk->sign),
                            .z1 = of_array(blk, from, q + blk->sign),
                            .v = n > 0 ? of_array(blk, from - 1, q) : NULL,
                            .omega = of_omega(blk, n, q),
                            .b = of_array(blk, to, q)};
    for (int o = 0; o < step->outputs; o++)
        at.acc[o] = of_array(blk, (step->acc + o) * width + n, q);
    kl_stencil_rows(&blk->r->stencil, step, &at, a, b < all ? b : all, ahead);
    if (b > all)
        kl_stencil_rows(&blk->r->stencil, step, &at, a > all ? a - all : 0, b - all, nothing);
}

/* What is met soon for the first time in the block: a plane each of the array that is
 * read and of the one that is written, of the potential and of the accumulators of
 * steps 2 and 3. It is asked for beforehand, in shares, so that memory works all the time.
 * Share j of the last front's: of one of the pieces, and of its rows a part. */
static kl_ahead share(const block *blk, int64_t newest, int j, int vector, band rows)
{
    const int64_t all = kl_lattice_rows(blk->lattice), row = blk->lattice->plane / all;
    const size_t element = kl_precision_size(blk->r->stencil.precision);
    const int i = j - 1, n = blk->depth, piece = i * PIECES / n;
    const int first = (piece * n + PIECES - 1) / PIECES;
    const int next = ((piece + 1) * n + PIECES - 1) / PIECES;
    const int64_t low = own_from(blk, rows, 1), high = own_to(blk, rows, 1);
    const int64_t a = low < 0 ? 0 : low, count = (high < all ? high : all) - a;
    const int64_t q = newest - (piece < 3 ? piece > 0 : piece - 1);
    const kl_stencil_step *adds = &blk->step[piece == 4 ? 3 : 2];
    if (!blk->r->blocking.ahead || count <= 0 || (piece > 2 && (n < 3 || !adds->outputs)))
        return nothing;
    const int array = piece > 2 ? adds->acc : (blk->first + piece) % 2;
    const char *memory = piece == 2 ? (const char *)of_omega(blk, vector, q)
                                    : of_array(blk, array * blk->width + vector, q);
    const int64_t begin = a + count * (i - first) / (next - first);
    const int64_t end = a + count * (i + 1 - first) / (next - first);
    const size_t bytes = (size_t)row * (piece == 2 ? sizeof(float) : element);
    return (kl_ahead){memory + (size_t)begin * bytes, (end - begin) * (int64_t)bytes};
}

/* ---- what passes between ranks ---- */

static int add_rows(const block *blk, int i, int64_t q, band rows, int level, kl_piece *piece)
{
    const int64_t all = kl_lattice_rows(blk->lattice);
    const size_t row =
        (size_t)kl_lattice_row(blk->lattice) * kl_precision_size(blk->r->stencil.precision);
    const int64_t a = rows.from + rows.low * level, b = rows.to + rows.high * level;
    char *plane = of_array(blk, i, q);
    int n = 0;
    if (a < b && a < all)
        piece[n++] = (kl_piece){plane + (size_t)a * row, (b < all ? b : all) - a};
    if (b > all)
        piece[n++] = (kl_piece){plane, b - all};
    return n;
}

/* Planes q..q+depth as the first fronts of a tile leave them: the i-th has seen steps up to i. The
 * neighbour needs the rows that its steps from i+1 on come to, which lie in the band of step i of
 * this tile and those before it. Of the last plane it reads what step depth-1 left. */
static int passing(const block *blk, int64_t q, band rows, kl_piece *piece)
{
    int n = 0;
    for (int i = 0; i < blk->depth; i++)
        for (int k = 0; k < blk->r->arrays; k++)
            n += add_rows(blk, k, q + i, rows, i, piece + n);
    const int last = (blk->first + blk->depth - 1) % 2 * blk->width;
    for (int k = 0; k < blk->width; k++)
        n += add_rows(blk, last + k, q + blk->depth, rows, blk->depth, piece + n);
    return n;
}

_Static_assert(2 * MOST_DEPTH * KL_MOST_ARRAYS + 2 * KL_MOST_ORDERS <= KL_MOST_PIECES,
               "a tile's planes in one message");

/* The messages of a tile: taken from the rank ahead of the front, given to the one behind. */
typedef struct relay {
    kl_piece piece[KL_MOST_PIECES]; /* of the one that is started: a started message has its own */
    MPI_Request given, taken;
} relay;

static void ask(const block *blk, band rows, relay *with)
{
    const int n = passing(blk, blk->lattice->count, rows, with->piece);
    with->given = MPI_REQUEST_NULL;
    kl_seams_take(blk->seams, blk->sign > 0, with->piece, n, &with->taken);
}

static void give(const block *blk, band rows, relay *with)
{
    const int n = passing(blk, 0, rows, with->piece);
    kl_seams_give(blk->seams, blk->sign < 0, with->piece, n, &with->given);
}

static void test(relay *with)
{
    kl_seams_test(&with->given);
    kl_seams_test(&with->taken);
}

/* ---- the fronts ---- */

static void front(const block *blk, band rows, int64_t w)
{
    const int64_t n = blk->planes, newest = w + 1 < n ? w + 1 : n + (w + 2 - n) / 2;
    for (int j = w < n ? 1 : (int)(w - n + 2) / 2; j <= blk->depth && 2 * j <= w; j++)
        for (int k = 0; k < blk->width; k++)
            update(blk, j, k, w - j, rows, share(blk, newest, j, k, rows));
}

static void tile_alone(const block *blk, band rows)
{
    const int64_t n = blk->planes;
    relay with;
    if (blk->seams)
        ask(blk, rows, &with);
    for (int64_t w = 2; w < blk->fronts; w++) {
        if (blk->seams && w == 2 * blk->depth)
            give(blk, rows, &with);
        if (blk->seams && w == n)
            kl_seams_finish(&with.taken);
        front(blk, rows, w);
        if (blk->seams)
            test(&with);
    }
    if (blk->seams)
        kl_seams_finish(&with.given);
}

/* The tile's rows in equal parts, as it lies in the middle of the block; inside of it the borders
 * do not move. Before a front the ranks beside this one, around, have done the one before. */
static void tile_together(block *blk, band rows)
{
    kl_team *team = blk->team;
    const int64_t a = rows.from + rows.low * (blk->depth + 1) / 2;
    const int64_t b = rows.to + rows.high * (blk->depth + 1) / 2;
    const int64_t most = b - a > 1 ? b - a : 1, parts = most < team->ranks ? most : team->ranks;
    const int64_t begin = team->fronts;
    const int r = team->rank, last = (int)parts - 1;
    blk->least = r > 0 ? a + (b - a) * r / parts : INT64_MIN;
    blk->most = r < last ? a + (b - a) * (r + 1) / parts : INT64_MAX;
    for (int64_t w = 2; r <= last && w < blk->fronts; w++) {
        kl_team_wait(team, r > 0 ? r - 1 : last, begin + w - 2);
        kl_team_wait(team, r < last ? r + 1 : 0, begin + w - 2);
        front(blk, rows, w);
        kl_team_done(team, begin + w - 1);
    }
    kl_team_done(team, begin + blk->fronts - 2);
    for (int rank = 0; rank < team->ranks; rank++) /* the next tile begins where this one ends */
        kl_team_wait(team, rank, begin + blk->fronts - 2);
}

static void tile(block *blk, band rows)
{
    if (blk->team)
        tile_together(blk, rows);
    else
        tile_alone(blk, rows);
}

static void run_block(block *blk, int64_t tile_rows)
{
    const int64_t rows = kl_lattice_rows(blk->lattice);
    int64_t tiles = (rows + tile_rows - 1) / tile_rows;
    if (rows / tiles < 2 * blk->depth) /* the first tile must not vanish */
        tiles = rows / (2 * blk->depth);
    if (tiles < 2) {
        tile(blk, (band){0, 0, rows, 0});
        return;
    }
    for (int64_t t = 0; t < tiles; t++)
        tile(blk, (band){rows * t / tiles, t == 0 ? 1 : -1, rows * (t + 1) / tiles, -1});
    tile(blk, (band){rows, -1, rows, 1});
}

static void take_step(block *blk, int j, kl_step_of step_of, const void *context)
{
    step_of(context, blk->first + j, &blk->step[j]);
    blk->free[j] = blk->step[j];
    blk->free[j].potential = 0;
}

/* Blocks to and fro. Returns how far the slab has drifted in the end: as many planes of this rank
 * are with the one above, and of the one below here. A rank that is alone always goes up, as memory
 * is fetched. */
static int64_t run_blocks(block *blk, int64_t depth, int64_t tile_rows, int steps,
                          kl_step_of step_of, const void *context)
{
    int64_t drift = 0;
    for (; blk->first < steps; blk->first += blk->depth) {
        blk->depth = steps - blk->first < depth ? steps - blk->first : (int)depth;
        blk->fronts = blk->planes + 2 * blk->depth;
        blk->sign = blk->seams && drift == 0 ? -1 : 1;
        blk->origin = blk->sign > 0 ? -drift : blk->lattice->count - 1;
        if (blk->seams)
            drift -= blk->sign * blk->depth;
        for (int j = 1; j <= blk->depth; j++)
            take_step(blk, j, step_of, context);
        run_block(blk, tile_rows);
    }
    return drift;
}

/* The last `drift` planes, done, go back to the rank below. When all have heard from both sides,
 * nobody works on a seam any more. */
static void go_home(const block *blk, int64_t drift)
{
    const kl_recurrence *r = blk->r;
    const kl_lattice *lattice = blk->lattice;
    const int64_t rows = drift * kl_lattice_rows(lattice);
    kl_piece mine[KL_MOST_ARRAYS], theirs[KL_MOST_ARRAYS];
    MPI_Request request[4];
    int n = 0;
    for (int i = r->keep ? 0 : 2 * blk->width; drift > 0 && i < r->arrays; i++, n++) {
        mine[n] = (kl_piece){kl_seams_plane(r->seams, r->array[i], i, -drift), rows};
        theirs[n] =
            (kl_piece){kl_seams_plane(r->seams, r->array[i], i, lattice->count - drift), rows};
    }
    kl_seams_take(r->seams, 1, theirs, n, &request[0]);
    kl_seams_take(r->seams, 0, NULL, 0, &request[1]);
    kl_seams_give(r->seams, 0, mine, n, &request[2]);
    kl_seams_give(r->seams, 1, NULL, 0, &request[3]);
    for (int i = 0; i < 4; i++)
        kl_seams_finish(&request[i]);
}

/* One step at a time: d = 1, where the slab is one run of sites and its halo one site, and groups
 * without seams. */
static void run_steps(block *blk, int steps, kl_step_of step_of, const void *context)
{
    const kl_lattice *lattice = blk->lattice;
    const kl_recurrence *r = blk->r;
    const int64_t planes = lattice->dimension == 1 ? 1 : lattice->count;
    const band all = {0, 0, kl_lattice_rows(lattice), 0};
    const int width = blk->width;
    kl_halo halo[KL_MOST_ORDERS];
    blk->sign = 1;
    for (; blk->first < steps; blk->first++) {
        for (int k = 0; k < width; k++)
            kl_halo_start(lattice, r->array[blk->first % 2 * width + k],
                          kl_precision_size(r->stencil.precision), &halo[k]);
        take_step(blk, 1, step_of, context);
        for (int k = 0; k < width; k++)
            kl_halo_finish(&halo[k]);
        for (int64_t p = 0; p < planes; p++)
            for (int k = 0; k < width; k++)
                update(blk, 1, k, p, all, nothing);
    }
}

static int width_of(const kl_recurrence *r)
{
    return r->orders > 0 ? r->orders : 1;
}

static bool drifts(const kl_recurrence *r)
{
    return r->stencil.lattice->ranks > 1 && r->seams && r->seams->depth > 0 &&
           r->seams->arrays >= r->arrays &&
           r->seams->element == kl_precision_size(r->stencil.precision);
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

static block block_of(const kl_recurrence *r)
{
    const kl_lattice *lattice = r->stencil.lattice;
    const bool together = is_shared(r);
    return (block){.r = r,
                   .lattice = lattice,
                   .team = together ? lattice->team : NULL,
                   .seams = !together && drifts(r) ? r->seams : NULL,
                   .shared = together || drifts(r),
                   .planes = together ? lattice->sites : lattice->count,
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
    return !r->stencil.lattice->pencils && !is_shared(r) && drifts(r);
}

void kl_recurrence_begin(const kl_recurrence *r)
{
    if (!has_seams(r))
        return;
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
    block blk = block_of(r);
    int64_t shape[2] = {r->blocking.depth, r->blocking.tile}; /* alike in the group */
    const bool whole = lattice->ranks == 1 || blk.team;
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
    blk.around = !blk.seams;
    if (lattice->ranks > 1)
        MPI_Bcast(shape, 2, MPI_INT64_T, 0, lattice->comm);
    if (blk.team) /* what all have written is there */
        MPI_Barrier(lattice->comm);
    if (blk.seams) {
        kl_seams_enter(r->seams, r->array, 0, blk.width);
    }
    const int64_t drift =
        run_blocks(&blk, shape[0] < most ? shape[0] : most, shape[1], steps, step_of, context);
    if (!blk.seams)
        return;
    go_home(&blk, drift);
    if (r->keep)
        kl_seams_leave(r->seams, r->array, 0, 2 * blk.width);
}

int64_t kl_recurrence_sample(const kl_recurrence *r, kl_part part, kl_step_of step_of,
                             const void *context)
{
    const int64_t all = kl_lattice_rows(r->stencil.lattice), tile_rows = r->blocking.tile;
    block blk = block_of(r);
    blk.seams = NULL;
    blk.shared = blk.team != NULL;
    blk.around = true;
    blk.depth = r->blocking.depth;
    blk.fronts = part.planes;
    blk.sign = 1;
    blk.origin = part.first_plane;
    for (int j = 1; j <= blk.depth; j++)
        take_step(&blk, j, step_of, context);
    if (part.rows == all)
        run_block(&blk, tile_rows);
    for (int64_t y = 0; part.rows < all && y < part.rows; y += tile_rows)
        tile(&blk, (band){part.first_row + y, -1, part.first_row + y + tile_rows, -1});
    int64_t updates = 0;
    for (int64_t w = 2; w < part.planes; w++)
        updates += w / 2 < blk.depth ? w / 2 : blk.depth;
    return updates;
}
