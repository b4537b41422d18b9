/* One front of a block: which planes it meets, what is asked for beforehand. */
#include "dynamics/recurrence_private.h"

enum { PIECES = 5 };

static int64_t plane_of(const kl_block *blk, int64_t q)
{
    const int64_t n = blk->planes, p = blk->origin + blk->sign * q;
    return !blk->around ? p : p < 0 ? p + n : p < n ? p : p - n;
}

static void *of_others(const kl_block *blk, int i, int64_t p)
{
    const kl_lattice *lattice = blk->lattice;
    const size_t element = kl_precision_size(blk->r->stencil.precision);
    void *array = blk->r->array[i];
    if (blk->seams)
        return kl_seams_plane(blk->seams, array, i, p);
    return kl_lattice_plane_together(lattice, kl_lattice_plane(lattice, array, element, 0), element,
                                     p);
}

static inline void *of_array(const kl_block *blk, int i, int64_t q)
{
    const int64_t p = plane_of(blk, q);
    if (blk->shared)
        return of_others(blk, i, p);
    return kl_lattice_plane(blk->lattice, blk->r->array[i],
                            kl_precision_size(blk->r->stencil.precision), p);
}

void *kl_block_plane(const kl_block *blk, int i, int64_t q)
{
    return of_array(blk, i, q);
}

/* What acts in the step of vector n. */
static const float *of_omega(const kl_block *blk, int n, int64_t q)
{
    const kl_recurrence *r = blk->r;
    const int64_t p = plane_of(blk, q);
    if (blk->seams)
        return kl_seams_omega(blk->seams, r->omega, p);
    if (blk->team)
        return kl_lattice_plane_together(blk->lattice, r->omega, sizeof(float), p);
    return (r->fields && n > 0 ? r->fields[n] : r->omega) + p * blk->lattice->plane;
}

static const kl_ahead nothing = {NULL, 0};

void kl_block_step(kl_block *blk, int j, kl_step_of step_of, const void *context)
{
    step_of(context, blk->first + j, &blk->step[j]);
    blk->free[j] = blk->step[j];
    blk->free[j].potential = 0;
}

void kl_block_update(const kl_block *blk, int j, int n, int64_t q, kl_band rows, kl_ahead ahead)
{
    const int width = blk->width, read = (blk->first + j - 1) % 2;
    const int from = read * width + n, to = (1 - read) * width + n;
    const int64_t all = kl_lattice_rows(blk->lattice);
    const int64_t a = kl_band_from(blk, rows, j), b = kl_band_to(blk, rows, j);
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
static kl_ahead share(const kl_block *blk, int64_t newest, int j, int vector, kl_band rows)
{
    const int64_t all = kl_lattice_rows(blk->lattice), row = blk->lattice->plane / all;
    const size_t element = kl_precision_size(blk->r->stencil.precision);
    const int i = j - 1, n = blk->depth, piece = i * PIECES / n;
    const int first = (piece * n + PIECES - 1) / PIECES;
    const int next = ((piece + 1) * n + PIECES - 1) / PIECES;
    const int64_t low = kl_band_from(blk, rows, 1), high = kl_band_to(blk, rows, 1);
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

void kl_block_front(const kl_block *blk, kl_band rows, int64_t w)
{
    const int64_t n = blk->planes, newest = w + 1 < n ? w + 1 : n + (w + 2 - n) / 2;
    for (int j = w < n ? 1 : (int)(w - n + 2) / 2; j <= blk->depth && 2 * j <= w; j++)
        for (int k = 0; k < blk->width; k++)
            kl_block_update(blk, j, k, w - j, rows, share(blk, newest, j, k, rows));
}
