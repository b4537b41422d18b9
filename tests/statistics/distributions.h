/* Distributions with known absolute central moments, and coverage on them. Their scale is
 * free: no statistic under test depends on it. */
#ifndef KL_TESTS_STATISTICS_DISTRIBUTIONS_H
#define KL_TESTS_STATISTICS_DISTRIBUTIONS_H

#include "statistics/synthetic.h"

#include <stdlib.h>

/* p: the parameters. */
typedef struct distribution {
    const char *name;
    double p[2];
    bool seen;     /* its coverage was looked at when the interval's constants were chosen */
    double orders; /* the highest order to be tried */
    double (*draw)(source *s, const double *p);
    double (*density)(double y, const double *p); /* of Y, mean 0, to a factor; NULL: moment() */
    double (*moment)(double r, const double *p);  /* E|Y|^r */
} distribution;

static const double EULER = 0.57721566490153286;

static double dist_normal(source *s, const double *p)
{
    (void)p;
    return draw_normal(s);
}

static double dist_uniform(source *s, const double *p)
{
    (void)p;
    return draw_unit(s) - 0.5;
}

static double unit_uniform_moment(double r, const double *p)
{
    (void)p;
    return pow(0.5, r) / (r + 1);
}

/* Sum of `shape` exponential intensities: chi^2 with 2 shape degrees of freedom. */
static double dist_gamma(source *s, const double *p)
{
    double product = 1;
    for (int i = 0; i < (int)p[0]; ++i)
        product *= draw_unit(s);
    return -log(product) - p[0];
}

static double gamma_density(double y, const double *p)
{
    const double shape = p[0];
    return y > -shape ? exp((shape - 1) * log(y + shape) - (y + shape) - lgamma(shape)) : 0;
}

/* Real part of a sum of `terms` products conj(a) b of complex normal amplitudes: a speckle
 * pattern. One term is Laplace's distribution. */
static double dist_speckle(source *s, const double *p)
{
    double sum = 0;
    for (int i = 0; i < 2 * (int)p[0]; ++i)
        sum += draw_normal(s) * draw_normal(s);
    return sum;
}

static double speckle_moment(double r, const double *p) /* normal with variance 2 Gamma(terms) */
{
    return pow(2, r) * tgamma((r + 1) / 2) / sqrt(M_PI) * exp(lgamma(p[0] + r / 2) - lgamma(p[0]));
}

static double dist_logistic(source *s, const double *p)
{
    (void)p;
    const double u = draw_unit(s);
    return log(u / (1 - u));
}

static double logistic_density(double y, const double *p)
{
    (void)p;
    return 1 / ((1 + exp(-y)) * (1 + exp(y)));
}

static double dist_gumbel(source *s, const double *p)
{
    (void)p;
    return -log(-log(draw_unit(s))) - EULER;
}

static double gumbel_density(double y, const double *p)
{
    (void)p;
    const double z = y + EULER;
    return exp(-z - exp(-z));
}

/* A normal of which the share p[0] is p[1] times as wide. */
static double dist_mixture(source *s, const double *p)
{
    return draw_normal(s) * (draw_unit(s) < p[0] ? p[1] : 1);
}

static double mixture_moment(double r, const double *p)
{
    return exp2(r / 2) * tgamma((r + 1) / 2) / sqrt(M_PI) * (1 - p[0] + p[0] * pow(p[1], r));
}

static double dist_cosine(source *s, const double *p)
{
    (void)p;
    return cos(2 * M_PI * draw_unit(s));
}

static double cosine_moment(double r, const double *p)
{
    (void)p;
    return tgamma((r + 1) / 2) / (sqrt(M_PI) * tgamma(r / 2 + 1));
}

static double dist_half_normal(source *s, const double *p)
{
    (void)p;
    return fabs(draw_normal(s)) - sqrt(2 / M_PI);
}

static double half_normal_density(double y, const double *p)
{
    (void)p;
    const double z = y + sqrt(2 / M_PI);
    return z > 0 ? exp(-z * z / 2) : 0;
}

static double dist_lognormal(source *s, const double *p)
{
    return exp(p[0] * draw_normal(s)) - exp(p[0] * p[0] / 2);
}

static double lognormal_density(double y, const double *p)
{
    const double z = y + exp(p[0] * p[0] / 2);
    return z > 0 ? exp(-log(z) * log(z) / (2 * p[0] * p[0])) / z : 0;
}

static double dist_weibull(source *s, const double *p)
{
    return pow(-log(draw_unit(s)), 1 / p[0]) - tgamma(1 + 1 / p[0]);
}

