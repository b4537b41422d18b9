/* Body of stencil_generic.c, stencil_avx2.c and stencil_avx512.c, which differ
 * in compiler flags and in KL_VECTOR, the bytes of a vector: the row kernels of
 * stencil_precision.h in both precisions. */
#include "dynamics/stencil.h"

#include <string.h>

#define KL_INLINE      static inline __attribute__((always_inline))
#define KL_JOIN_(a, b) a##b
#define KL_JOIN(a, b)  KL_JOIN_(a, b)

#if KL_VECTOR == 16
#define KL_FLOATS  4
#define KL_DOUBLES 2
#elif KL_VECTOR == 32
#define KL_FLOATS  8
#define KL_DOUBLES 4
#else
#define KL_FLOATS  16
#define KL_DOUBLES 8
#endif

/* Of a row's vectors p, c, n that follow each other: c moved by one site. Vectors as
 * long as a cache line, of which every load at another place takes two, are put together from
 * their neighbours; shorter ones are loaded. */
#ifndef __has_builtin
#define __has_builtin(x) 0
#endif
#if KL_VECTOR < 64 || !__has_builtin(__builtin_shufflevector) /* gcc before 12 */
#define KL_LEFT(p, c, load)  (load)
#define KL_RIGHT(c, n, load) (load)
#else
#define KL_LEFT(p, c, load)  KL_JOIN(KL_LEFT_, LANES)(p, c)
#define KL_RIGHT(c, n, load) KL_JOIN(KL_RIGHT_, LANES)(c, n)
#define KL_LEFT_8(p, c)      __builtin_shufflevector(p, c, 7, 8, 9, 10, 11, 12, 13, 14)
#define KL_RIGHT_8(c, n)     __builtin_shufflevector(c, n, 1, 2, 3, 4, 5, 6, 7, 8)
#define KL_LEFT_16(p, c)                                                                           \
    __builtin_shufflevector(p, c, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30)
#define KL_RIGHT_16(c, n)                                                                          \
    __builtin_shufflevector(c, n, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16)
#endif

/* `bytes` from `memory`, into the outer caches. */
KL_INLINE void bring_near(const char *memory, int64_t bytes)
{
    enum { CACHE_LINE = 64 };
    for (int64_t i = 0; i < bytes; i += CACHE_LINE)
        __builtin_prefetch(memory + i, 0, 2);
}

#define REAL    float
#define ROWS    kl_rows_single
#define LANES   KL_FLOATS
#define NAME(x) KL_JOIN(single_, x)
#include "dynamics/stencil_precision.h"
#undef REAL
#undef ROWS
#undef LANES
#undef NAME

#define REAL    double
#define ROWS    kl_rows_double
#define LANES   KL_DOUBLES
#define NAME(x) KL_JOIN(double_, x)
#include "dynamics/stencil_precision.h"

const kl_stencil_set KL_SET = {
    KL_SET_NAME, {single_1, single_2, single_3}, {double_1, double_2, double_3}};
