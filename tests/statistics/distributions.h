/* Distributions with known absolute central moments, and coverage on them. Their scale is
 * free: no statistic under test depends on it. */
#ifndef KL_TESTS_STATISTICS_DISTRIBUTIONS_H
#define KL_TESTS_STATISTICS_DISTRIBUTIONS_H

#include "statistics/synthetic.h"

#include <stdlib.h>

typedef struct distribution {
    const char *name;
    double parameter;
    bool seen; /* its coverage was looked at when the interval's constants were chosen */
    double (*draw)(source *s, double parameter);
    double (*density)(double y, double parameter); /* of Y, mean 0; NULL: moment() */
    double (*moment)(double r, double parameter);  /* E|Y|^r */
} distribution;

static double dist_normal(source *s, double p)
{
    (void)p;
    return draw_normal(s);
}

static double dist_uniform(source *s, double p)
{
    (void)p;
    return draw_unit(s) - 0.5;
}

/* Sum of `shape` exponential intensities: chi^2 with 2 shape degrees of freedom. */
static double dist_gamma(source *s, double shape)
{
    double product = 1;
    for (int i = 0; i < (int)shape; ++i)
        product *= draw_unit(s);
    return -log(product) - shape;
}

static double gamma_density(double y, double shape)
{
    return y > -shape ? exp((shape - 1) * log(y + shape) - (y + shape) - lgamma(shape)) : 0;
}

/* Real part of a sum of `terms` products conj(a) b of complex normal amplitudes: a speckle
 * pattern. One term is Laplace's distribution. */
static double dist_speckle(source *s, double terms)
{
    double sum = 0;
    for (int i = 0; i < 2 * (int)terms; ++i)
        sum += draw_normal(s) * draw_normal(s);
    return sum;
}

static double speckle_moment(double r, double terms) /* normal with variance 2 Gamma(terms) */
{
    return pow(2, r) * tgamma((r + 1) / 2) / sqrt(M_PI) *
           exp(lgamma(terms + r / 2) - lgamma(terms));
}

static double dist_logistic(source *s, double p)
{
    (void)p;
    const double u = draw_unit(s);
    return log(u / (1 - u));
}

static double logistic_density(double y, double p)
{
    (void)p;
    return 1 / ((1 + exp(-y)) * (1 + exp(y)));
}

static double dist_gumbel(source *s, double p)
{
    (void)p;
    return -log(-log(draw_unit(s))) - 0.57721566490153286;
}

static double gumbel_density(double y, double p)
{
    (void)p;
    const double z = y + 0.57721566490153286;
    return exp(-z - exp(-z));
}

/* A normal in which a tenth has `wide` times the deviation. */
static double dist_mixture(source *s, double wide)
{
    return draw_normal(s) * (draw_unit(s) < 0.1 ? wide : 1);
}

static double unit_normal_moment(double r, double p)
{
    (void)p;
    return exp2(r / 2) * tgamma((r + 1) / 2) / sqrt(M_PI);
}

static double mixture_moment(double r, double wide)
{
    return unit_normal_moment(r, 0) * (0.9 + 0.1 * pow(wide, r));
}

static double dist_cosine(source *s, double p)
{
    (void)p;
    return cos(2 * M_PI * draw_unit(s));
}

static double cosine_moment(double r, double p)
{
    (void)p;
    return tgamma((r + 1) / 2) / (sqrt(M_PI) * tgamma(r / 2 + 1));
}

static double unit_uniform_moment(double r, double p)
{
    (void)p;
    return pow(0.5, r) / (r + 1);
}

static const distribution distributions[] = {
    {"normal", 0, true, dist_normal, NULL, unit_normal_moment},
    {"uniform", 0, true, dist_uniform, NULL, unit_uniform_moment},
    {"exponential", 1, true, dist_gamma, gamma_density, NULL},
    {"chi^2, 6", 3, true, dist_gamma, gamma_density, NULL},
    {"chi^2, 16", 8, true, dist_gamma, gamma_density, NULL},
    {"chi^2, 64", 32, true, dist_gamma, gamma_density, NULL},
    {"speckle, 1 term", 1, true, dist_speckle, NULL, speckle_moment},
    {"speckle, 3 terms", 3, true, dist_speckle, NULL, speckle_moment},
    {"speckle, 8 terms", 8, true, dist_speckle, NULL, speckle_moment},
    {"logistic", 0, false, dist_logistic, logistic_density, NULL},
    {"Gumbel", 0, false, dist_gumbel, gumbel_density, NULL},
    {"normal, 10% twice as wide", 2, false, dist_mixture, NULL, mixture_moment},
    {"cosine of a random phase", 0, false, dist_cosine, NULL, cosine_moment},
};
enum { DISTRIBUTIONS = sizeof distributions / sizeof *distributions };

/* (E|Y|^r)^(1/r); from a density by the midpoint rule, to about 1e-6. */
static inline double true_root(const distribution *d, double r)
{
    const double step = 1e-3;
    double sum = 0, mass = 0;
    if (d->moment)
        return pow(d->moment(r, d->parameter), 1 / r);
    for (double y = -60 + step / 2; y < 140; y += step) {
        const double w = d->density(y, d->parameter);
        mass += w;
        sum += w * pow(fabs(y), r);
    }
    return pow(sum / mass, 1 / r);
}

typedef struct outcome {
    double covered; /* fraction of intervals that hold the true value */
    double above;   /* fraction of intervals that lie above it */
    double bias;    /* mean of value - true value, in standard deviations of the value */
    double relative_bias, deviation; /* the same, and that deviation, relative to the true value */
} outcome;

/* `trials` samples of size n. about: the moment about the true mean, taken as known. */
static inline outcome measure(const distribution *d, double r, int n, int trials, bool about)
{
    source s = {(uint64_t)n * 1000003u + (uint64_t)(d - distributions)};
    const double truth = true_root(d, r);
    double *y = malloc((size_t)n * sizeof *y), sum = 0, square = 0;
    int covered = 0, above = 0;
    for (int t = 0; t < trials; ++t) {
        kl_estimate e;
        for (int i = 0; i < n; ++i)
            y[i] = d->draw(&s, d->parameter);
        if (about)
            kl_stats_moment_about(y, n, 0, r, &e, NULL);
        else
            kl_stats_central_moment(y, n, r, &e, NULL);
        covered += holds(e, truth);
        above += e.low > truth;
        sum += e.value / truth - 1;
        square += (e.value / truth - 1) * (e.value / truth - 1);
    }
    free(y);
    const double mean = sum / trials, deviation = sqrt(square / trials - mean * mean);
    return (outcome){(double)covered / trials, (double)above / trials, mean / deviation, mean,
                     deviation};
}

#endif
