/* Contender: the triad of J. McCalpin's STREAM, a = b + s c, 24 bytes per element
 * counted, in the widest vectors of the processor. */
#include "bench.h"

#include "base/memory.h"
#include "base/stop.h"

#include <stdlib.h>

typedef struct stream {
    size_t n;
    double *a, *b, *c;
} stream;

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
__attribute__((target_clones("avx512f", "avx2", "default")))
#endif
static void
triad(size_t n, double *restrict a, const double *restrict b, const double *restrict c, double s)
{
    for (size_t i = 0; i < n; i++)
        a[i] = b[i] + s * c[i];
}

static bench_time turn(void *self, int repeats)
{
    stream *s = self;
    double start = kl_clock();
    for (int r = 0; r < repeats; r++)
        triad(s->n, s->a, s->b, s->c, 3 + r); /* r: no pass is like the one before */
    return (bench_time){(kl_clock() - start) / repeats, 0};
}

static void destroy(void *self)
{
    stream *s = self;
    free(s->a);
    free(s->b);
    free(s->c);
    free(s);
}

void bench_stream(size_t bytes, bool large_pages, bench_contender *contender)
{
    stream *s;
    kl_error err;
    bench_check(kl_alloc(1, sizeof *s, "STREAM", &s, &err), &err);
    s->n = bytes / sizeof(double);
    double **const arrays[] = {&s->a, &s->b, &s->c};
    for (int i = 0; i < 3; i++)
        if (large_pages)
            bench_check(kl_alloc(s->n, sizeof(double), "STREAM", arrays[i], &err), &err);
        else if (posix_memalign((void **)arrays[i], 64, s->n * sizeof(double)) != 0)
            bench_check(kl_fail(&err, KL_ENVIRONMENT, "STREAM: no memory"), &err);
    for (size_t i = 0; i < s->n; i++) {
        s->a[i] = 0;
        s->b[i] = 2;
        s->c[i] = (double)(i % 7);
    }
    contender->self = s;
    contender->turn = turn;
    contender->destroy = destroy;
}
