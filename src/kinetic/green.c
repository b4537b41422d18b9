#include "kinetic/green.h"

#include <math.h>

/* The branch of the mean that is continuous: of both roots the one nearer to the mean. */
static double complex mean(double complex a, double complex b)
{
    for (int i = 0; i < 60 && cabs(a - b) > 1e-15 * cabs(a); i++) {
        const double complex half = 0.5 * (a + b);
        double complex root = csqrt(a) * csqrt(b);
        if (cabs(half - root) > cabs(half + root))
            root = -root;
        a = half;
        b = root;
    }
    return a;
}

static double complex square(double complex z)
{
    return 1 / (z * mean(1, csqrt(1 - 16 / (z * z))));
}

double complex kl_green(int dimension, double complex z)
{
    if (dimension == 1)
        return 1 / (csqrt(z - 2) * csqrt(z + 2));
    if (dimension == 2)
        return square(z);
    /* cos theta at theta + i b moves by up to sinh b: the strip is as wide as 2 sinh b = Im z. */
    const double strip = asinh(0.5 * cimag(z));
    const int n = 16 + 2 * (int)ceil(18 / strip); /* exp(-n strip) = 2e-16 */
    double complex sum = 0;
    for (int i = 0; i < n; i++)
        sum += square(z - 2 * cos(2 * M_PI * i / n));
    return sum / n;
}
