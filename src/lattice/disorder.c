#include "lattice/disorder.h"

#include "base/normal.h"

#include <Random123/philox.h>
#include <math.h>
#include <string.h>

const char *const kl_distribution_names[] = {"gaussian", "uniform", "bernoulli", "laplace", NULL};

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

static float draw(kl_distribution distribution, uint64_t bits)
{
    /* The middle of one of 2^52 cells, exact in double on both sides of 1/2. */
    double u = ((double)(bits >> 12) + 0.5) * 0x1p-52;
    switch (distribution) {
    case KL_GAUSSIAN:
        return (float)kl_normal_quantile(u);
    case KL_UNIFORM:
        return (float)(1.7320508075688772 * (2 * u - 1));
    case KL_BERNOULLI:
        return bits >> 63 ? 1.0f : -1.0f;
    case KL_LAPLACE:
        return (float)(u < 0.5 ? 0.70710678118654752 * log(2 * u)
                               : -0.70710678118654752 * log(2 * (1 - u)));
    }
    return 0;
}

void kl_disorder_fill(const kl_disorder *disorder, int64_t first, int64_t count, float *omega)
{
    const philox4x64_key_t key = {{disorder->seed, PURPOSE_DISORDER}};
    for (int64_t block = first / 4; block <= (first + count - 1) / 4; block++) {
        philox4x64_ctr_t counter = {{(uint64_t)block, disorder->realization, disorder->point, 0}};
        philox4x64_ctr_t bits = philox4x64(counter, key);
        for (int lane = 0; lane < 4; lane++) {
            int64_t i = 4 * block + lane - first;
            if (i >= 0 && i < count)
                omega[i] = draw(disorder->distribution, bits.v[lane]);
        }
    }
}
