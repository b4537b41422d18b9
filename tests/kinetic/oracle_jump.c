#include "oracle_jump.h"

#include <math.h>
#include <string.h>

/* splitmix64, uniform in (0, 1). */
static double uniform(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return ((double)(z >> 11) + 0.5) * 0x1p-53;
}

static double normal(uint64_t *state)
{
    double r = sqrt(-2 * log(uniform(state)));
    return r * cos(2 * M_PI * uniform(state));
}

/* A point of the shell from delta(e(U)-E)/N: propose two angles uniformly, the
 * third from the energy where its |sine| is the largest of the three (that is a
 * partition of the shell); the density 1/|sine| is then bounded by 1/least. */
static void shell_point(double energy, double least, uint64_t *state, double v[3])
{
    for (;;) {
        int j = (int)(3 * uniform(state));
        double angle[3], s = 0, largest = 0;
        for (int i = 1; i < 3; i++) {
            angle[(j + i) % 3] = 2 * M_PI * uniform(state);
            s += cos(angle[(j + i) % 3]);
            largest = fmax(largest, fabs(sin(angle[(j + i) % 3])));
        }
        double c = energy / 2 - s, sine = sqrt((1 - c) * (1 + c));
        if (!(fabs(c) < 1) || sine < largest || uniform(state) * sine > least)
            continue;
        angle[j] = uniform(state) < 0.5 ? acos(c) : -acos(c);
        for (int i = 0; i < 3; i++)
            v[i] = angle[i] / (2 * M_PI);
        return;
    }
}

/* The smallest |cos| on the shell is largest at (x, x, -1) for c = E/2 < 1, at
 * (1, 1, -x) or (x, x, x) beyond: a bound on the largest |sin|. */
static double least_sine(double energy)
{
    double c = fabs(energy) / 2, cosine = c < 1 ? (1 + c) / 2 : fmax(c / 3, 2 - c);
    return sqrt(1 - cosine * cosine);
}

static void start_path(const oracle_start *start, uint64_t *seed, double x[3], double v[3])
{
    for (int j = 0; j < 3; j++)
        x[j] = start->center[j] + (start->site ? 0 : start->width * normal(seed));
    for (int j = 0; j < 3; j++) {
        v[j] = start->p[j];
        for (int i = 0; i < 3; i++)
            v[j] += start->hessian[j][i] * x[i];
        if (start->site)
            v[j] = uniform(seed);
    }
}

void oracle_jump_from(const oracle_start *start, oracle_rate *rate, const void *rate_context,
                      double time, long paths, uint64_t seed, int nout, oracle_function *function,
                      void *context, double *mean, double *error)
{
    double out[16];
    memset(mean, 0, (size_t)nout * sizeof *mean);
    memset(error, 0, (size_t)nout * sizeof *error);
    for (long path = 0; path < paths; path++) {
        double x[3], v[3], left = time, energy = 0;
        start_path(start, &seed, x, v);
        for (int j = 0; j < 3; j++)
            energy += 2 * cos(2 * M_PI * v[j]);
        double often = rate(energy, rate_context), least = least_sine(energy);
        while (left > 0) {
            double wait = fmin(-log(uniform(&seed)) / often, left);
            for (int j = 0; j < 3; j++)
                x[j] -= 2 * sin(2 * M_PI * v[j]) * wait;
            left -= wait;
            if (left > 0)
                shell_point(energy, least, &seed, v);
        }
        function(x, v, out, context);
        for (int i = 0; i < nout; i++) {
            mean[i] += out[i] / (double)paths;
            error[i] += out[i] * out[i] / (double)paths;
        }
    }
    for (int i = 0; i < nout; i++)
        error[i] = sqrt(fmax(error[i] - mean[i] * mean[i], 0) / (double)paths);
}

static double same_rate(double energy, const void *context)
{
    (void)energy;
    return *(const double *)context;
}

void oracle_jump(const double p[3], const double center[3], double width, double rate, double time,
                 long paths, uint64_t seed, int nout, oracle_function *function, void *context,
                 double *mean, double *error)
{
    oracle_start start = {.width = width};
    memcpy(start.p, p, sizeof start.p);
    memcpy(start.center, center, sizeof start.center);
    oracle_jump_from(&start, same_rate, &rate, time, paths, seed, nout, function, context, mean,
                     error);
}