static double weibull_density(double y, const double *p)
{
    const double z = y + tgamma(1 + 1 / p[0]);
    return z > 0 ? pow(z, p[0] - 1) * exp(-pow(z, p[0])) : 0;
}

static double dist_triangular(source *s, const double *p)
{
    (void)p;
    return draw_unit(s) - draw_unit(s);
}

static double triangular_moment(double r, const double *p)
{
    (void)p;
    return 2 / ((r + 1) * (r + 2));
}

static double dist_secant(source *s, const double *p)
{
    (void)p;
    return log(tan(M_PI / 2 * draw_unit(s)));
}

static double secant_density(double y, const double *p)
{
    (void)p;
    return 1 / cosh(y);
}

static double dist_student(source *s, const double *p) /* p[0] even */
{
    const double half = p[0] / 2, chi2 = 2 * (dist_gamma(s, &half) + half);
    return draw_normal(s) / sqrt(chi2 / p[0]);
}

static double student_moment(double r, const double *p)
{
    return pow(p[0], r / 2) * tgamma((r + 1) / 2) * exp(lgamma((p[0] - r) / 2) - lgamma(p[0] / 2)) /
           sqrt(M_PI);
}

/* One coordinate of a random point of the unit disc. */
static double dist_semicircle(source *s, const double *p)
{
    return sqrt(draw_unit(s)) * dist_cosine(s, p);
}

static double semicircle_moment(double r, const double *p)
{
    (void)p;
    return tgamma((r + 1) / 2) / (sqrt(M_PI) * tgamma(r / 2 + 2));
}

static double dist_two_normals(source *s, const double *p)
{
    return draw_normal(s) + (draw_unit(s) < 0.5 ? -p[0] : p[0]);
}

static double two_normals_density(double y, const double *p)
{
    return exp(-(y - p[0]) * (y - p[0]) / 2) + exp(-(y + p[0]) * (y + p[0]) / 2);
}

static double dist_normal_plus_laplace(source *s, const double *p)
{
    (void)p;
    return draw_normal(s) + draw_laplace(s);
}

static double normal_plus_laplace_density(double y, const double *p)
{
    (void)p;
    return exp(M_SQRT2 * y) * erfc((y + M_SQRT2) / M_SQRT2) +
           exp(-M_SQRT2 * y) * erfc((M_SQRT2 - y) / M_SQRT2);
}

/* The second smallest of six uniform numbers: the beta distribution of 2 and 5. */
static double dist_beta(source *s, const double *p)
{
    (void)p;
    double first = 1, second = 1;
    for (int i = 0; i < 6; ++i) {
        const double u = draw_unit(s);
        second = fmin(second, fmax(first, u));
        first = fmin(first, u);
    }
    return second - 2.0 / 7;
}

static double beta_density(double y, const double *p)
{
    (void)p;
    const double z = y + 2.0 / 7;
    return z > 0 && z < 1 ? z * pow(1 - z, 4) : 0;
}

