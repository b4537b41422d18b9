/* Body of stencil_generic.c, stencil_avx2.c and stencil_avx512.c, which differ
 * in compiler flags alone. Rows follow each other in memory, so a run of rows is
 * one long loop for the compiler to vectorise; the two end sites of each row,
 * whose periodic neighbours lie elsewhere, are computed before it and written
 * after it.
 */
#include "dynamics/stencil.h"

#define KL_INLINE static inline __attribute__((always_inline))

enum { MOST_ROWS = 64 }; /* of one run: bounds the store of end sites */

#define KL_ROW_KERNEL(REAL, ROWS, FN)                                                              \
    typedef struct FN##_run {                                                                      \
        const REAL *c, *y0, *y1, *z0, *z1;                                                         \
        const float *omega;                                                                        \
        REAL *b, *sum;                                                                             \
    } FN##_run;                                                                                    \
    /* New b of site i, whose neighbours along the row are left and right. */                      \
    KL_INLINE REAL FN##_value(int dims, int subtract, const ROWS *r, const FN##_run *at,           \
                              int64_t i, int64_t left, int64_t right)                              \
    {                                                                                              \
        REAL s = at->c[left] + at->c[right];                                                       \
        if (dims == 3)                                                                             \
            s = s + (at->y0[i] + at->y1[i]);                                                       \
        if (dims >= 2)                                                                             \
            s = s + (at->z0[i] + at->z1[i]);                                                       \
        REAL diagonal = r->potential * (REAL)at->omega[i];                                         \
        if (!subtract)                                                                             \
            diagonal = diagonal + r->shift;                                                        \
        REAL value = r->hop * s + diagonal * at->c[i];                                             \
        return subtract ? value - at->b[i] : value;                                                \
    }                                                                                              \
    KL_INLINE REAL FN##_total(const ROWS *r, const FN##_run *at, int64_t i, REAL value)            \
    {                                                                                              \
        return (at->sum[i] + r->c0 * at->b[i]) + r->c1 * value;                                    \
    }                                                                                              \
    /* `rows` rows of n sites that follow each other in all arrays. */                             \
    KL_INLINE void FN##_consecutive(int dims, int subtract, int acc, const ROWS *r,                \
                                    const FN##_run *at, int64_t rows)                              \
    {                                                                                              \
        const FN##_run run = *at, *u = &run;                                                       \
        const int64_t n = r->n, sites = rows * n;                                                  \
        REAL end[2 * MOST_ROWS], total[2 * MOST_ROWS];                                             \
        for (int64_t e = 0; dims > 1 && e < 2 * rows; e++) {                                       \
            const int64_t first = e / 2 * n, last = first + n - 1, i = e % 2 ? last : first;       \
            end[e] = FN##_value(dims, subtract, r, u, i, e % 2 ? last - 1 : last,                  \
                                e % 2 ? first : first + 1);                                        \
            total[e] = acc ? FN##_total(r, u, i, end[e]) : 0;                                      \
        }                                                                                          \
        _Pragma("GCC ivdep") for (int64_t i = 0; i < sites; i++)                                   \
        {                                                                                          \
            const REAL value = FN##_value(dims, subtract, r, u, i, i - 1, i + 1);                  \
            if (acc)                                                                               \
                u->sum[i] = FN##_total(r, u, i, value);                                            \
            u->b[i] = value;                                                                       \
        }                                                                                          \
        for (int64_t e = 0; dims > 1 && e < 2 * rows; e++) {                                       \
            const int64_t i = e / 2 * n + (e % 2 ? n - 1 : 0);                                     \
            u->b[i] = end[e];                                                                      \
            if (acc)                                                                               \
                u->sum[i] = total[e];                                                              \
        }                                                                                          \
    }                                                                                              \
    KL_INLINE void FN(int dims, int subtract, int acc, const ROWS *rows)                           \
    {                                                                                              \
        const ROWS copy = *rows, *r = &copy;                                                       \
        for (int64_t y = r->from, next; y < r->to; y = next) {                                     \
            /* The first and the last row of a plane have a y neighbour at its other end. */       \
            const bool edge = dims == 3 && (y == 0 || y == r->rows - 1);                           \
            const int64_t at = y * r->n, stop = r->to < r->rows || dims < 3 ? r->to : r->rows - 1; \
            next = edge ? y + 1 : stop;                                                            \
            next = next > y + MOST_ROWS ? y + MOST_ROWS : next;                                    \
            const FN##_run run = {r->c + at,                                                       \
                                  r->c + (y ? y - 1 : r->rows - 1) * r->n,                         \
                                  r->c + (y + 1 < r->rows ? y + 1 : 0) * r->n,                     \
                                  r->z0 + at,                                                      \
                                  r->z1 + at,                                                      \
                                  r->omega + at,                                                   \
                                  r->b + at,                                                       \
                                  acc ? r->acc + at : r->b + at};                                  \
            FN##_consecutive(dims, subtract, acc, r, &run, next - y);                              \
        }                                                                                          \
    }

KL_ROW_KERNEL(float, kl_rows_single, row_single)
KL_ROW_KERNEL(double, kl_rows_double, row_double)

#define KL_INSTANCE(FN, ROWS, D, S, A)           \
    static void FN##_##D##S##A(const ROWS *rows) \
    {                                            \
        FN(D, S, A, rows);                       \
    }
#define KL_INSTANCES(FN, ROWS, D)  \
    KL_INSTANCE(FN, ROWS, D, 0, 0) \
    KL_INSTANCE(FN, ROWS, D, 1, 0) \
    KL_INSTANCE(FN, ROWS, D, 1, 1)
KL_INSTANCES(row_single, kl_rows_single, 1)
KL_INSTANCES(row_single, kl_rows_single, 2)
KL_INSTANCES(row_single, kl_rows_single, 3)
KL_INSTANCES(row_double, kl_rows_double, 1)
KL_INSTANCES(row_double, kl_rows_double, 2)
KL_INSTANCES(row_double, kl_rows_double, 3)

#define KL_TABLE(FN, D) {FN##_##D##00, FN##_##D##10, FN##_##D##11}
const kl_stencil_set KL_SET = {
    KL_SET_NAME,
    {KL_TABLE(row_single, 1), KL_TABLE(row_single, 2), KL_TABLE(row_single, 3)},
    {KL_TABLE(row_double, 1), KL_TABLE(row_double, 2), KL_TABLE(row_double, 3)},
};
