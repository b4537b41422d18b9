/* The rows of all numbers, each by one of the ranks, and brought to rank 0 in the order of the
 * numbers. */
#include "summary/rows.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

enum { ROWS_OF_EACH, ROWS, ESTIMATES }; /* tags */

static int64_t numbers_of(const kl_table *t)
{
    return (int64_t)t->r->npoints * t->r->ntimes * t->r->nquantities;
}

/* Of a number. */
static int estimates_of(const kl_table *t)
{
    return kl_table_statistics(t) + 1;
}

/* Numbers rank, rank + ranks, ... are a rank's. */
static int64_t share_of(const kl_table *t, int rank)
{
    return (numbers_of(t) - rank + t->ranks - 1) / t->ranks;
}

/* What a rank has made: its numbers one after the other. */
typedef struct share {
    int *rows;             /* of each */
    kl_row *row;           /* of all */
    kl_estimate *estimate; /* [numbers][statistics] */
} share;

static void destroy_share(share *s)
{
    free(s->rows);
    free(s->row);
    free(s->estimate);
    *s = (share){0};
}

static kl_status create_share(const kl_table *t, int64_t n, share *out, kl_error *err)
{
    const size_t estimates = (size_t)n * (size_t)estimates_of(t);
    *out = (share){0};
    KL_TRY(kl_alloc((size_t)n, sizeof *out->rows, "summary", &out->rows, err));
    return kl_alloc(estimates, sizeof *out->estimate, "summary", &out->estimate, err);
}

/* The estimates of number i out of the table, or into it. */
static void move_estimates(kl_table *t, int64_t i, kl_estimate *other, bool out)
{
    const int q = (int)(i % t->r->nquantities), each = t->r->ntimes * t->r->nquantities;
    const int it = (int)(i % each) / t->r->nquantities;
    for (int s = 0; s < estimates_of(t); s++) {
        kl_estimate *e = kl_table_estimate(t, s, (int)(i / each), it, q);
        *(out ? &other[s] : e) = *(out ? e : &other[s]);
    }
}

/* This rank's; its rows are taken out of the results. */
static kl_status make_share(kl_table *t, share *out, kl_error *err)
{
    const int64_t own = share_of(t, t->rank);
    kl_results *r = t->r;
    KL_TRY(create_share(t, own, out, err));
    for (int64_t k = 0; k < own; k++) {
        const int64_t i = t->rank + k * t->ranks, each = (int64_t)r->ntimes * r->nquantities;
        const int before = r->nrows;
        KL_TRY(kl_number_rows(t, (int)(i / each), (int)(i % each / r->nquantities),
                              (int)(i % r->nquantities), err));
        out->rows[k] = r->nrows - before;
        move_estimates(t, i, out->estimate + k * estimates_of(t), true);
    }
    out->row = r->row;
    r->row = NULL;
    r->nrows = t->rows.room = 0;
    return KL_OK;
}

/* In units of one, whatever their size: counts of MPI are ints. */
static MPI_Datatype type_of(size_t size)
{
    MPI_Datatype type;
    MPI_Type_contiguous((int)size, MPI_BYTE, &type);
    MPI_Type_commit(&type);
    return type;
}

static int64_t sum(const int *rows, int64_t n)
{
    int64_t all = 0;
    for (int64_t i = 0; i < n; i++)
        all += rows[i];
    return all;
}

static void send_share(const kl_table *t, const share *s)
{
    const int64_t n = share_of(t, t->rank);
    MPI_Datatype row = type_of(sizeof(kl_row)),
                 of_each = type_of((size_t)estimates_of(t) * sizeof(kl_estimate));
    MPI_Send(s->rows, (int)n, MPI_INT, 0, ROWS_OF_EACH, t->comm);
    MPI_Send(s->row, (int)sum(s->rows, n), row, 0, ROWS, t->comm);
    MPI_Send(s->estimate, (int)n, of_each, 0, ESTIMATES, t->comm);
    MPI_Type_free(&row);
    MPI_Type_free(&of_each);
}

