#include "classical/phase.h"

#include <math.h>

static double whole_power(double x, int n)
{
    double product = 1;
    for (int i = 0; i < n; i++)
        product *= x;
    return product;
}

static double turns(const kl_phase_wave *w, const double x[3])
{
    return fmod(w->wave[0] * x[0] + w->wave[1] * x[1] + w->wave[2] * x[2], 1);
}

double kl_phase_value(const kl_phase_sum *phase, const double x[3])
{
    double sum = 0;
    for (int t = 0; t < phase->nterms; t++) {
        double product = phase->term[t].coefficient;
        for (int j = 0; j < 3; j++)
            product *= whole_power(x[j], phase->term[t].power[j]);
        sum += product;
    }
    for (int w = 0; w < phase->nwaves; w++) {
        const double angle = 2 * M_PI * turns(&phase->wave[w], x);
        sum += phase->wave[w].sine * sin(angle) + phase->wave[w].cosine * cos(angle);
    }
    return sum;
}

void kl_phase_gradient(const kl_phase_sum *phase, const double x[3], double v[3])
{
    for (int t = 0; t < phase->nterms; t++)
        for (int i = 0; i < 3; i++) {
            const int *n = phase->term[t].power;
            double product = phase->term[t].coefficient * n[i];
            for (int j = 0; j < 3 && n[i] > 0; j++)
                product *= whole_power(x[j], n[j] - (i == j));
            v[i] += product;
        }
    for (int w = 0; w < phase->nwaves; w++) {
        const double angle = 2 * M_PI * turns(&phase->wave[w], x);
        const double slope =
            2 * M_PI * (phase->wave[w].sine * cos(angle) - phase->wave[w].cosine * sin(angle));
        for (int i = 0; i < 3; i++)
            v[i] += slope * phase->wave[w].wave[i];
    }
}

static double second_derivative(const kl_phase_term *t, const double x[3], int i, int k)
{
    double product = t->coefficient;
    for (int j = 0; j < 3; j++) {
        int n = t->power[j];
        for (int times = (i == j) + (k == j); times > 0; times--)
            product *= n--;
        product *= n < 0 ? 0 : whole_power(x[j], n);
    }
    return product;
}

void kl_phase_hessian(const kl_phase_sum *phase, const double x[3], double a[3][3])
{
    for (int i = 0; i < 3; i++)
        for (int k = 0; k < 3; k++) {
            for (int t = 0; t < phase->nterms; t++)
                a[i][k] += second_derivative(&phase->term[t], x, i, k);
            for (int w = 0; w < phase->nwaves; w++) {
                const kl_phase_wave *q = &phase->wave[w];
                const double angle = 2 * M_PI * turns(q, x);
                a[i][k] -= 4 * M_PI * M_PI * q->wave[i] * q->wave[k] *
                           (q->sine * sin(angle) + q->cosine * cos(angle));
            }
        }
}
