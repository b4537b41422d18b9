/* Body of stencil_generic.c, stencil_avx2.c and stencil_avx512.c, which differ
 * in compiler flags alone. KL_SET is the name of the kl_stencil_set.
 */
#include "dynamics/stencil.h"

#define KL_INLINE static inline __attribute__((always_inline))

#define KL_ROW_KERNEL(REAL, ROW, FN)                                                             \
    KL_INLINE void FN##_site(int dims, int subtract, int acc, const ROW *r, int64_t i, REAL left, \
                             REAL right, REAL *restrict b, REAL *restrict sum)                   \
    {                                                                                            \
        REAL s = left + right;                                                                   \
        if (dims >= 2)                                                                           \
            s = s + (r->y0[i] + r->y1[i]);                                                       \
        if (dims == 3)                                                                           \
            s = s + (r->z0[i] + r->z1[i]);                                                       \
        REAL value = r->hop * s + (r->potential * (REAL)r->omega[i]) * r->c[i];                  \
        if (subtract)                                                                            \
            value = value - b[i];                                                                \
        if (acc)                                                                                 \
            sum[i] = (sum[i] + r->c0 * b[i]) + r->c1 * value;                                    \
        b[i] = value;                                                                            \
    }                                                                                            \
    KL_INLINE void FN(int dims, int subtract, int acc, const ROW *row)                           \
    {                                                                                            \
        const ROW copy = *row, *r = &copy;                                                       \
        const REAL *restrict c = r->c;                                                           \
        REAL *restrict b = r->b, *restrict sum = r->acc;                                         \
        const int64_t n = r->n, edge = dims == 1 ? 0 : 1;                                        \
        if (dims > 1)                                                                            \
            FN##_site(dims, subtract, acc, r, 0, c[n - 1], c[1], b, sum);                        \
        for (int64_t i = edge; i < n - edge; i++)                                                \
            FN##_site(dims, subtract, acc, r, i, c[i - 1], c[i + 1], b, sum);                    \
        if (dims > 1)                                                                            \
            FN##_site(dims, subtract, acc, r, n - 1, c[n - 2], c[0], b, sum);                    \
    }

KL_ROW_KERNEL(float, kl_row_single, row_single)
KL_ROW_KERNEL(double, kl_row_double, row_double)

#define KL_INSTANCE(FN, ROW, D, S, A)                 \
    static void FN##_##D##S##A(const ROW *row)        \
    {                                                 \
        FN(D, S, A, row);                             \
    }
#define KL_INSTANCES(FN, ROW, D)  \
    KL_INSTANCE(FN, ROW, D, 0, 0) \
    KL_INSTANCE(FN, ROW, D, 0, 1) \
    KL_INSTANCE(FN, ROW, D, 1, 0) \
    KL_INSTANCE(FN, ROW, D, 1, 1)
KL_INSTANCES(row_single, kl_row_single, 1)
KL_INSTANCES(row_single, kl_row_single, 2)
KL_INSTANCES(row_single, kl_row_single, 3)
KL_INSTANCES(row_double, kl_row_double, 1)
KL_INSTANCES(row_double, kl_row_double, 2)
KL_INSTANCES(row_double, kl_row_double, 3)

#define KL_TABLE(FN, D) {{FN##_##D##00, FN##_##D##01}, {FN##_##D##10, FN##_##D##11}}
const kl_stencil_set KL_SET = {
    KL_SET_NAME,
    {KL_TABLE(row_single, 1), KL_TABLE(row_single, 2), KL_TABLE(row_single, 3)},
    {KL_TABLE(row_double, 1), KL_TABLE(row_double, 2), KL_TABLE(row_double, 3)},
};
