/* Random samples for the tests: splitmix64 (Steele, Lea, Flood, OOPSLA 2014),
 * so that the data owe nothing to the generator under test. */
#ifndef KL_TESTS_STATISTICS_SYNTHETIC_H
#define KL_TESTS_STATISTICS_SYNTHETIC_H

#include "statistics/statistics.h"

#include <math.h>
#include <stdint.h>

enum { LARGEST_SAMPLE = 256 };

typedef struct source {
    uint64_t state;
} source;

typedef double draw_function(source *s);
typedef double moment_function(double r);

static inline double draw_unit(source *s) /* in (0, 1) */
{
    uint64_t z = (s->state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return ((double)(z >> 11) + 0.5) * 0x1p-53;
}

static inline double draw_normal(source *s) /* mean 0, variance 1 */
{
    double radius = sqrt(-2 * log(draw_unit(s)));
    return radius * cos(2 * M_PI * draw_unit(s));
}

static inline double draw_uniform(source *s) /* mean 0, variance 1 */
{
    return sqrt(12.0) * (draw_unit(s) - 0.5);
}

static inline double draw_laplace(source *s) /* mean 0, variance 1 */
{
    double size = -log(draw_unit(s)) / sqrt(2.0);
    return draw_unit(s) < 0.5 ? -size : size;
}

/* (E|Y|^r)^(1/r) of the three distributions. */
static inline double normal_moment(double r)
{
    return pow(exp2(r / 2) * tgamma((r + 1) / 2) / sqrt(M_PI), 1 / r);
}

static inline double uniform_moment(double r)
{
    return sqrt(3.0) * pow(r + 1, -1 / r);
}

static inline double laplace_moment(double r)
{
    return sqrt(0.5) * pow(tgamma(r + 1), 1 / r);
}

static inline bool holds(kl_estimate e, double truth)
{
    return e.low <= truth && truth <= e.high;
}

#endif
