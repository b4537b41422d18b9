/* A block in one tile: its fronts, and what they wait for.
 *
 * - Of a team: the ranks beside this one have done the front before, since a step reads one row of
 *   theirs, in the plane that it updates.
 * - Of the slab ahead: the planes that follow the slab's last one, before front n; they are given
 *   to the slab behind before front 2K <= n. In a team each rank exchanges its own rows with the
 *   rank at its place in the next node, which has the same ones: all send at once and none gathers.
 *   Whoever reads rows that another rank has taken waits for that one's front, as anywhere.
 *
 * So the rank that is behind all others never waits: its neighbours have done the front before, and
 * the rank ahead has given. While a rank waits, for whatever, MPI goes on with its messages.
 */
#include "dynamics/recurrence_private.h"

/* ---- what passes between slabs ---- */

/* This rank's rows of array i in the q-th plane as step `level` leaves them. */
static int add_rows(const kl_block *blk, int i, int64_t q, kl_band rows, int level, kl_piece *piece)
{
    const int64_t all = kl_lattice_rows(blk->lattice);
    const size_t row =
        (size_t)kl_lattice_row(blk->lattice) * kl_precision_size(blk->r->stencil.precision);
    const int64_t a = kl_band_from(blk, rows, level), b = kl_band_to(blk, rows, level);
    char *plane = kl_block_plane(blk, i, q);
    int n = 0;
    if (a < b && a < all)
        piece[n++] = (kl_piece){plane + (size_t)a * row, (b < all ? b : all) - a};
    if (a < b && b > all) {
        const int64_t from = a > all ? a - all : 0;
        piece[n++] = (kl_piece){plane + (size_t)from * row, b - all - from};
    }
    return n;
}

/* Planes q..q+depth as the first fronts of a tile leave them: the i-th has seen steps up to i. The
 * neighbour needs the rows that its steps from i+1 on come to, which lie in the band of step i of
 * this tile and those before it. Of the last plane it reads what step depth-1 left. */
static int passing(const kl_block *blk, int64_t q, kl_band rows, kl_piece *piece)
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

_Static_assert(2 * KL_BLOCK_DEPTH * KL_MOST_ARRAYS + 2 * KL_MOST_ORDERS <= KL_MOST_PIECES,
               "a tile's planes in one message");

/* The messages of a tile: taken from the slab ahead of the front, given to the one behind. */
typedef struct relay {
    kl_piece piece[KL_MOST_PIECES]; /* of the one that is started: a started message has its own */
    MPI_Request given, taken;
} relay;

static void ask(const kl_block *blk, kl_band rows, relay *with)
{
    const int n = passing(blk, blk->planes, rows, with->piece);
    with->given = MPI_REQUEST_NULL;
    kl_seams_take(blk->seams, blk->sign > 0, with->piece, n, &with->taken);
}

static void give(const kl_block *blk, kl_band rows, relay *with)
{
    const int n = passing(blk, 0, rows, with->piece);
    kl_seams_give(blk->seams, blk->sign < 0, with->piece, n, &with->given);
}

static void test(relay *with)
{
    kl_seams_test(&with->given);
    kl_seams_test(&with->taken);
}

/* ---- a team ---- */

static void wait_for(const kl_block *blk, int rank, int64_t fronts)
{
    int looks = 0;
    while (!kl_team_reached(blk->team, rank, fronts, &looks))
        if (blk->seams)
            kl_seams_progress(blk->seams);
}

/* All ranks of the team have come here, and see what each has done. */
static void meet(const kl_block *blk, int64_t fronts)
{
    kl_team_done(blk->team, fronts);
    for (int rank = 0; rank < blk->team->ranks; rank++)
        wait_for(blk, rank, fronts);
}

/* The tile's rows in equal parts, as it lies in the middle of the block; inside of it the borders
 * do not move. How many ranks have one. */
static int part(kl_block *blk, kl_band rows)
{
    const kl_team *team = blk->team;
    const int64_t a = rows.from + rows.low * (blk->depth + 1) / 2;
    const int64_t b = rows.to + rows.high * (blk->depth + 1) / 2;
    const int64_t most = b - a > 1 ? b - a : 1, parts = most < team->ranks ? most : team->ranks;
    const int r = team->rank, last = (int)parts - 1;
    blk->least = r > 0 ? a + (b - a) * r / parts : INT64_MIN;
    blk->most = r < last ? a + (b - a) * (r + 1) / parts : INT64_MAX;
    return (int)parts;
}

/* ---- the tile ---- */

static void fronts(const kl_block *blk, kl_band rows, int parts, int64_t begin)
{
    const int r = blk->team ? blk->team->rank : 0;
    relay with;
    if (blk->seams)
        ask(blk, rows, &with);
    for (int64_t w = 2; w < blk->fronts; w++) {
        if (blk->seams && w == 2 * blk->depth)
            give(blk, rows, &with);
        if (blk->seams && w == blk->planes)
            kl_seams_finish(&with.taken);
        if (blk->team) {
            wait_for(blk, (r + parts - 1) % parts, begin + w - 2);
            wait_for(blk, (r + 1) % parts, begin + w - 2);
        }
        kl_block_front(blk, rows, w);
        if (blk->team)
            kl_team_done(blk->team, begin + w - 1);
        if (blk->seams)
            test(&with);
    }
    if (blk->seams)
        kl_seams_finish(&with.given);
}

void kl_block_tile(kl_block *blk, kl_band rows)
{
    const int64_t begin = blk->team ? blk->team->fronts : 0;
    const int parts = blk->team ? part(blk, rows) : 1;
    if (!blk->team || blk->team->rank < parts)
        fronts(blk, rows, parts, begin);
    if (blk->team) /* the next tile begins where this one ends */
        meet(blk, begin + blk->fronts - 2);
}

/* When all have heard from both sides, nobody works on a seam any more. */
void kl_block_home(kl_block *blk, int64_t drift)
{
    const kl_recurrence *r = blk->r;
    const kl_seams *seams = blk->seams;
    const size_t row =
        (size_t)kl_lattice_row(blk->lattice) * kl_precision_size(r->stencil.precision);
    kl_piece mine[KL_MOST_PIECES], theirs[KL_MOST_PIECES];
    MPI_Request request[4];
    int n = 0;
    for (int i = r->keep ? 0 : 2 * blk->width; i < r->arrays; i++)
        for (int64_t p = -drift; p < 0; p++, n++) {
            mine[n] = kl_seams_share(seams, kl_seams_plane(seams, r->array[i], i, p), row);
            theirs[n] =
                kl_seams_share(seams, kl_seams_plane(seams, r->array[i], i, blk->planes + p), row);
        }
    kl_seams_take(seams, 1, theirs, n, &request[0]);
    kl_seams_take(seams, 0, NULL, 0, &request[1]);
    kl_seams_give(seams, 0, mine, n, &request[2]);
    kl_seams_give(seams, 1, NULL, 0, &request[3]);
    for (int i = 0; i < 4; i++)
        kl_seams_finish(&request[i]);
    if (blk->team)
        meet(blk, blk->team->fronts + 1);
}
