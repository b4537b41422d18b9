/* Row kernels for AVX-512: whole vectors of a row, the last one masked; the
 * periodic neighbours of the two end sites are blended into their vectors.
 * Compiler flags in CMakeLists.txt; the plain body where the compiler has none.
 */
#define KL_SET kl_stencil_avx512
#define KL_SET_NAME "avx512"

#if !defined(__AVX512F__) || !defined(__AVX512VL__)
#include "dynamics/stencil_rows.h"
#else
#include "dynamics/stencil.h"

#include <immintrin.h>

#define KL_INLINE static inline __attribute__((always_inline))

/* omega in the precision of psi */
KL_INLINE __m512 omega_single(__mmask16 mask, const float *p)
{
    return _mm512_maskz_loadu_ps(mask, p);
}
KL_INLINE __m512d omega_double(__mmask8 mask, const float *p)
{
    return _mm512_cvtps_pd(_mm256_maskz_loadu_ps(mask, p));
}

#define KL_VECTOR_KERNEL(REAL, ROWS, FN, VEC, MASK, LANES, T, OMEGA)                                 \
    /* Sites i.. of a row under `mask`; first, last: it holds the row's end. */                      \
    KL_INLINE void FN##_vector(int dims, int subtract, int acc, const ROWS *r, int64_t i, MASK mask, \
                               int first, int last, const REAL *c, const REAL *y0, const REAL *y1,   \
                               const REAL *z0, const REAL *z1, const float *omega, REAL *b,          \
                               REAL *sum)                                                            \
    {                                                                                                \
        VEC left = _mm512_maskz_loadu_##T(mask, c + i - 1);                                          \
        VEC right = _mm512_maskz_loadu_##T(mask, c + i + 1);                                         \
        if (first)                                                                                   \
            left = _mm512_mask_blend_##T(1, left, _mm512_set1_##T(c[r->n - 1]));                     \
        if (last)                                                                                    \
            right = _mm512_mask_blend_##T((MASK)(1u << (r->n - 1 - i)), right, _mm512_set1_##T(c[0])); \
        VEC s = _mm512_add_##T(left, right);                                                         \
        if (dims == 3)                                                                               \
            s = _mm512_add_##T(s, _mm512_add_##T(_mm512_maskz_loadu_##T(mask, y0 + i),               \
                                                 _mm512_maskz_loadu_##T(mask, y1 + i)));             \
        if (dims >= 2)                                                                               \
            s = _mm512_add_##T(s, _mm512_add_##T(_mm512_maskz_loadu_##T(mask, z0 + i),               \
                                                 _mm512_maskz_loadu_##T(mask, z1 + i)));             \
        VEC centre = _mm512_maskz_loadu_##T(mask, c + i);                                            \
        VEC diagonal = _mm512_mul_##T(_mm512_set1_##T(r->potential), OMEGA(mask, omega + i));        \
        diagonal = _mm512_add_##T(diagonal, _mm512_set1_##T(r->shift));                              \
        VEC value = _mm512_add_##T(_mm512_mul_##T(_mm512_set1_##T(r->hop), s),                       \
                                   _mm512_mul_##T(diagonal, centre));                                \
        if (subtract || acc) {                                                                       \
            VEC old = _mm512_maskz_loadu_##T(mask, b + i);                                           \
            if (subtract)                                                                            \
                value = _mm512_sub_##T(value, old);                                                  \
            if (acc) {                                                                               \
                VEC total = _mm512_maskz_loadu_##T(mask, sum + i);                                   \
                total = _mm512_add_##T(total, _mm512_mul_##T(_mm512_set1_##T(r->c0), old));          \
                total = _mm512_add_##T(total, _mm512_mul_##T(_mm512_set1_##T(r->c1), value));        \
                _mm512_mask_storeu_##T(sum + i, mask, total);                                        \
            }                                                                                        \
        }                                                                                            \
        _mm512_mask_storeu_##T(b + i, mask, value);                                                  \
    }                                                                                                \
    KL_INLINE void FN(int dims, int subtract, int acc, const ROWS *rows)                             \
    {                                                                                                \
        const ROWS copy = *rows, *r = &copy;                                                         \
        const int64_t n = r->n, tail = (n - 1) / LANES * LANES;                                      \
        const MASK full = (MASK)~(MASK)0, rest = (MASK)(full >> (LANES - (n - tail)));               \
        const int ends = dims > 1;                                                                   \
        for (int64_t y = r->from; y < r->to; y++) {                                                  \
            const int64_t at = y * n, below = (y ? y - 1 : r->rows - 1) * n,                         \
                          above = (y + 1 < r->rows ? y + 1 : 0) * n;                                 \
            const REAL *c = r->c + at, *y0 = r->c + below, *y1 = r->c + above, *z0 = r->z0 + at,     \
                       *z1 = r->z1 + at;                                                             \
            const float *omega = r->omega + at;                                                      \
            REAL *b = r->b + at, *sum = acc ? r->acc + at : b;                                       \
            if (tail > 0)                                                                            \
                FN##_vector(dims, subtract, acc, r, 0, full, ends, 0, c, y0, y1, z0, z1, omega, b,   \
                            sum);                                                                    \
            for (int64_t i = LANES; i < tail; i += LANES)                                            \
                FN##_vector(dims, subtract, acc, r, i, full, 0, 0, c, y0, y1, z0, z1, omega, b, sum); \
            if (tail > 0)                                                                            \
                FN##_vector(dims, subtract, acc, r, tail, rest, 0, ends, c, y0, y1, z0, z1, omega,   \
                            b, sum);                                                                 \
            else                                                                                     \
                FN##_vector(dims, subtract, acc, r, 0, rest, ends, ends, c, y0, y1, z0, z1, omega,   \
                            b, sum);                                                                 \
        }                                                                                            \
    }

KL_VECTOR_KERNEL(float, kl_rows_single, row_single, __m512, __mmask16, 16, ps, omega_single)
KL_VECTOR_KERNEL(double, kl_rows_double, row_double, __m512d, __mmask8, 8, pd, omega_double)

#include "dynamics/stencil_table.h"
#endif
