/* Derivatives of monomials and waves, written out. */
#include "kinetic/gradient.h"

#include <math.h>
#include <string.h>

/* prod_j X_j^n_j without its factor, differentiated along the axes a and b (-1: not). */
static double derivative(const kl_kinetic_term *t, const double x[3], int a, int b)
{
    double product = t->coefficient;
    for (int j = 0; j < 3; j++) {
        int n = t->power[j];
        for (int times = (a == j) + (b == j); times > 0; times--)
            product *= n--;
        for (int i = 0; i < n; i++)
            product *= x[j];
        if (n < 0)
            return 0;
    }
    return product;
}

/* 2 pi wave.X */
static double angle(int d, const kl_kinetic_wave *w, const double x[3])
{
    double turns = 0;
    for (int j = 0; j < d; j++)
        turns += w->wave[j] * x[j];
    return 2 * M_PI * turns;
}

void kl_gradient_at(const kl_kinetic_problem *problem, const double x[3], double v[3])
{
    int d = problem->dimension;
    memset(v, 0, 3 * sizeof *v);
    for (int j = 0; j < d; j++) {
        v[j] = problem->momentum[j];
        for (int i = 0; i < d; i++)
            v[j] += problem->hessian[j][i] * x[i];
        for (int t = 0; t < problem->nterms; t++)
            v[j] += derivative(&problem->term[t], x, j, -1);
    }
    for (int w = 0; w < problem->nwaves; w++) {
        const kl_kinetic_wave *wave = &problem->wave[w];
        double at = angle(d, wave, x);
        for (int j = 0; j < d; j++)
            v[j] += 2 * M_PI * wave->wave[j] * (wave->sine * cos(at) - wave->cosine * sin(at));
    }
}

void kl_gradient_slope(const kl_kinetic_problem *problem, const double x[3],
                       const double direction[3], double out[3])
{
    int d = problem->dimension;
    memset(out, 0, 3 * sizeof *out);
    for (int j = 0; j < d; j++)
        for (int i = 0; i < d; i++) {
            out[j] += problem->hessian[j][i] * direction[i];
            for (int t = 0; t < problem->nterms; t++)
                out[j] += derivative(&problem->term[t], x, j, i) * direction[i];
        }
    for (int w = 0; w < problem->nwaves; w++) {
        const kl_kinetic_wave *wave = &problem->wave[w];
        double at = angle(d, wave, x), along = 0;
        for (int j = 0; j < d; j++)
            along += 2 * M_PI * wave->wave[j] * direction[j];
        for (int j = 0; j < d; j++)
            out[j] -=
                2 * M_PI * wave->wave[j] * along * (wave->sine * sin(at) + wave->cosine * cos(at));
    }
}

void kl_gradient_span(const kl_kinetic_problem *problem, double span[3][3])
{
    int d = problem->dimension;
    memcpy(span, problem->hessian, 9 * sizeof(double));
    for (int i = 0; i < d && problem->nterms + problem->nwaves > 0; i++)
        for (int j = 0; j < d; j++) {
            span[i][j] = 0;
            for (int k = 0; k < d; k++)
                span[i][j] += problem->hessian[i][k] * problem->hessian[k][j];
            for (int t = 0; t < problem->nterms; t++)
                span[i][j] += i == j && problem->term[t].power[i] > 0;
            for (int w = 0; w < problem->nwaves; w++)
                span[i][j] += problem->wave[w].wave[i] * problem->wave[w].wave[j];
        }
}
