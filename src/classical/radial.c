#include "classical/radial.h"

#include <math.h>
#include <string.h>

/* out = (2 x.y + |y|^2) in */
static void multiply(const kl_monomials *m, const double x[3], const double *in, double *out)
{
    memset(out, 0, KL_RADIAL_MONOMIALS * sizeof *out);
    for (int i = 0; i < m->n; i++)
        for (int j = 0; j < m->variables && in[i] != 0; j++) {
            const int once = m->next[i][j], twice = once < 0 ? -1 : m->next[once][j];
            if (once >= 0)
                out[once] += 2 * x[j] * in[i];
            if (twice >= 0)
                out[twice] += in[i];
        }
}

void kl_radial_powers(const kl_monomials *m, const double x[3],
                      double power[KL_SMOOTH_DEGREE + 1][KL_RADIAL_MONOMIALS])
{
    memset(power[0], 0, KL_RADIAL_MONOMIALS * sizeof *power[0]);
    power[0][0] = 1;
    for (int n = 0; n < KL_SMOOTH_DEGREE; n++)
        multiply(m, x, power[n], power[n + 1]);
}

/* j_n(u)/u^n by its series, whose terms fall from the first on where u^2 < 2 (2 n + d). */
static double series(int dimension, int n, double u)
{
    double term = 1, sum;
    for (int i = 0; i < n; i++) /* 1/(2^n n!), 1/(2 n + 1)!! */
        term /= dimension + 2 * i;
    sum = term;
    for (int m = 1; fabs(term) > 1e-18; m++) {
        term *= -u * u / (2. * m * (dimension + 2 * (n + m - 1)));
        sum += term;
    }
    return sum;
}

/* b_n = j_n/u^n, u^2 b_(n+1) = (2 n + d - 2) b_n - b_(n-1): upwards where u is large. */
void kl_radial_bessel(int dimension, double k, double r, double value[KL_SMOOTH_DEGREE + 1])
{
    enum { LAST = KL_SMOOTH_DEGREE };
    const double u = k * r;
    double factor = 1, b[LAST + 1];
    if (u < 4) {
        b[LAST] = series(dimension, LAST, u);
        b[LAST - 1] = series(dimension, LAST - 1, u);
        for (int n = LAST - 1; n > 0; n--)
            b[n - 1] = (2 * n + dimension - 2) * b[n] - u * u * b[n + 1];
    } else {
        b[0] = dimension == 2 ? j0(u) : sin(u) / u;
        b[1] = dimension == 2 ? j1(u) / u : (b[0] - cos(u)) / (u * u);
        for (int n = 1; n < LAST; n++)
            b[n + 1] = ((2 * n + dimension - 2) * b[n] - b[n - 1]) / (u * u);
    }
    for (int n = 0; n <= LAST; n++) {
        value[n] = factor * b[n];
        factor *= -k * k / (2 * (n + 1));
    }
}
