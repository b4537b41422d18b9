#include "base/normal.h"

#include "base/clones.h"
#include "base/logarithm.h"

#include <math.h>

/* Rational approximation: numerator and denominator of degree 7 in r. */
static inline __attribute__((always_inline)) double ratio(const double a[8], const double b[7],
                                                          double r)
{
    double p = a[7], q = b[6];
    for (int i = 6; i >= 0; i--)
        p = p * r + a[i];
    for (int i = 5; i >= 0; i--)
        q = q * r + b[i];
    return p / (q * r + 1);
}

/* |p - 1/2| <= CENTRE: q times a rational function of CENTRE^2 - q^2. */
static const double CENTRE = 0.425, CENTRE_SQUARED = 0.180625;
static const double central_a[8] = {3.3871328727963666080e0,  1.3314166789178437745e+2,
                                    1.9715909503065514427e+3, 1.3731693765509461125e+4,
                                    4.5921953931549871457e+4, 6.7265770927008700853e+4,
                                    3.3430575583588128105e+4, 2.5090809287301226727e+3};
static const double central_b[7] = {4.2313330701600911252e+1, 6.8718700749205790830e+2,
                                    5.3941960214247511077e+3, 2.1213794301586595867e+4,
                                    3.9307895800092710610e+4, 2.8729085735721942674e+4,
                                    5.2264952788528545610e+3};

/* sqrt(-log min(p, 1-p)) up to 5, and beyond. */
static const double middle_c[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                   5.76949722146069140550e0,  3.64784832476320460504e0,
                                   1.27045825245236838258e0,  2.41780725177450611770e-1,
                                   2.27238449892691845833e-2, 7.74545014278341407640e-4};
static const double middle_d[7] = {2.05319162663775882187e0,  1.67638483018380384940e0,
                                   6.89767334985100004550e-1, 1.48103976427480074590e-1,
                                   1.51986665636164571966e-2, 5.47593808499534494600e-4,
                                   1.05075007164441684324e-9};
static const double far_e[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                1.78482653991729133580e0,  2.96560571828504891230e-1,
                                2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                2.71155556874348757815e-5, 2.01033439929228813265e-7};
static const double far_f[7] = {5.99832206555887937690e-1, 1.36929880922735805310e-1,
                                1.48753612908506148525e-2, 7.86869131145613259100e-4,
                                1.84631831751005468180e-5, 1.42151175831644588870e-7,
                                2.04426310338993978564e-15};
static const double FAR = 1.388794386496402e-11; /* exp(-25), where r = 5 */

static inline __attribute__((always_inline)) double central(double p)
{
    const double q = p - 0.5;
    return q * ratio(central_a, central_b, CENTRE_SQUARED - q * q);
}

static inline __attribute__((always_inline)) double smaller(double p)
{
    const double other = 1 - p;
    return p < other ? p : other;
}

static inline __attribute__((always_inline)) double middle(double p)
{
    const double r = sqrt(-kl_log(smaller(p)));
    return copysign(ratio(middle_c, middle_d, r - 1.6), p - 0.5);
}

static double far(double p)
{
    if (p <= 0)
        return -INFINITY;
    if (p >= 1)
        return INFINITY;
    return copysign(ratio(far_e, far_f, sqrt(-log(smaller(p))) - 5), p - 0.5);
}

double kl_normal_quantile(double p)
{
    if (fabs(p - 0.5) <= CENTRE)
        return central(p);
    return smaller(p) >= FAR ? middle(p) : far(p);
}

/* The central formula for all; then the others (15 in 100) gathered, so that no
 * loop has a branch. n is at most PIECE. */
enum { PIECE = 512, LANES = 8 };

KL_CLONES static void quantiles(int n, const double *restrict p, double *restrict x)
{
    int is_outside[PIECE], at[PIECE + LANES];
    double tail[PIECE + LANES];
    size_t outside = 0;
    int some_far = 0;
    for (int i = 0; i < n; i++) {
        x[i] = central(p[i]);
        is_outside[i] = !(fabs(p[i] - 0.5) <= CENTRE);
    }
    for (int i = 0; i < n; i++) {
        at[outside] = i;
        outside += (size_t)is_outside[i];
    }
    for (int l = 0; l < LANES; l++) /* whole vectors */
        at[outside + (size_t)l] = 0;
    for (size_t i = 0; i < (outside + LANES - 1) / LANES * LANES; i++) {
        const double value = p[at[i]];
        tail[i] = middle(value);
        some_far |= !(smaller(value) >= FAR);
    }
    for (size_t i = 0; i < outside; i++)
        x[at[i]] = tail[i];
    for (size_t i = 0; i < outside && some_far; i++)
        if (!(smaller(p[at[i]]) >= FAR))
            x[at[i]] = far(p[at[i]]);
}

void kl_normal_quantiles(int64_t n, const double *p, double *x)
{
    for (int64_t i = 0; i < n; i += PIECE)
        quantiles((int)(n - i < PIECE ? n - i : PIECE), p + i, x + i);
}