static const distribution distributions[] = {
    {"normal", {0, 1}, true, 12, dist_normal, NULL, mixture_moment},
    {"uniform", {0}, true, 12, dist_uniform, NULL, unit_uniform_moment},
    {"exponential", {1}, true, 12, dist_gamma, gamma_density, NULL},
    {"chi^2, 6", {3}, true, 12, dist_gamma, gamma_density, NULL},
    {"chi^2, 16", {8}, true, 12, dist_gamma, gamma_density, NULL},
    {"chi^2, 64", {32}, true, 12, dist_gamma, gamma_density, NULL},
    {"speckle, 1 term", {1}, true, 12, dist_speckle, NULL, speckle_moment},
    {"speckle, 3 terms", {3}, true, 12, dist_speckle, NULL, speckle_moment},
    {"speckle, 8 terms", {8}, true, 12, dist_speckle, NULL, speckle_moment},
    {"speckle, 2 terms", {2}, true, 12, dist_speckle, NULL, speckle_moment},
    {"logistic", {0}, true, 12, dist_logistic, logistic_density, NULL},
    {"Gumbel", {0}, true, 12, dist_gumbel, gumbel_density, NULL},
    {"normal, 5% twice as wide", {0.05, 2}, true, 12, dist_mixture, NULL, mixture_moment},
    {"normal, 10% twice as wide", {0.1, 2}, true, 12, dist_mixture, NULL, mixture_moment},
    {"normal, 20% 1.7 times", {0.2, 1.7}, true, 12, dist_mixture, NULL, mixture_moment},
    {"normal, 30% 1.5 times", {0.3, 1.5}, true, 12, dist_mixture, NULL, mixture_moment},
    {"cosine of a random phase", {0}, true, 12, dist_cosine, NULL, cosine_moment},
    {"half normal", {0}, true, 12, dist_half_normal, half_normal_density, NULL},
    {"lognormal, 0.25", {0.25}, true, 12, dist_lognormal, lognormal_density, NULL},
    {"Weibull, 1.5", {1.5}, true, 12, dist_weibull, weibull_density, NULL},
    {"triangular", {0}, true, 12, dist_triangular, NULL, triangular_moment},
    {"hyperbolic secant", {0}, true, 12, dist_secant, secant_density, NULL},
    {"Student, 12", {12}, true, 4, dist_student, NULL, student_moment},
    {"Rayleigh", {2}, false, 12, dist_weibull, weibull_density, NULL},
    {"semicircle", {0}, false, 12, dist_semicircle, NULL, semicircle_moment},
    {"two normals at -+1", {1}, false, 12, dist_two_normals, two_normals_density, NULL},
    {"normal plus Laplace",
     {0},
     false,
     12,
     dist_normal_plus_laplace,
     normal_plus_laplace_density,
     NULL},
    {"normal, 15% 1.8 times", {0.15, 1.8}, false, 12, dist_mixture, NULL, mixture_moment},
    {"beta, 2 and 5", {0}, false, 12, dist_beta, beta_density, NULL},
    {"Student, 16", {16}, false, 4, dist_student, NULL, student_moment},
};
enum { DISTRIBUTIONS = sizeof distributions / sizeof *distributions };

/* (E|Y|^r)^(1/r); from a density by the midpoint rule, to 3e-4 where it jumps, else to 1e-5. */
static inline double true_root(const distribution *d, double r)
{
    const double step = 1e-3;
    double sum = 0, mass = 0;
    if (d->moment)
        return pow(d->moment(r, d->p), 1 / r);
    for (double y = -60 + step / 2; y < 140; y += step) {
        const double w = d->density(y, d->p);
        if (w > 0) {
            mass += w;
            sum += w * pow(fabs(y), r);
        }
    }
    return pow(sum / mass, 1 / r);
}

typedef struct outcome {
    double covered; /* fraction of intervals that hold the true value */
    double above;   /* fraction of intervals that lie above it */
    double bias;    /* mean of value - true value, in standard deviations of the value */
    double relative_bias, deviation; /* the same, and that deviation, relative to the true value */
    double width;                    /* mean of (high - low) / value */
} outcome;

static inline void count_in(outcome *o, kl_estimate e, double truth)
{
    o->covered += holds(e, truth);
    o->above += e.low > truth;
    o->relative_bias += e.value / truth - 1;
    o->deviation += (e.value / truth - 1) * (e.value / truth - 1);
    o->width += (e.high - e.low) / e.value;
}

/* `trials` samples of size n, each for all `count` orders: out[k][0] central moments, out[k][1]
 * moments about the true mean, taken as known. */
static inline void measure(const distribution *d, const double *orders, int count, int n,
                           int trials, outcome (*out)[2])
{
    source s = {(uint64_t)n * 1000003u + (uint64_t)(d - distributions)};
    double *truth = malloc((size_t)count * sizeof *truth), *y = malloc((size_t)n * sizeof *y);
    for (int k = 0; k < count; ++k) {
        truth[k] = true_root(d, orders[k]);
        out[k][0] = out[k][1] = (outcome){0};
    }
    for (int t = 0; t < trials; ++t) {
        for (int i = 0; i < n; ++i)
            y[i] = d->draw(&s, d->p);
        for (int k = 0; k < count; ++k) {
            kl_estimate e;
            kl_stats_central_moment(y, n, orders[k], &e, NULL);
            count_in(&out[k][0], e, truth[k]);
            kl_stats_moment_about(y, n, 0, orders[k], &e, NULL);
            count_in(&out[k][1], e, truth[k]);
        }
    }
    for (int k = 0; k < 2 * count; ++k) {
        outcome *o = &out[k / 2][k % 2];
        o->covered /= trials;
        o->above /= trials;
        o->relative_bias /= trials;
        o->deviation = sqrt(o->deviation / trials - o->relative_bias * o->relative_bias);
        o->bias = o->relative_bias / o->deviation;
        o->width /= trials;
    }
    free(y);
    free(truth);
}

#endif
