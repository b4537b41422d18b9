#include "oracle_jump.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLLISIONS = 12, DIMENSIONS = 3 + 3 * COLLISIONS, RATE_NODES = 48 };

/* splitmix64, uniform in [0, 1). */
static double uniform(uint64_t *state)
{
    uint64_t z = (*state += 0x9e3779b97f4a7c15u);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    z ^= z >> 31;
    return (double)(z >> 11) * 0x1p-53;
}

static double factor(double x)
{
    return 1 + M_PI * M_PI * (x * x - x + 1.0 / 6);
}

/* A generating vector for `points`, a power of 2, component by component: each the best of
 * a few drawn at random, by the worst-case error in a Sobolev space of periodic functions
 * (Sloan, Kuo, Joe, Math. Comp. 71 (2002) 1609). Its quality moves the error bars alone. */
static void find_generator(uint32_t points, int dimensions, uint64_t *seed, uint32_t *generator)
{
    enum { CANDIDATES = 24 };
    double *product = malloc(points * sizeof *product);
    for (uint32_t i = 0; i < points; i++)
        product[i] = 1;
    for (int j = 0; j < dimensions; j++) {
        double least = INFINITY;
        for (int candidate = 0; candidate < CANDIDATES; candidate++) {
            uint32_t z = (uint32_t)(uniform(seed) * points) | 1, at = 0;
            double sum = 0;
            for (uint32_t i = 0; i < points; i++, at = (at + z) & (points - 1))
                sum += product[i] * factor((double)at / points);
            if (sum < least)
                generator[j] = z;
            least = fmin(least, sum);
        }
        for (uint32_t i = 0, at = 0; i < points; i++, at = (at + generator[j]) & (points - 1))
            product[i] *= factor((double)at / points);
    }
    free(product);
}

/* The tent makes what is not periodic continuous. */
static double tent(double u)
{
    return fmin(fmax(1 - fabs(2 * u - 1), 1e-16), 1 - 1e-16);
}

