/* Derivatives of a mean field, and mean fields of points with formal deviations: see mean_field.h.
 */
#include "classical/mean_field.h"
#include "classical/radial.h"

#include "base/complex.h"

#include <math.h>

/* ---- monomials of rho ---- */

/* <f(x + y)> - f(x) of f = prod_j x_j^(n_j) */
static double moved_power(const kl_monomials *m, const int power[3], const double x[3],
                          const double *moment)
{
    double axis[3][KL_SMOOTH_DEGREE + 1], sum = 0;
    for (int j = 0; j < 3; j++)
        kl_smooth_power(x[j], power[j], KL_SMOOTH_DEGREE, axis[j]);
    for (int i = 1; i < m->n; i++) {
        double product = moment[i - 1];
        for (int j = 0; j < m->variables; j++)
            product *= axis[j][m->power[i][j]];
        sum += product;
    }
    return sum;
}

/* of f = |x|^(2 q) */
static double moved_radius(const kl_monomials *m, int q, const double x[3], const double *moment)
{
    double power[KL_SMOOTH_DEGREE + 1][KL_RADIAL_MONOMIALS], taylor[KL_SMOOTH_DEGREE + 1], sum = 0;
    kl_radial_powers(m, x, power);
    kl_smooth_power(x[0] * x[0] + x[1] * x[1] + x[2] * x[2], q, KL_SMOOTH_DEGREE, taylor);
    for (int n = 1; n <= m->degree; n++)
        for (int i = 1; i < m->n; i++)
            sum += taylor[n] * power[n][i] * moment[i - 1];
    return sum;
}

static double moved_moment(const kl_mean_field *f, const kl_monomials *m, const int *power,
                           const double x[3], const double *moment)
{
    const double unit[3] = {1, 0, 0};
    for (int j = 0; j < m->variables; j++)
        if (f->symmetry.mirror[j] && power[j] % 2)
            return 0;
    return f->symmetry.radial ? kl_phase_symmetry_power(&f->symmetry, power, unit) *
                                    moved_radius(m, kl_monomials_degree(power) / 2, x, moment)
                              : moved_power(m, power, x, moment);
}

/* ---- waves of rho ---- */

/* Taylor coefficients of exp(i a x), or of its even part. */
static void axis_wave(double a, double x, bool mirror, complex double c[KL_SMOOTH_DEGREE + 1])
{
    complex double now = mirror ? cos(a * x) : cexp(CMPLX(0, a * x)),
                   next = mirror ? CMPLX(-a * sin(a * x), 0) : kl_times(CMPLX(0, a), now);
    for (int k = 0; k <= KL_SMOOTH_DEGREE; k++) {
        const complex double after = -a * a * now / ((k + 1) * (k + 2));
        c[k] = now;
        now = next;
        next = after;
    }
}

static complex double moved_wave(const kl_mean_field *f, const kl_monomials *m,
                                 const double wave[3], const double x[3], const double *moment)
{
    complex double axis[3][KL_SMOOTH_DEGREE + 1], sum = 0;
    for (int j = 0; j < m->variables; j++)
        axis_wave(2 * M_PI * wave[j], x[j], f->symmetry.mirror[j], axis[j]);
    for (int i = 1; i < m->n; i++) {
        complex double product = moment[i - 1];
        for (int j = 0; j < m->variables; j++)
            product = kl_times(product, axis[j][m->power[i][j]]);
        sum += product;
    }
    return sum;
}

void kl_mean_field_add_moved(const kl_mean_field *f, const kl_monomials *m, const double x[3],
                             const double *moment, double weight, double *sum)
{
    kl_bells_add_moved(&f->bells, m, x, moment, weight, sum);
    sum += f->bells.n;
    for (int i = 0; i < f->moments.n; i++)
        *sum++ += weight * moved_moment(f, m, f->moments.power[i], x, moment);
    for (int w = 0; w < f->sum.nwaves; w++) {
        const complex double moved = moved_wave(f, m, f->interaction->sum.wave[w].wave, x, moment);
        *sum++ += weight * creal(moved);
        *sum++ += weight * cimag(moved);
    }
}

void kl_mean_field_taylor(const kl_mean_field *f, const kl_monomials *m, const double x[3],
                          double *c)
{
    kl_smooth_taylor(&(kl_smooth){.dimension = m->variables, .sum = f->sum}, m, x, c);
    kl_bells_taylor(&f->bells, f->modes, m, x, c);
}
