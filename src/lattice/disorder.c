#include "lattice/disorder.h"

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

/* Rational approximation: numerator and denominator of degree 7 in r. */
static double ratio(const double a[8], const double b[7], double r)
{
    double p = a[7], q = b[6];
    for (int i = 6; i >= 0; i--)
        p = p * r + a[i];
    for (int i = 5; i >= 0; i--)
        q = q * r + b[i];
    return p / (q * r + 1);
}

double kl_normal_quantile(double p)
{
    static const double a[8] = {3.3871328727963666080e0, 1.3314166789178437745e+2,
                                1.9715909503065514427e+3, 1.3731693765509461125e+4,
                                4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                3.3430575583588128105e+4, 2.5090809287301226727e+3};
    static const double b[7] = {4.2313330701600911252e+1, 6.8718700749205790830e+2,
                                5.3941960214247511077e+3, 2.1213794301586595867e+4,
                                3.9307895800092710610e+4, 2.8729085735721942674e+4,
                                5.2264952788528545610e+3};
    static const double c[8] = {1.42343711074968357734e0, 4.63033784615654529590e0,
                                5.76949722146069140550e0, 3.64784832476320460504e0,
                                1.27045825245236838258e0, 2.41780725177450611770e-1,
                                2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double d[7] = {2.05319162663775882187e0, 1.67638483018380384940e0,
                                6.89767334985100004550e-1, 1.48103976427480074590e-1,
                                1.51986665636164571966e-2, 5.47593808499534494600e-4,
                                1.05075007164441684324e-9};
    static const double e[8] = {6.65790464350110377720e0, 5.46378491116411436990e0,
                                1.78482653991729133580e0, 2.96560571828504891230e-1,
                                2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double f[7] = {5.99832206555887937690e-1, 1.36929880922735805310e-1,
                                1.48753612908506148525e-2, 7.86869131145613259100e-4,
                                1.84631831751005468180e-5, 1.42151175831644588870e-7,
                                2.04426310338993978564e-15};
    double q = p - 0.5;
    if (fabs(q) <= 0.425)
        return q * ratio(a, b, 0.180625 - q * q);
    double r = sqrt(-log(q < 0 ? p : 1 - p));
    double x = r <= 5 ? ratio(c, d, r - 1.6) : ratio(e, f, r - 5);
    return q < 0 ? -x : x;
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
