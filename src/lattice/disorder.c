#include "lattice/disorder.h"

#include "base/clones.h"
#include "base/logarithm.h"
#include "base/normal.h"
#include "lattice/philox.h"

#include <Random123/philox.h>
#include <math.h>
#include <string.h>

const char *const kl_distribution_names[] = {"gaussian", "uniform", "bernoulli", "laplace", NULL};

enum { CHUNK = 512 };          /* sites at a time, a multiple of 4 */
enum { PURPOSE_DISORDER = 1 }; /* second key word: streams of other purposes differ */

uint64_t kl_disorder_point(const double *parameters, int n)
{
    philox4x64_ctr_t hash = {{0}};
    for (int i = 0; i < n; i++) {
        uint64_t bits;
        double value = parameters[i] + 0.0; /* -0 and 0 are one */
        memcpy(&bits, &value, sizeof bits);
        hash.v[0] ^= bits;
        philox4x64_key_t key = {{(uint64_t)i, (uint64_t)n}};
        hash = philox4x64(hash, key);
    }
    return hash.v[0];
}

/* The middle of one of 2^52 cells of (0, 1), exact in double on both sides of 1/2. */
static inline __attribute__((always_inline)) double uniform(uint64_t bits)
{
    double x;
    bits = bits >> 12 | 0x3ff0000000000000; /* in [1, 2) */
    memcpy(&x, &bits, sizeof x);
    return (x - 1) + 0x1p-53;
}

static inline __attribute__((always_inline)) double laplace(double u)
{
    const double other = 1 - u;
    return copysign(M_SQRT1_2 * kl_log(2 * (u < other ? u : other)), u - 0.5);
}

KL_CLONES static void uniforms(int64_t n, const uint64_t *restrict bits, double *restrict u)
{
    for (int64_t i = 0; i < n; i++)
        u[i] = uniform(bits[i]);
}

KL_CLONES static void shape(kl_distribution distribution, int64_t n, const double *restrict u,
                            double *restrict x)
{
    for (int64_t i = 0; i < n && distribution == KL_UNIFORM; i++)
        x[i] = 1.7320508075688772 * (2 * u[i] - 1);
    for (int64_t i = 0; i < n && distribution == KL_BERNOULLI; i++)
        x[i] = u[i] < 0.5 ? -1 : 1;
    for (int64_t i = 0; i < n && distribution == KL_LAPLACE; i++)
        x[i] = laplace(u[i]);
}

/* bits[n] -> omega[n] */
static void transform(kl_distribution distribution, int64_t n, const uint64_t *bits, float *omega)
{
    double u[CHUNK], x[CHUNK];
    uniforms(n, bits, u);
    if (distribution == KL_GAUSSIAN)
        kl_normal_quantiles(n, u, x);
    else
        shape(distribution, n, u, x);
    for (int64_t i = 0; i < n; i++)
        omega[i] = (float)x[i];
}

void kl_disorder_fill_another(const kl_disorder *disorder, uint64_t number, int64_t first,
                              int64_t count, float *omega)
{
    const uint64_t key[2] = {disorder->seed, PURPOSE_DISORDER | number << 32};
    const uint64_t counter[2] = {disorder->realization, disorder->point};
    const int64_t last = first + count;
    uint64_t bits[CHUNK + 4];
    for (int64_t site = first; site < last;) {
        const int64_t start = site / 4 * 4, end = start + CHUNK < last ? start + CHUNK : last;
        kl_philox_blocks(key, (uint64_t)start / 4, counter, (end - start + 3) / 4, bits);
        transform(disorder->distribution, end - site, bits + (site - start),
                  omega + (site - first));
        site = end;
    }
}

void kl_disorder_fill(const kl_disorder *disorder, int64_t first, int64_t count, float *omega)
{
    kl_disorder_fill_another(disorder, 0, first, count, omega);
}
