#include "base/normal.h"

#include "base/clones.h"

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

static double tail(double p)
{
    static const double c[8] = {1.42343711074968357734e0,  4.63033784615654529590e0,
                                5.76949722146069140550e0,  3.64784832476320460504e0,
                                1.27045825245236838258e0,  2.41780725177450611770e-1,
                                2.27238449892691845833e-2, 7.74545014278341407640e-4};
    static const double d[7] = {2.05319162663775882187e0,  1.67638483018380384940e0,
                                6.89767334985100004550e-1, 1.48103976427480074590e-1,
                                1.51986665636164571966e-2, 5.47593808499534494600e-4,
                                1.05075007164441684324e-9};
    static const double e[8] = {6.65790464350110377720e0,  5.46378491116411436990e0,
                                1.78482653991729133580e0,  2.96560571828504891230e-1,
                                2.65321895265761230930e-2, 1.24266094738807843860e-3,
                                2.71155556874348757815e-5, 2.01033439929228813265e-7};
    static const double f[7] = {5.99832206555887937690e-1, 1.36929880922735805310e-1,
                                1.48753612908506148525e-2, 7.86869131145613259100e-4,
                                1.84631831751005468180e-5, 1.42151175831644588870e-7,
                                2.04426310338993978564e-15};
    if (p <= 0)
        return -INFINITY;
    if (p >= 1)
        return INFINITY;
    double r = sqrt(-log(p < 0.5 ? p : 1 - p));
    double x = r <= 5 ? ratio(c, d, r - 1.6) : ratio(e, f, r - 5);
    return p < 0.5 ? -x : x;
}

double kl_normal_quantile(double p)
{
    double q = p - 0.5;
    if (fabs(q) <= CENTRE)
        return q * ratio(central_a, central_b, CENTRE_SQUARED - q * q);
    return tail(p);
}

/* The central formula for all: the loop has no branch. */
KL_CLONES static void central(int64_t n, const double *p, double *restrict x)
{
    for (int64_t i = 0; i < n; i++) {
        double q = p[i] - 0.5;
        x[i] = q * ratio(central_a, central_b, CENTRE_SQUARED - q * q);
    }
}

void kl_normal_quantiles(int64_t n, const double *p, double *x)
{
    central(n, p, x);
    for (int64_t i = 0; i < n; i++)
        if (!(fabs(p[i] - 0.5) <= CENTRE))
            x[i] = tail(p[i]);
}
