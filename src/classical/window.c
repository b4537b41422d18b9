#include "classical/window.h"

#include <math.h>
#include <string.h>

static double power_of(double x, int n)
{
    double product = 1;
    for (int i = 0; i < n; i++)
        product *= x;
    return product;
}

double kl_window_value(const kl_window *w, int dimension, const double x[3])
{
    double value = 1, square = 0;
    for (int j = 0; j < dimension; j++) {
        if (w->shape == KL_WINDOW_GAUSSIAN)
            square += (x[j] - w->center[j]) * (x[j] - w->center[j]);
        else if (w->shape == KL_WINDOW_POWER)
            value *= power_of(x[j], w->power[j]);
        else if (w->shape == KL_WINDOW_BOX && !(w->low[j] <= x[j] && x[j] < w->high[j]))
            return 0;
    }
    return square > 0 ? exp(-square / (2 * w->width * w->width)) : value;
}

double kl_phase_observable_value(const kl_phase_observable *o, const kl_smooth *potential,
                                 const double *z)
{
    const int d = potential->dimension;
    double x[3] = {0}, p[3] = {0}, kinetic = 0;
    memcpy(x, z, (size_t)d * sizeof *x);
    memcpy(p, z + d, (size_t)d * sizeof *p);
    if (!o->energy)
        return kl_window_value(&o->x, d, x) * kl_window_value(&o->p, d, p);
    for (int j = 0; j < d; j++)
        kinetic += p[j] * p[j] / 2;
    return kinetic + kl_smooth_value(potential, x);
}

bool kl_phase_observable_smooth(const kl_phase_observable *o)
{
    return o->energy || (o->x.shape != KL_WINDOW_BOX && o->p.shape != KL_WINDOW_BOX);
}

static void energy_taylor(const kl_smooth *potential, const kl_monomials *of_x,
                          const kl_monomials *m, const double *z, double *c)
{
    const int d = potential->dimension;
    double x[3] = {0}, taylor[64];
    memset(c, 0, (size_t)m->n * sizeof *c);
    memcpy(x, z, (size_t)d * sizeof *x);
    kl_smooth_taylor(potential, of_x, x, taylor);
    for (int i = 0; i < of_x->n; i++) {
        const int at = kl_monomials_find(m, of_x->power[i]);
        if (at >= 0)
            c[at] += taylor[i];
    }
    for (int j = 0; j < d; j++) {
        int power[KL_MONOMIAL_VARIABLES] = {0};
        c[0] += z[d + j] * z[d + j] / 2;
        power[d + j] = 1;
        c[kl_monomials_find(m, power)] += z[d + j];
        power[d + j] = 2;
        c[kl_monomials_find(m, power)] += 0.5;
    }
}

static void axis_taylor(const kl_window *w, int j, double x, double *c)
{
    if (w->shape == KL_WINDOW_GAUSSIAN)
        kl_smooth_bell(x - w->center[j], w->width, KL_JET_DEGREE, c);
    else
        kl_smooth_power(x, w->shape == KL_WINDOW_POWER ? w->power[j] : 0, KL_JET_DEGREE, c);
}

void kl_phase_observable_taylor(const kl_phase_observable *o, const kl_smooth *potential,
                                const kl_monomials *of_x, const kl_monomials *m, const double *z,
                                double *c)
{
    const int d = potential->dimension;
    double axis[KL_MONOMIAL_VARIABLES][KL_JET_DEGREE + 1];
    if (o->energy) {
        energy_taylor(potential, of_x, m, z, c);
        return;
    }
    for (int j = 0; j < 2 * d; j++)
        axis_taylor(j < d ? &o->x : &o->p, j % d, z[j], axis[j]);
    for (int i = 0; i < m->n; i++) {
        c[i] = 1;
        for (int j = 0; j < 2 * d; j++)
            c[i] *= axis[j][m->power[i][j]];
    }
}

/* c *= value + slope.y */
static void times_linear(const kl_monomials *m, double value, const double slope[3], double *c)
{
    for (int i = m->n - 1; i >= 0; i--) { /* none is taken from a lower degree before it is due */
        for (int j = 0; j < m->variables; j++)
            if (m->next[i][j] >= 0)
                c[m->next[i][j]] += slope[j] * c[i];
        c[i] *= value;
    }
}

/* prod_j (R x)_j^(n_j) */
static void turned_power(const kl_window *w, const double r[3][3], const kl_monomials *m,
                         const double x[3], double *c)
{
    memset(c, 0, (size_t)m->n * sizeof *c);
    c[0] = 1;
    for (int j = 0; j < m->variables && w->shape == KL_WINDOW_POWER; j++) {
        const double value = r[j][0] * x[0] + r[j][1] * x[1] + r[j][2] * x[2];
        for (int k = 0; k < w->power[j]; k++)
            times_linear(m, value, r[j], c);
    }
}

void kl_window_turned_taylor(const kl_window *w, const double r[3][3], const kl_monomials *m,
                             const double x[3], double *c)
{
    double axis[3][KL_SMOOTH_DEGREE + 1];
    if (w->shape != KL_WINDOW_GAUSSIAN) {
        turned_power(w, r, m, x, c);
        return;
    }
    for (int j = 0; j < m->variables; j++) {
        const double center =
            r[0][j] * w->center[0] + r[1][j] * w->center[1] + r[2][j] * w->center[2];
        kl_smooth_bell(x[j] - center, w->width, m->degree, axis[j]);
    }
    for (int i = 0; i < m->n; i++) {
        c[i] = 1;
        for (int j = 0; j < m->variables; j++)
            c[i] *= axis[j][m->power[i][j]];
    }
}

static double window_bound(const kl_window *w, int dimension, double x)
{
    double bound = 1;
    for (int j = 0; j < dimension && w->shape == KL_WINDOW_POWER; j++)
        bound *= power_of(x, w->power[j]);
    return bound;
}

double kl_phase_observable_bound(const kl_phase_observable *o, const kl_smooth *potential, double x,
                                 double p)
{
    const int d = potential->dimension;
    double bound = d * p * p / 2;
    if (!o->energy)
        return window_bound(&o->x, d, x) * window_bound(&o->p, d, p);
    for (int t = 0; t < potential->sum.nterms; t++) {
        double product = fabs(potential->sum.term[t].coefficient);
        for (int j = 0; j < d; j++)
            product *= power_of(x, potential->sum.term[t].power[j]);
        bound += product;
    }
    for (int w = 0; w < potential->sum.nwaves; w++)
        bound += hypot(potential->sum.wave[w].sine, potential->sum.wave[w].cosine);
    for (int g = 0; g < potential->ngaussians; g++)
        bound += fabs(potential->gaussian[g].amplitude);
    return bound;
}
