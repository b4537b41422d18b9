#include "base/memory.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/mman.h>
#endif

enum { PAGE = 4096, LARGE = 8 << 20 };

/* Fewer, larger pages for what is swept through again and again: a hint. */
static void ask_for_large_pages(void *p, size_t bytes)
{
#ifdef MADV_HUGEPAGE
    if (bytes >= LARGE)
        (void)madvise(p, bytes, MADV_HUGEPAGE);
#else
    (void)p, (void)bytes;
#endif
}

kl_status kl_alloc(size_t count, size_t size, const char *what, void *out, kl_error *err)
{
    void *p = NULL;
    size_t bytes;
    *(void **)out = NULL;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX - 64)
        return kl_fail(err, KL_ENVIRONMENT, "%s: %zu x %zu bytes is more than can be addressed",
                       what, count, size);
    bytes = (bytes + 63) / 64 * 64;
    if (bytes == 0)
        bytes = 64;
    if (posix_memalign(&p, bytes < LARGE ? 64 : PAGE, bytes) != 0)
        return kl_fail(err, KL_ENVIRONMENT, "%s: no memory for %.3f GB", what,
                       1e-9 * (double)bytes);
    ask_for_large_pages(p, bytes);
    memset(p, 0, bytes);
    *(void **)out = p;
    return KL_OK;
}

kl_status kl_alloc_nan(size_t count, const char *what, double **out, kl_error *err)
{
    KL_TRY(kl_alloc(count, sizeof **out, what, out, err));
    for (size_t i = 0; i < count; i++)
        (*out)[i] = NAN;
    return KL_OK;
}
