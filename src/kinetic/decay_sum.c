/* <x>^(-2 sigma) = int dv exp(sigma v) exp(-e^v (1 + |x|^2))/Gamma(sigma), by the trapezoidal rule
 * in v, which converges exponentially. Where e^v |x|^2 is small for all x in reach, the rest of the
 * sum, two geometric series, is put into one term of the same mass and first moment.
 *
 *   f(k) = sum_x exp(-rate x^2) (-i)^x J_x(2s) exp(-2 pi i k x) is the factor of an axis. */
#include "kinetic/decay_sum.h"

#include "base/bessel.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

static const double step = 0.6;   /* in v: exp(-pi^2/step) = 7e-8 before the constant */
static const double small = 1e-4; /* e^v |x|^2 below it: one term */
static const double last = 3.7;   /* exp(-exp(3.7)) = 3e-18 */

static void fill_terms(double sigma, double square, kl_decay_sum *out)
{
    const double lowest = log(small / square);
    const double scale = step / tgamma(sigma);
    for (int i = 0; i < out->nterms; i++) {
        const double v = lowest + i * step;
        out->rate[i] = exp(v);
        out->weight[i] = scale * exp(sigma * v - out->rate[i]);
    }
    const double mass = scale * exp(sigma * lowest) / -expm1(-sigma * step);
    const double first = scale * exp((sigma + 1) * lowest) / -expm1(-(sigma + 1) * step);
    out->rate[0] = first / mass;
    out->weight[0] = mass * exp(-out->rate[0]);
}

kl_status kl_decay_sum_create(int dimension, double sigma, double last_time, int grid, int nmomenta,
                              kl_decay_sum *out, kl_error *err)
{
    *out = (kl_decay_sum){.dimension = dimension, .nmomenta = nmomenta};
    KL_TRY(kl_bessel_degree(2 * last_time, 1e-12, &out->reach, err));
    const size_t n = (size_t)out->reach + 1;
    const double square = 1 + dimension * (double)out->reach * (double)out->reach;
    out->nterms = 2 + (int)((last - log(small / square)) / step);
    const size_t terms = (size_t)out->nterms, momenta = (size_t)nmomenta;
    KL_TRY(kl_alloc(terms, sizeof *out->weight, "decay", &out->weight, err));
    KL_TRY(kl_alloc(terms, sizeof *out->rate, "decay", &out->rate, err));
    KL_TRY(kl_alloc(n, sizeof *out->bessel, "decay", &out->bessel, err));
    KL_TRY(kl_alloc(n * momenta, sizeof *out->cosine, "decay", &out->cosine, err));
    KL_TRY(kl_alloc(terms * momenta, sizeof *out->factor, "decay", &out->factor, err));
    fill_terms(sigma, square, out);
    for (size_t x = 0; x < n; x++)
        for (int m = 0; m < nmomenta; m++) {
            const long turn = (long)x * m % grid;
            out->cosine[x * momenta + (size_t)m] = cos(2 * M_PI * (double)turn / grid);
        }
    return KL_OK;
}

void kl_decay_sum_destroy(kl_decay_sum *sum)
{
    free(sum->weight);
    free(sum->rate);
    free(sum->bessel);
    free(sum->cosine);
    free(sum->factor);
    *sum = (kl_decay_sum){0};
}

/* Row `term` of the factors: even x are real, odd ones imaginary. */
static void fill_factor(kl_decay_sum *sum, int term, int degree, double *part[2])
{
    const int n = sum->nmomenta;
    for (int m = 0; m < n; m++)
        part[0][m] = part[1][m] = 0;
    for (int x = 0; x <= degree; x++) {
        const double gauss = sum->rate[term] * x * x;
        if (gauss > 40)
            break;
        const double sign = x % 4 == 0 || x % 4 == 3 ? 1 : -1; /* (-i)^x = 1, -i, -1, i */
        const double size = (x ? 2 : 1) * sign * exp(-gauss) * sum->bessel[x];
        const double *cosine = sum->cosine + (size_t)x * (size_t)n;
        double *to = part[x % 2];
        for (int m = 0; m < n; m++)
            to[m] += size * cosine[m];
    }
    for (int m = 0; m < n; m++)
        sum->factor[term * n + m] = part[0][m] + I * part[1][m];
}

kl_status kl_decay_sum_at(kl_decay_sum *sum, double s, kl_error *err)
{
    double *part[2];
    int degree;
    KL_TRY(kl_bessel_degree(2 * s, 1e-12, &degree, err));
    degree = degree < sum->reach ? degree : sum->reach;
    KL_TRY(kl_bessel(2 * s, degree + 1, sum->bessel, err));
    KL_TRY(kl_alloc(2 * (size_t)sum->nmomenta, sizeof *part[0], "decay", &part[0], err));
    part[1] = part[0] + sum->nmomenta;
    for (int term = 0; term < sum->nterms; term++)
        fill_factor(sum, term, degree, part);
    free(part[0]);
    return KL_OK;
}

double complex kl_decay_sum_value(const kl_decay_sum *sum, const int index[3])
{
    double complex value = 0;
    for (int term = 0; term < sum->nterms; term++) {
        const double complex *f = sum->factor + (size_t)term * (size_t)sum->nmomenta;
        double complex product = sum->weight[term] * f[index[0]];
        for (int j = 1; j < sum->dimension; j++)
            product *= f[index[j]];
        value += product;
    }
    return value;
}