static void receive_share(const kl_table *t, int rank, const share *s, int64_t rows)
{
    const int64_t n = share_of(t, rank);
    MPI_Datatype row = type_of(sizeof(kl_row)),
                 of_each = type_of((size_t)estimates_of(t) * sizeof(kl_estimate));
    MPI_Recv(s->rows, (int)n, MPI_INT, rank, ROWS_OF_EACH, t->comm, MPI_STATUS_IGNORE);
    MPI_Recv(s->row, (int)rows, row, rank, ROWS, t->comm, MPI_STATUS_IGNORE);
    MPI_Recv(s->estimate, (int)n, of_each, rank, ESTIMATES, t->comm, MPI_STATUS_IGNORE);
    MPI_Type_free(&row);
    MPI_Type_free(&of_each);
}

/* Rank 0 has shares[ranks], the others their own. */
static kl_status exchange(const kl_table *t, share *shares, kl_error *err)
{
    int64_t *rows = NULL, own = sum(shares[0].rows, share_of(t, t->rank));
    kl_status status = KL_OK;
    if (t->ranks == 1)
        return KL_OK;
    if (t->rank == 0)
        status = kl_alloc((size_t)t->ranks, sizeof *rows, "summary", &rows, err);
    KL_TRY(kl_agree(t->comm, status, err));
    MPI_Gather(&own, 1, MPI_INT64_T, rows, 1, MPI_INT64_T, 0, t->comm);
    for (int rank = 1; status == KL_OK && t->rank == 0 && rank < t->ranks; rank++) {
        status = create_share(t, share_of(t, rank), &shares[rank], err);
        if (status == KL_OK)
            status =
                kl_alloc((size_t)rows[rank], sizeof(kl_row), "summary", &shares[rank].row, err);
    }
    status = kl_agree(t->comm, status, err);
    if (status == KL_OK && t->rank > 0)
        send_share(t, &shares[0]);
    for (int rank = 1; status == KL_OK && t->rank == 0 && rank < t->ranks; rank++)
        receive_share(t, rank, &shares[rank], rows[rank]);
    free(rows);
    return status;
}

/* Rank 0: all shares in the order of the numbers. */
static kl_status join(kl_table *t, const share *shares, kl_number_table *out, kl_error *err)
{
    const int64_t n = numbers_of(t);
    KL_TRY(kl_alloc((size_t)n + 1, sizeof *out->start, "summary", &out->start, err));
    for (int64_t i = 0; i < n; i++)
        out->start[i + 1] = out->start[i] + shares[i % t->ranks].rows[i / t->ranks];
    KL_TRY(kl_alloc((size_t)out->start[n], sizeof *out->row, "summary", &out->row, err));
    for (int rank = 0; rank < t->ranks; rank++) {
        const kl_row *from = shares[rank].row;
        for (int64_t k = 0, i = rank; i < n; k++, i += t->ranks) {
            const int rows = shares[rank].rows[k];
            if (rows > 0)
                memcpy(out->row + out->start[i], from, (size_t)rows * sizeof *from);
            from += rows;
            move_estimates(t, i, shares[rank].estimate + k * estimates_of(t), false);
        }
    }
    return KL_OK;
}

kl_status kl_numbers_fill(kl_table *t, kl_number_table *out, kl_error *err)
{
    const int known = t->rank == 0 ? t->ranks : 1;
    share *shares;
    *out = (kl_number_table){0};
    kl_status status =
        kl_table_agree(t, kl_alloc((size_t)known, sizeof *shares, "summary", &shares, err), err);
    if (status == KL_OK)
        status = kl_table_agree(t, make_share(t, &shares[0], err), err);
    if (status == KL_OK)
        status = exchange(t, shares, err);
    if (status == KL_OK && t->rank == 0)
        status = join(t, shares, out, err);
    for (int i = 0; shares && i < known; i++)
        destroy_share(&shares[i]);
    free(shares);
    return kl_table_agree(t, status, err);
}

void kl_numbers_destroy(kl_number_table *numbers)
{
    free(numbers->row);
    free(numbers->start);
    *numbers = (kl_number_table){0};
}
