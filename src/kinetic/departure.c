/* Closed forms: d = 1: G = -i/sqrt(4 - E^2). d = 2, with K the complete elliptic
 * integral of the parameter m (T. Morita, J. Math. Phys. 12 (1971) 1744):
 *
 *   |E| < 4:  G = [sign(E) K(E^2/16) - i K(1 - E^2/16)]/(2 pi)
 *   |E| > 4:  G = 2 K(16/E^2)/(pi E)
 *
 * d = 3: the third axis is integrated, G(E) = int_0^pi dtheta/pi G_2(E - 2 cos theta).
 * G(-E) = -conj G(E) leaves E >= 0. Integrals by the double exponential rule between
 * the singularities: the jump at E = 0 and the logarithms at 4 of G_2, the square
 * roots at 2 and 6 of G_3.
 */
#include "kinetic/departure.h"

#include "kinetic/quadrature.h"

#include <complex.h>
#include <math.h>

enum { INNER = 60, OUTER = 60 }; /* half the nodes of a piece */

/* K of the complementary modulus: pi/(2 agm(1, k')). */
static double elliptic(double complementary)
{
    double a = 1, b = fmax(complementary, 1e-16);
    while (fabs(a - b) > 1e-15 * a) {
        double mean = 0.5 * (a + b);
        b = sqrt(a * b);
        a = mean;
    }
    return M_PI / (a + b);
}

static double complex square_lattice(double energy)
{
    const double e = fabs(energy), sign = energy < 0 ? -1 : 1;
    if (e < 4)
        return (sign * elliptic(0.25 * sqrt((4 - e) * (4 + e))) - I * elliptic(0.25 * e)) /
               (2 * M_PI);
    return sign * 2 / (M_PI * e) * elliptic(sqrt((e - 4) * (e + 4)) / e);
}

typedef double complex (*integrand)(double x, double parameter);

static double complex integral(integrand f, double parameter, double from, double to, int n)
{
    const double length = to - from;
    double complex sum = 0;
    for (int i = -n; i <= n && length > 0; i++) {
        double near, weight;
        kl_double_exponential(n, i, length, &near, &weight);
        sum += weight * f(i < 0 ? from + near : to - near, parameter);
    }
    return kl_double_exponential_scale(n, length) * sum;
}

static double complex third_axis(double theta, double energy)
{
    return square_lattice(energy - 2 * cos(theta)) / M_PI;
}

/* E in [0, 6]. */
static double complex cubic_lattice(double energy, int n)
{
    const double split = acos(energy < 2 ? energy / 2 : energy / 2 - 2);
    return integral(third_axis, energy, 0, split, n) + integral(third_axis, energy, split, M_PI, n);
}

static double complex resolvent(int dimension, double energy, int n)
{
    if (dimension == 1)
        return 0 - I / sqrt((2 - energy) * (2 + energy));
    return dimension == 2 ? square_lattice(energy) : cubic_lattice(energy, n);
}

void kl_resolvent(int dimension, double energy, double *re, double *im)
{
    *re = *im = NAN;
    if (!(fabs(energy) < 2 * dimension))
        return;
    const double complex g = resolvent(dimension, fabs(energy), INNER);
    *re = energy < 0 ? -creal(g) : creal(g);
    *im = cimag(g);
}

double kl_overlap_loss(double re, double im, double time)
{
    const double half = sin(0.5 * time * re), decay = time * im;
    return 2 * exp(decay) * half * half - expm1(decay);
}

/* N (1 - Re exp(-iTG)). */
static double loss(double complex g, double time)
{
    return -cimag(g) / M_PI * kl_overlap_loss(creal(g), cimag(g), time);
}

/* In d = 1 over theta of E = 2 cos theta, where N dE = dtheta/pi. */
static double complex loss1(double theta, double time)
{
    return -expm1(-0.5 * time / sin(theta)) / M_PI;
}

static double complex loss2(double energy, double time)
{
    return loss(square_lattice(energy), time);
}

static double complex loss3(double energy, double time)
{
    return loss(cubic_lattice(energy, INNER), time);
}

static double complex loss3_finer(double energy, double time)
{
    return loss(cubic_lattice(energy, 2 * INNER), time);
}

static double departure(int dimension, double time, int finer)
{
    const int n = OUTER * (1 + finer);
    if (dimension == 1)
        return 4 * creal(integral(loss1, time, 0, M_PI_2, n));
    if (dimension == 2)
        return 4 * creal(integral(loss2, time, 0, 4, n));
    const integrand f = finer ? loss3_finer : loss3;
    return 4 * creal(integral(f, time, 0, 2, n) + integral(f, time, 2, 6, n));
}

double kl_departure(int dimension, double time, double *error)
{
    const double value = departure(dimension, time, 1);
    *error = fabs(value - departure(dimension, time, 0)) + 1e-14;
    return value;
}

double kl_departure_at(int dimension, const double momentum[3], double time)
{
    double energy = 0, re, im;
    for (int j = 0; j < dimension; j++)
        energy += 2 * cos(2 * M_PI * momentum[j]);
    kl_resolvent(dimension, energy, &re, &im);
    return 2 * kl_overlap_loss(re, im, time);
}
