#include "wigner/spreading.h"

#include "base/memory.h"
#include "wigner/pencils.h"

#include <math.h>
#include <stdlib.h>

/* The shell of an integer |x|^2 >= 2: 4^j < |x|^2 <= 4^(j+1). */
static int shell_of(int64_t square)
{
    return (63 - __builtin_clzll((unsigned long long)square - 1)) / 2;
}

int kl_spreading_shells(int dimension, int64_t sites)
{
    const int64_t most = sites / 2;
    return shell_of(most * most * dimension) + 1;
}

typedef struct rows {
    int64_t n;                   /* sites of a row */
    double complex *free_motion; /* [n] the row's own factor of phi */
    double *square;              /* [n] its part of |x|^2 */
    double *re, *im, *density;   /* [n] of the row in work */
} rows;

static int64_t displaced(const kl_lattice *lattice, int64_t i, int64_t start)
{
    return (i - start + lattice->sites) % lattice->sites;
}

static kl_status make_rows(const kl_lattice *lattice, int64_t start,
                           const double complex *last_axis, rows *b, kl_error *err)
{
    const size_t n = (size_t)kl_lattice_row(lattice);
    *b = (rows){.n = (int64_t)n};
    KL_TRY(kl_alloc(n, sizeof *b->free_motion, "row buffers", &b->free_motion, err));
    KL_TRY(kl_alloc(4 * n, sizeof *b->square, "row buffers", &b->square, err));
    b->re = b->square + n;
    b->im = b->square + 2 * n;
    b->density = b->square + 3 * n;
    if (lattice->dimension == 1) { /* a row is a site of axis 0 */
        b->free_motion[0] = 1;
        return KL_OK;
    }
    for (int64_t i = 0; i < b->n; i++) {
        const int64_t at = displaced(lattice, i, start);
        const double x = (double)kl_lattice_coordinate(lattice, at);
        b->free_motion[i] = last_axis[at];
        b->square[i] = x * x;
    }
    return KL_OK;
}

/* Adds the row in b->re, b->im; `factor` and `square` come from the other axes. */
static void add_row(rows *b, double complex factor, double square, double *sum)
{
    for (int64_t i = 0; i < b->n; i++)
        b->density[i] = b->re[i] * b->re[i] + b->im[i] * b->im[i];
    sum[KL_MSD] += square * kl_row_sum(b->n, b->density) + kl_row_dot(b->n, b->density, b->square);
    sum[KL_IPR] += kl_row_dot(b->n, b->density, b->density);
    for (int64_t i = 0; i < b->n; i++) {
        const int64_t s = (int64_t)(square + b->square[i]);
        sum[s <= 1 ? KL_NEAR : KL_SHELLS + shell_of(s)] += b->density[i];
        if (s == 0)
            sum[KL_RETURN] += b->density[i];
    }
    const double fr = creal(factor), fi = cimag(factor);
    for (int64_t i = 0; i < b->n; i++) {
        const double gr = creal(b->free_motion[i]), gi = cimag(b->free_motion[i]);
        b->re[i] -= fr * gr - fi * gi;
        b->im[i] -= fr * gi + fi * gr;
    }
    sum[KL_DEPARTURE] += kl_row_dot(b->n, b->re, b->re) + kl_row_dot(b->n, b->im, b->im);
}

static void add_plane(const kl_state *psi, const int64_t start[3],
                      const double complex *const free_motion[3], int64_t p, rows *b, double *sum)
{
    const kl_lattice *lattice = psi->lattice;
    const int64_t count = kl_lattice_rows(lattice);
    const int64_t z = displaced(lattice, lattice->first + p, start[0]);
    const double dz = (double)kl_lattice_coordinate(lattice, z);
    for (int64_t r = 0; r < count; r++) {
        const int64_t from = kl_lattice_origin(lattice) + (p * count + r) * b->n;
        double complex factor = free_motion[0][z];
        double square = dz * dz;
        if (lattice->dimension == 3) {
            const int64_t y = displaced(lattice, r, start[1]);
            const double dy = (double)kl_lattice_coordinate(lattice, y);
            factor = factor * free_motion[1][y];
            square += dy * dy;
        }
        kl_state_load(psi->precision, psi->re, from, b->n, b->re);
        kl_state_load(psi->precision, psi->im, from, b->n, b->im);
        add_row(b, factor, square, sum);
    }
}

kl_status kl_spreading_measure(const kl_state *psi, const int64_t start[3],
                               const double complex *const free_motion[3], int nshells,
                               double *value, kl_error *err)
{
    const kl_lattice *lattice = psi->lattice;
    const int width = KL_SHELLS + nshells;
    rows b = {0};
    double *table = NULL;
    const int last = lattice->dimension - 1;
    kl_status status = make_rows(lattice, start[last], free_motion[last], &b, err);
    if (status == KL_OK)
        status =
            kl_alloc((size_t)(lattice->count * width), sizeof *table, "plane sums", &table, err);
    KL_GOTO(kl_agree(lattice->comm, status, err));
    for (int64_t p = 0; p < lattice->count; p++)
        add_plane(psi, start, free_motion, p, &b, table + p * width);
    KL_GOTO(kl_planes_sum(lattice, table, width, value, NULL, err));
done:
    free(b.free_motion);
    free(b.square);
    free(table);
    return status;
}
