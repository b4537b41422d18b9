#include "classical/smooth.h"

#include <math.h>
#include <string.h>

static double bell_value(const kl_smooth_gaussian *g, int dimension, const double x[3])
{
    double square = 0;
    for (int j = 0; j < dimension; j++)
        square += (x[j] - g->center[j]) * (x[j] - g->center[j]);
    return g->amplitude * exp(-square / (2 * g->width * g->width));
}

double kl_smooth_value(const kl_smooth *f, const double x[3])
{
    double sum = kl_phase_value(&f->sum, x);
    for (int i = 0; i < f->ngaussians; i++)
        sum += bell_value(&f->gaussian[i], f->dimension, x);
    return sum;
}

void kl_smooth_gradient(const kl_smooth *f, const double x[3], double g[3])
{
    memset(g, 0, 3 * sizeof *g);
    kl_phase_gradient(&f->sum, x, g);
    for (int i = 0; i < f->ngaussians; i++) {
        const kl_smooth_gaussian *b = &f->gaussian[i];
        const double value = bell_value(b, f->dimension, x);
        for (int j = 0; j < f->dimension; j++)
            g[j] -= value * (x[j] - b->center[j]) / (b->width * b->width);
    }
}

void kl_smooth_bell(double u, double width, int degree, double *c)
{
    const double w = 1 / (width * width);
    c[0] = exp(-u * u * w / 2);
    for (int n = 0; n < degree; n++) /* g' = -w (u + y) g */
        c[n + 1] = -w * (u * c[n] + (n > 0 ? c[n - 1] : 0)) / (n + 1);
}

void kl_smooth_power(double u, int n, int degree, double *c)
{
    double binomial = 1;
    for (int k = 0; k <= degree; k++) {
        c[k] = 0;
        if (k > n)
            continue;
        c[k] = binomial;
        for (int i = 0; i < n - k; i++)
            c[k] *= u;
        binomial = binomial * (n - k) / (k + 1);
    }
}

/* Adds factor prod_j axis_j(y_j). */
static void add_product(const kl_monomials *m, double factor,
                        const double axis[3][KL_SMOOTH_DEGREE + 1], double *c)
{
    for (int i = 0; i < m->n; i++) {
        double product = factor;
        for (int j = 0; j < m->variables; j++)
            product *= axis[j][m->power[i][j]];
        c[i] += product;
    }
}

static void add_wave(const kl_monomials *m, const kl_phase_wave *w, const double x[3], double *c)
{
    const double angle =
        2 * M_PI * fmod(w->wave[0] * x[0] + w->wave[1] * x[1] + w->wave[2] * x[2], 1);
    const double value = w->sine * sin(angle) + w->cosine * cos(angle),
                 slope = w->sine * cos(angle) - w->cosine * sin(angle);
    double axis[3][KL_SMOOTH_DEGREE + 1];
    for (int j = 0; j < 3; j++) {
        axis[j][0] = 1;
        for (int k = 1; k <= KL_SMOOTH_DEGREE; k++)
            axis[j][k] = axis[j][k - 1] * 2 * M_PI * w->wave[j] / k;
    }
    for (int i = 0; i < m->n; i++) {
        const int degree = kl_monomials_degree(m->power[i]);
        double product = (degree % 2 ? slope : value) * (degree % 4 > 1 ? -1 : 1);
        for (int j = 0; j < m->variables; j++)
            product *= axis[j][m->power[i][j]];
        c[i] += product;
    }
}

void kl_smooth_taylor(const kl_smooth *f, const kl_monomials *m, const double x[3], double *c)
{
    double axis[3][KL_SMOOTH_DEGREE + 1];
    memset(c, 0, (size_t)m->n * sizeof *c);
    for (int t = 0; t < f->sum.nterms; t++) {
        for (int j = 0; j < 3; j++)
            kl_smooth_power(x[j], f->sum.term[t].power[j], KL_SMOOTH_DEGREE, axis[j]);
        add_product(m, f->sum.term[t].coefficient, (const double(*)[KL_SMOOTH_DEGREE + 1]) axis, c);
    }
    for (int w = 0; w < f->sum.nwaves; w++)
        add_wave(m, &f->sum.wave[w], x, c);
    for (int i = 0; i < f->ngaussians; i++) {
        const kl_smooth_gaussian *b = &f->gaussian[i];
        for (int j = 0; j < m->variables; j++)
            kl_smooth_bell(x[j] - b->center[j], b->width, KL_SMOOTH_DEGREE, axis[j]);
        add_product(m, b->amplitude, (const double(*)[KL_SMOOTH_DEGREE + 1]) axis, c);
    }
}
