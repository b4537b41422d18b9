#include "classical/droplet_reach.h"

#include "base/bisect.h"
#include "base/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

enum { CLOUD = 64, ANGLES = 12, RANDOM = 12, FEWEST = 24, MOST = 8192 };

static double halton(int i, int base)
{
    double value = 0, digit = 1;
    for (; i > 0; i /= base) {
        digit /= base;
        value += digit * (i % base);
    }
    return value;
}

/* The i-th point of a cube [-1, 1]^(2 d) from 1 on. */
static double cube_point(int i, int d, double z[6])
{
    static const int base[] = {2, 3, 5, 7, 11, 13};
    double square = 0;
    for (int k = 0; k < 2 * d; k++) {
        z[k] = 2 * halton(i, base[k]) - 1;
        square += z[k] * z[k];
    }
    return square;
}

typedef struct swarm {
    const kl_droplet *cloud;
    int d, all, of_sphere;
    double *start, *z, *force; /* [all][6]: x, then p from 3 on; [all][3] */
} swarm;

static void place(const swarm *s, int i, const double *z, double factor)
{
    double *to = s->start + 6 * i;
    for (int j = 0; j < s->d; j++) {
        to[j] = s->cloud->center[j] + factor * z[j];
        to[3 + j] = factor * z[s->d + j];
    }
}

/* Pairs of opposite points: their mean is the centre. */
static void fill_droplet(const swarm *s)
{
    int i = 0;
    for (int k = 1; i < CLOUD; k++) {
        double z[6];
        if (cube_point(k, s->d, z) >= 1)
            continue;
        place(s, i++, z, s->cloud->radius);
        place(s, i++, z, -s->cloud->radius);
    }
}

/* Circles in the plane of each (x_j, p_j), and random directions. */
static void fill_sphere(const swarm *s, int first, double radius)
{
    int i = first;
    for (int j = 0; j < s->d; j++)
        for (int k = 0; k < ANGLES; k++) {
            double z[6] = {0};
            z[j] = cos(2 * M_PI * k / ANGLES);
            z[s->d + j] = sin(2 * M_PI * k / ANGLES);
            place(s, i++, z, radius);
        }
    for (int k = 1; i < first + s->of_sphere; k++) {
        double z[6];
        const double square = cube_point(k, s->d, z);
        if (square > 0)
            place(s, i++, z, radius / sqrt(square));
    }
}

static void find_force(const swarm *s, int i)
{
    double slope[3], *force = s->force + 3 * i;
    const double *x = s->z + 6 * i;
    const kl_smooth *v = s->cloud->interaction;
    kl_smooth_gradient(s->cloud->potential, x, force);
    if (v->ngaussians + v->sum.nterms + v->sum.nwaves == 0)
        return;
    for (int k = 0; k < CLOUD; k++) {
        const double *y = s->z + 6 * k, from[3] = {x[0] - y[0], x[1] - y[1], x[2] - y[2]};
        kl_smooth_gradient(v, from, slope);
        for (int j = 0; j < s->d; j++)
            force[j] += slope[j] / CLOUD;
    }
}

static void kick_all(const swarm *s, double t)
{
    for (int i = 0; i < s->all; i++)
        find_force(s, i);
    for (int i = 0; i < s->all; i++)
        for (int j = 0; j < s->d; j++)
            s->z[6 * i + 3 + j] -= t * s->force[3 * i + j];
}

static void note(const swarm *s, int n, double *x, double *p)
{
    for (int i = CLOUD; i < s->all; i++)
        for (int j = 0; j < s->d; j++) {
            const int sphere = (i - CLOUD) / s->of_sphere;
            const double *z = s->z + 6 * i;
            if (sphere < n) { /* NAN counts as infinite */
                x[sphere] = fabs(z[j]) <= x[sphere] ? x[sphere] : fabs(z[j]);
                p[sphere] = fabs(z[3 + j]) <= p[sphere] ? p[sphere] : fabs(z[3 + j]);
            }
        }
}

/* Leapfrog. */
static void run(const swarm *s, int steps, int n, double *x, double *p)
{
    const double dt = s->cloud->last / steps;
    memcpy(s->z, s->start, 6 * (size_t)s->all * sizeof *s->z);
    memset(x, 0, (size_t)n * sizeof *x);
    memset(p, 0, (size_t)n * sizeof *p);
    note(s, n, x, p);
    for (int k = 0; k < steps && dt > 0; k++) {
        kick_all(s, k == 0 ? dt / 2 : dt);
        for (int i = 0; i < s->all; i++)
            for (int j = 0; j < s->d; j++)
                s->z[6 * i + j] += dt * s->z[6 * i + 3 + j];
        note(s, n, x, p);
    }
}

static bool near(int n, const double *a, const double *b)
{
    for (int i = 0; i < n; i++)
        if (!(fabs(a[i] - b[i]) <= 0.04 * fabs(a[i])))
            return false;
    return true;
}

/* Twice as many steps until nothing changes; what stays far apart runs away. */
static kl_status settle(const swarm *s, int n, double *x, double *p, kl_error *err)
{
    double *old;
    int steps = FEWEST * (int)fmin(16, ceil(1 + s->cloud->last));
    KL_TRY(kl_alloc(2 * (size_t)n, sizeof *old, "cloud", &old, err));
    run(s, steps, n, x, p);
    do {
        steps *= 2;
        memcpy(old, x, (size_t)n * sizeof *x);
        memcpy(old + n, p, (size_t)n * sizeof *p);
        run(s, steps, n, x, p);
    } while (steps < MOST && !(near(n, x, old) && near(n, p, old + n)));
    if (!(near(n, x, old) && near(n, p, old + n)))
        for (int i = 0; i < n; i++)
            x[i] = INFINITY;
    free(old);
    return KL_OK;
}

kl_status kl_droplet_reach(const kl_droplet *cloud, int n, const double *radius, double *x,
                           double *p, kl_error *err)
{
    const int d = cloud->potential->dimension, of_sphere = ANGLES * d + (d > 1 ? RANDOM : 0);
    swarm s = {.cloud = cloud, .d = d, .all = CLOUD + n * of_sphere, .of_sphere = of_sphere};
    const size_t all = (size_t)s.all;
    double *memory;
    KL_TRY(kl_alloc(15 * all, sizeof *memory, "cloud", &memory, err));
    s.start = memory;
    s.z = memory + 6 * all;
    s.force = memory + 12 * all;
    fill_droplet(&s);
    for (int i = 0; i < n; i++)
        fill_sphere(&s, CLOUD + i * of_sphere, radius[i]);
    const kl_status status = settle(&s, n, x, p, err);
    free(memory);
    return status;
}

typedef struct tail {
    double radius, hbar, decay;
} tail;

/* int_R^y sqrt(u^2 - R^2) du = (y sqrt(y^2 - R^2) - R^2 acosh(y/R))/2 */
static bool is_within(const void *context, double y)
{
    const tail *t = context;
    const double r = t->radius, root = sqrt(y * y - r * r);
    return (y * root - r * r * acosh(y / r)) / t->hbar < t->decay;
}

double kl_droplet_tail(double radius, double hbar, double decay)
{
    const tail t = {radius, hbar, decay};
    return kl_bisect(is_within, &t, radius, radius + sqrt(2 * hbar * decay) + 1, 60);
}
