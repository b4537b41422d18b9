#include "wigner/order_sums.h"

#include "base/memory.h"
#include "wigner/pencils.h"

#include <stdlib.h>

typedef struct rows {
    int n;
    size_t row;   /* sites */
    double *part; /* [n+1][2][row]: re and im of the orders and of what is left of the whole */
} rows;

static double *row_of(const rows *b, int k, int part)
{
    return b->part + ((size_t)k * 2 + (size_t)part) * b->row;
}

static void load(const rows *b, int k, const kl_state *psi, int64_t from)
{
    kl_state_load(psi->precision, psi->re, from, (int64_t)b->row, row_of(b, k, 0));
    kl_state_load(psi->precision, psi->im, from, (int64_t)b->row, row_of(b, k, 1));
}

/* Re <a, b> of rows i and j. */
static double overlap_of(const rows *b, int i, int j)
{
    const int64_t n = (int64_t)b->row;
    return kl_row_dot(n, row_of(b, i, 0), row_of(b, j, 0)) +
           kl_row_dot(n, row_of(b, i, 1), row_of(b, j, 1));
}

/* Adds a row to the sums of its plane: overlaps i <= j, then remainders. */
static void add_row(const rows *b, double *sum)
{
    for (int i = 0; i < b->n; i++)
        for (int j = i; j < b->n; j++)
            *sum++ += overlap_of(b, i, j);
    for (int i = 0; i < b->n; i++) {
        double *left = row_of(b, b->n, 0);
        const double *order = row_of(b, i, 0);
        for (size_t x = 0; x < 2 * b->row; x++)
            left[x] -= order[x];
        *sum++ += overlap_of(b, b->n, b->n);
    }
}

static int columns(int n)
{
    return n * (n + 1) / 2 + n;
}

static void add_planes(const rows *b, const kl_state *psi, const kl_state *whole, double *table)
{
    const kl_lattice *lattice = whole->lattice;
    const int64_t per_plane = kl_lattice_rows(lattice) * kl_lattice_row(lattice);
    for (int64_t at = 0; at < kl_lattice_local(lattice); at += (int64_t)b->row) {
        const int64_t from = kl_lattice_origin(lattice) + at;
        for (int k = 0; k < b->n; k++)
            load(b, k, &psi[k], from);
        load(b, b->n, whole, from);
        add_row(b, table + at / per_plane * columns(b->n));
    }
}

kl_status kl_order_sums(int n, const kl_state *psi, const kl_state *whole, double *overlap,
                        double *remainder, kl_error *err)
{
    const kl_lattice *lattice = whole->lattice;
    const int width = columns(n);
    rows b = {.n = n, .row = (size_t)kl_lattice_row(lattice)};
    double *table = NULL, *sum = NULL;
    kl_status status =
        kl_alloc(2 * (size_t)(n + 1) * b.row, sizeof *b.part, "row buffers", &b.part, err);
    if (status == KL_OK)
        status =
            kl_alloc((size_t)(lattice->count * width), sizeof *table, "plane sums", &table, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)width, sizeof *sum, "sums", &sum, err);
    KL_GOTO(kl_agree(lattice->comm, status, err));
    add_planes(&b, psi, whole, table);
    KL_GOTO(kl_planes_sum(lattice, table, width, sum, NULL, err));
    for (int i = 0, c = 0; i < n; i++)
        for (int j = i; j < n; j++)
            overlap[i * n + j] = overlap[j * n + i] = sum[c++];
    for (int i = 0; i < n; i++)
        remainder[i] = sum[width - n + i];
done:
    free(b.part);
    free(table);
    free(sum);
    return status;
}