/* The quantile of the normal distribution: Abramowitz and Stegun 26.2.23, then Newton. */
static double quantile(double u)
{
    double tail = fmin(u, 1 - u), t = sqrt(-2 * log(tail));
    double z = t - (2.515517 + t * (0.802853 + t * 0.010328)) /
                       (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
    for (int i = 0; i < 3; i++) {
        double density = exp(-z * z / 2) / sqrt(2 * M_PI);
        double step = (0.5 * erfc(z * M_SQRT1_2) - tail) / density;
        z += step / (1 - 0.5 * z * step);
    }
    return u < 0.5 ? -z : z;
}

/* ---- 2 pi N(E): polynomials in y, E = 4 part - 2 cos y, between the van Hove energies ---- */

typedef struct rates {
    double value[3][RATE_NODES];
} rates;

static void fill_rates(rates *r)
{
    for (int part = -1; part <= 1; part++)
        for (int i = 0; i < RATE_NODES; i++) {
            double y = M_PI * 0.5 * (1 - cos(M_PI * (i + 0.5) / RATE_NODES));
            r->value[part + 1][i] = 2 * M_PI * oracle_density_convolution(4 * part - 2 * cos(y));
        }
}

/* weight[n] of the Chebyshev points in y of the energy's part of the band. */
static void interpolate(int n, double energy, double *weight)
{
    int part = energy < -2 ? -1 : energy < 2 ? 0 : 1;
    double y = acos(fmin(fmax((4 * part - energy) / 2, -1), 1)), sum = 0;
    for (int i = 0; i < n; i++) {
        double off = y - M_PI * 0.5 * (1 - cos(M_PI * (i + 0.5) / n));
        off = fabs(off) < 1e-14 ? 1e-14 : off;
        weight[i] = (i % 2 ? -1 : 1) * sin(M_PI * (i + 0.5) / n) / off;
        sum += weight[i];
    }
    for (int i = 0; i < n; i++)
        weight[i] /= sum;
}

static double rate_at(const rates *r, double energy)
{
    double weight[RATE_NODES], sum = 0;
    interpolate(RATE_NODES, energy, weight);
    for (int i = 0; i < RATE_NODES; i++)
        sum += weight[i] * r->value[energy < -2 ? 0 : energy < 2 ? 1 : 2][i];
    return sum;
}

/* ---- the shell ---- */

/* u in [0,1) to [from, to], flat at both ends; returns the slope. */
static double smooth_step(double u, double from, double to, double *out)
{
    *out = from + (to - from) * u * u * (3 - 2 * u);
    return (to - from) * 6 * u * (1 - u);
}

/* An angle of the shell, clustered where the curve that is left is singular, or ends. */
static double first_angle(double energy, double u, double *angle)
{
    double corner = acos(energy / 2);
    if (fabs(energy) >= 2) { /* an arc around 0 or pi */
        double half = acos(fabs(energy) / 2 - 2), centre = energy > 0 ? 0 : M_PI;
        return smooth_step(u, centre - half, centre + half, angle);
    }
    double split = corner / M_PI;
    if (u < split)
        return smooth_step(u / split, -corner, corner, angle) / split;
    return smooth_step((u - split) / (1 - split), corner, 2 * M_PI - corner, angle) / (1 - split);
}

/* cos a + cos b = c: the point at the part u of the period 4 K of a' = sin b, b' = -sin a.
 * Returns K. By the arithmetic-geometric mean (Abramowitz and Stegun 16.4). */
static double curve(double c, double u, double *a, double *b)
{
    enum { STEPS = 12 };
    double mean[STEPS], half[STEPS], kk = c / 2, k2 = (1 - kk) * (1 + kk), other = fabs(kk);
    int n = 0;
    mean[0] = 1;
    half[0] = sqrt(k2);
    while (n + 1 < STEPS && half[n] > 1e-9 * mean[n]) {
        double next = 0.5 * (mean[n] + other);
        half[n + 1] = 0.5 * (mean[n] - other);
        other = sqrt(mean[n] * other);
        mean[++n] = next;
    }
    double phi = ldexp(2 * M_PI * u, n);
    for (int i = n; i > 0; i--)
        phi = 0.5 * (phi + asin(half[i] / mean[i] * sin(phi)));
    double sn = sin(phi), cn = cos(phi), dn = sqrt(kk * kk + k2 * cn * cn), k = sqrt(k2);
    *a = atan2(k * cn + k * kk * sn / dn, kk - k2 * sn * cn / dn);
    *b = atan2(k * cn - k * kk * sn / dn, kk + k2 * sn * cn / dn);
    return M_PI / (2 * mean[n]);
}

/* Momentum v at (u, w); returns 2 pi times the share of the shell per du dw. */
static double shell_point(double energy, double u, double w, double v[3])
{
    double angle[3], slope = first_angle(energy, u, &angle[0]);
    double c = fmin(fmax(energy / 2 - cos(angle[0]), -2), 2);
    double share = curve(c, w, &angle[1], &angle[2]) / (2 * M_PI * M_PI);
    for (int j = 0; j < 3; j++)
        v[j] = angle[j] / (2 * M_PI);
    return slope * share;
}

/* ---- paths ---- */

/* z: X in standard deviations from the centre; with `site`, V. */
static void start_path(const oracle_start *start, const double z[3], double x[3], double v[3])
{
    for (int j = 0; j < 3; j++)
        x[j] = start->center[j] + (start->site ? 0 : start->width * z[j]);
    for (int j = 0; j < 3; j++) {
        v[j] = start->p[j];
        for (int i = 0; i < 3; i++)
            v[j] += start->hessian[j][i] * x[i];
        if (start->site)
            v[j] = z[j];
    }
    if (start->bend)
        start->bend(x, v);
}

static void fly(double x[3], const double v[3], double time)
{
    for (int j = 0; j < 3; j++)
        x[j] -= 2 * sin(2 * M_PI * v[j]) * time;
}

/* Ordered times below when[n] = time; returns the volume they stand for. The integrand
 * is made periodic in u. */
static double collision_times(double time, int n, const double *u, int stride, double *when)
{
    double volume = 1;
    when[n] = time;
    for (int i = n - 1; i >= 0; i--) { /* the last of i + 1 below when[i + 1] */
        when[i] = when[i + 1] * pow(tent(u[stride * i]), 1.0 / (i + 1));
        volume *= time / (i + 1);
    }
    return volume;
}

/* What a term is an integral of. */
typedef struct process {
    const oracle_start *start;
    double time;
    int nout;
    oracle_function *function;
    const void *context;
    rates rate;
    const struct wave *wave;
} process;

static double energy_of(const double v[3])
{
    return 2 * (cos(2 * M_PI * v[0]) + cos(2 * M_PI * v[1]) + cos(2 * M_PI * v[2]));
}

/* The n-th term, at u[3 + 3n]. */
static void whole_path(const process *p, int n, const double *u, double *out)
{
    double when[COLLISIONS + 1], x[3], v[3], z[3], now = 0;
    for (int j = 0; j < 3; j++)
        z[j] = p->start->site ? u[j] : quantile(tent(u[j]));
    start_path(p->start, z, x, v);
    double energy = energy_of(v), weight = exp(-rate_at(&p->rate, energy) * p->time);
    weight *= collision_times(p->time, n, u + 3, 3, when);
    for (int i = 0; i < n; i++) {
        fly(x, v, when[i] - now);
        now = when[i];
        weight *= shell_point(energy, u[4 + 3 * i], u[5 + 3 * i], v);
    }
    fly(x, v, p->time - now);
    p->function(x, v, out, p->context);
    for (int k = 0; k < p->nout; k++)
        out[k] *= weight;
}

/* ---- one wave: the momenta after a collision averaged over the shell ---- */

enum { WAVE_TIMES = 32, WAVE_ENERGIES = 40, ARC = 28, PERIOD = 40 };

/* mean[m][part][energy][k]: Chebyshev coefficients in tau of
 * int dU delta(e-E) cos(2 pi (m mode.U - xi.v tau)), m = 0 and 1. */
typedef struct wave {
    double xi[3], mean[2][3][WAVE_ENERGIES][WAVE_TIMES];
    int mode[3];
} wave;

/* Adds a curve of the shell, theta_1 = angle, to the values at all tau. */
static void add_curve(const wave *w, double energy, double angle, double weight, double time,
                      double value[2][WAVE_TIMES])
{
    double c = fmin(fmax(energy / 2 - cos(angle), -2), 2);
    for (int i = 0; i < PERIOD; i++) {
        double theta[3] = {angle}, drift = 0, phase = 0;
        double share = weight / PERIOD * curve(c, (i + 0.5) / PERIOD, &theta[1], &theta[2]) /
                       (4 * M_PI * M_PI * M_PI);
        for (int j = 0; j < 3; j++) {
            drift -= 4 * M_PI * w->xi[j] * sin(theta[j]);
            phase += w->mode[j] * theta[j];
        }
        for (int t = 0; t < WAVE_TIMES; t++) {
            double tau = 0.5 * time * (1 - cos(M_PI * (t + 0.5) / WAVE_TIMES));
            value[0][t] += share * cos(drift * tau);
            value[1][t] += share * cos(phase - drift * tau);
        }
    }
}

/* One energy: arcs of theta_1 graded to where the curve is singular. */
static void wave_energy(wave *w, double energy, double time, int part, int at)
{
    double x[ARC], weight[ARC], value[2][WAVE_TIMES] = {{0}}, arc[2][2];
    double inner = fabs(energy) < 2 ? acos(energy / 2) : energy < 0 ? M_PI : 0;
    double outer = fabs(energy) < 2 ? 0 : acos(fabs(energy) / 2 - 2);
    arc[0][0] = arc[1][0] = inner; /* the singular end */
    arc[0][1] = energy <= -2 ? M_PI - outer : outer;
    arc[1][1] = M_PI;
    oracle_gauss(ARC, 0, 1, x, weight);
    for (int a = 0; a <= (fabs(energy) < 2); a++)
        for (int i = 0; i < ARC; i++) { /* twice, for U -> -U gives the same */
            double length = arc[a][1] - arc[a][0];
            double angle = arc[a][0] + length * pow(x[i], 4);
            add_curve(w, energy, angle, 2 * weight[i] * fabs(length) * 4 * pow(x[i], 3), time,
                      value);
        }
    for (int m = 0; m < 2; m++)
        for (int k = 0; k < WAVE_TIMES; k++) {
            double sum = 0;
            for (int t = 0; t < WAVE_TIMES; t++)
                sum += value[m][t] * cos(M_PI * k * (t + 0.5) / WAVE_TIMES);
            w->mean[m][part + 1][at][k] = sum * (k ? 2.0 : 1.0) / WAVE_TIMES;
        }
}

static void fill_wave(wave *w, double time)
{
    for (int part = -1; part <= 1; part++)
        for (int i = 0; i < WAVE_ENERGIES; i++) {
            double y = M_PI * 0.5 * (1 - cos(M_PI * (i + 0.5) / WAVE_ENERGIES));
            wave_energy(w, 4 * part - 2 * cos(y), time, part, i);
        }
}

/* row[m][k] at one energy. */
static void wave_row(const wave *w, double energy, double row[2][WAVE_TIMES])
{
    int part = energy < -2 ? 0 : energy < 2 ? 1 : 2;
    double weight[WAVE_ENERGIES];
    interpolate(WAVE_ENERGIES, energy, weight);
    memset(row, 0, 2 * WAVE_TIMES * sizeof(double));
    for (int i = 0; i < WAVE_ENERGIES; i++)
        for (int m = 0; m < 2; m++)
            for (int k = 0; k < WAVE_TIMES; k++)
                row[m][k] += weight[i] * w->mean[m][part][i][k];
}

/* sum_k row[k] T_k(1 - 2 tau/time) */
static double wave_mean(const double *row, double tau, double time)
{
    double x = 1 - 2 * tau / time, next = 0, after = 0;
    for (int k = WAVE_TIMES - 1; k > 0; k--) {
        double here = 2 * x * next - after + row[k];
        after = next;
        next = here;
    }
    return x * next - after + row[0];
}

/* The n-th term of exp(2 pi i (mode.V - xi.X)), at u[3 + n]. */
static void averaged_path(const process *p, int n, const double *u, double *out)
{
    double when[COLLISIONS + 1], row[2][WAVE_TIMES], x[3], v[3], z[3], phase = 0, weight = 1;
    for (int j = 0; j < 3; j++)
        z[j] = p->start->site ? u[j] : quantile(tent(u[j]));
    start_path(p->start, z, x, v);
    double energy = energy_of(v);
    weight *= exp(-rate_at(&p->rate, energy) * p->time);
    weight *= collision_times(p->time, n, u + 3, 1, when);
    if (n)
        wave_row(p->wave, energy, row);
    for (int i = 0; i < n; i++)
        weight *= 2 * M_PI * wave_mean(row[i + 1 == n], when[i + 1] - when[i], p->time);
    fly(x, v, when[0]);
    for (int j = 0; j < 3; j++)
        phase += 2 * M_PI * ((n ? 0 : p->wave->mode[j] * v[j]) - p->wave->xi[j] * x[j]);
    out[0] = weight * cos(phase);
    out[1] = weight * sin(phase);
}

/* ---- sums ---- */

typedef void integrand(const process *p, int n, const double *u, double *out);

/* The term of n collisions under every shift, added to sum[ORACLE_SHIFTS]. */
static void add_term(const process *p, integrand *f, int n, int dimensions, int level,
                     uint64_t *seed, double sum[][ORACLE_OUTPUTS])
{
    double shift[DIMENSIONS], u[DIMENSIONS], out[ORACLE_OUTPUTS];
    uint32_t points = (uint32_t)1 << level, generator[DIMENSIONS];
    find_generator(points, dimensions, seed, generator);
    for (int s = 0; s < ORACLE_SHIFTS; s++) {
        for (int j = 0; j < dimensions; j++)
            shift[j] = uniform(seed);
        for (uint32_t i = 0; i < points; i++) {
            for (int j = 0; j < dimensions; j++) {
                u[j] = (double)((uint64_t)i * generator[j] % points) / points + shift[j];
                u[j] -= u[j] >= 1;
            }
            f(p, n, u, out);
            for (int k = 0; k < p->nout; k++)
                sum[s][k] += out[k] / points;
        }
    }
}

/* Terms of first..last collisions, `each` coordinates a collision. */
static void sum_terms(const process *p, integrand *f, int first, int last, int each, int level,
                      uint64_t seed, double *mean, double *error)
{
    double sum[ORACLE_SHIFTS][ORACLE_OUTPUTS] = {{0}};
    for (int n = first; n <= last; n++) {
        int fewer = n > 3 ? n - 3 : 0; /* they weigh less and less */
        add_term(p, f, n, 3 + each * n, level - fewer < 4 ? 4 : level - fewer, &seed, sum);
    }
    for (int k = 0; k < p->nout; k++) {
        double square = 0;
        mean[k] = 0;
        for (int s = 0; s < ORACLE_SHIFTS; s++)
            mean[k] += sum[s][k] / ORACLE_SHIFTS;
        for (int s = 0; s < ORACLE_SHIFTS; s++)
            square += (sum[s][k] - mean[k]) * (sum[s][k] - mean[k]);
        error[k] = sqrt(square / (ORACLE_SHIFTS * (ORACLE_SHIFTS - 1)));
    }
}

static void sum_paths(const oracle_start *start, double time, int first, int last, int level,
                      uint64_t seed, int nout, oracle_function *function, const void *context,
                      double *mean, double *error)
{
    process p = {
        .start = start, .time = time, .nout = nout, .function = function, .context = context};
    fill_rates(&p.rate);
    sum_terms(&p, whole_path, first, last, 3, level, seed, mean, error);
}

void oracle_jump(const oracle_start *start, double time, int level, uint64_t seed, int nout,
                 oracle_function *function, const void *context, double *mean, double *error)
{
    sum_paths(start, time, 0, COLLISIONS, level, seed, nout, function, context, mean, error);
}

void oracle_jump_collisions(const oracle_start *start, double time, int n, int level, uint64_t seed,
                            int nout, oracle_function *function, const void *context, double *mean,
                            double *error)
{
    sum_paths(start, time, n, n, level, seed, nout, function, context, mean, error);
}

void oracle_jump_wave(const oracle_start *start, double time, const double xi[3], const int mode[3],
                      int level, uint64_t seed, double mean[2], double error[2])
{
    static wave w;
    process p = {.start = start, .time = time, .nout = 2, .wave = &w};
    memcpy(w.xi, xi, sizeof w.xi);
    memcpy(w.mode, mode, sizeof w.mode);
    fill_rates(&p.rate);
    fill_wave(&w, time);
    sum_terms(&p, averaged_path, 0, COLLISIONS, 1, level, seed, mean, error);
}
