/* Row kernels in plain C for the compiler to vectorise: body of
 * stencil_generic.c and stencil_avx2.c, which differ in compiler flags alone.
 * All sites of a row go through one loop that reads beyond the row's ends; the
 * two sites at the ends are then done again with their periodic neighbours.
 */
#include "dynamics/stencil.h"

#define KL_INLINE static inline __attribute__((always_inline))

#define KL_ROW_KERNEL(REAL, ROWS, FN)                                                              \
    KL_INLINE REAL FN##_value(int dims, REAL left, REAL right, REAL y0, REAL y1, REAL z0, REAL z1, \
                              REAL c, float omega, const ROWS *r)                                  \
    {                                                                                              \
        REAL s = left + right;                                                                     \
        if (dims == 3)                                                                             \
            s = s + (y0 + y1);                                                                     \
        if (dims >= 2)                                                                             \
            s = s + (z0 + z1);                                                                     \
        return r->hop * s + (r->potential * (REAL)omega + r->shift) * c;                           \
    }                                                                                              \
    KL_INLINE void FN##_row(int dims, int subtract, int acc, const ROWS *r, const REAL *c,         \
                            const REAL *y0, const REAL *y1, const REAL *z0, const REAL *z1,        \
                            const float *omega, REAL *restrict b, REAL *restrict sum)              \
    {                                                                                              \
        const int64_t n = r->n, last = n - 1;                                                      \
        const REAL hold[2] = {subtract || acc ? b[0] : 0, subtract || acc ? b[last] : 0};          \
        const REAL held[2] = {acc ? sum[0] : 0, acc ? sum[last] : 0};                              \
        _Pragma("GCC ivdep") for (int64_t i = 0; i < n; i++)                                       \
        {                                                                                          \
            REAL value = FN##_value(dims, c[i - 1], c[i + 1], y0[i], y1[i], z0[i], z1[i], c[i],    \
                                    omega[i], r);                                                  \
            if (subtract)                                                                          \
                value = value - b[i];                                                              \
            if (acc)                                                                               \
                sum[i] = (sum[i] + r->c0 * b[i]) + r->c1 * value;                                  \
            b[i] = value;                                                                          \
        }                                                                                          \
        for (int e = 0; dims > 1 && e < 2; e++) {                                                  \
            const int64_t i = e ? last : 0;                                                        \
            REAL value = FN##_value(dims, e ? c[last - 1] : c[last], e ? c[0] : c[1], y0[i],       \
                                    y1[i], z0[i], z1[i], c[i], omega[i], r);                       \
            if (subtract)                                                                          \
                value = value - hold[e];                                                           \
            if (acc)                                                                               \
                sum[i] = (held[e] + r->c0 * hold[e]) + r->c1 * value;                              \
            b[i] = value;                                                                          \
        }                                                                                          \
    }                                                                                              \
    KL_INLINE void FN(int dims, int subtract, int acc, const ROWS *rows)                           \
    {                                                                                              \
        const ROWS copy = *rows, *r = &copy;                                                       \
        for (int64_t y = r->from; y < r->to; y++) {                                                \
            const int64_t at = y * r->n, below = (y ? y - 1 : r->rows - 1) * r->n,                 \
                          above = (y + 1 < r->rows ? y + 1 : 0) * r->n;                            \
            FN##_row(dims, subtract, acc, r, r->c + at, r->c + below, r->c + above, r->z0 + at,    \
                     r->z1 + at, r->omega + at, r->b + at, acc ? r->acc + at : r->b);              \
        }                                                                                          \
    }

KL_ROW_KERNEL(float, kl_rows_single, row_single)
KL_ROW_KERNEL(double, kl_rows_double, row_double)

#include "dynamics/stencil_table.h"
