#include "dynamics/energy_filter.h"

#include "base/clones.h"
#include "base/lanes.h"

#include <math.h>
#include <string.h>

/* ---- on a vector ---- */

typedef struct series {
    const kl_energy_filter *p;
    const kl_hamiltonian *h;
    int done; /* steps before the first one */
} series;

/* Two terms of one parity are added per visit, as in dynamics/chebyshev.c. */
static void series_step(const void *context, int after, kl_stencil_step *step)
{
    const series *s = context;
    const int k = s->done + after;
    const double factor = (k == 1 ? 1 : 2) / s->p->radius;
    *step = (kl_stencil_step){
        .hop = factor * s->h->hopping, .potential = factor * s->h->eta, .subtract = k > 1};
    if (k % 4 < 2)
        return;
    step->outputs = 1;
    step->acc = 2;
    step->c0 = s->p->coefficient + k - 2;
    step->c1 = s->p->coefficient + k;
}

void kl_energy_filter_begin(const kl_hamiltonian *h, double *const array[3], const double *from)
{
    const int64_t origin = kl_lattice_origin(h->lattice);
    const size_t bytes = (size_t)kl_lattice_local(h->lattice) * sizeof *from;
    memcpy(array[0] + origin, from, bytes);
    memset(array[2] + origin, 0, bytes);
}

int kl_energy_filter_steps(const kl_energy_filter *p, const kl_hamiltonian *h,
                           double *const array[3], int done, int most)
{
    const int left = p->degree - done, steps = left < most ? left : most;
    void *arrays[3] = {array[0], array[1], array[2]};
    const kl_recurrence r = kl_hamiltonian_recurrence(h, KL_DOUBLE, arrays, 3, false);
    kl_recurrence_begin(&r);
    kl_recurrence_run(&r, steps, series_step, &(series){p, h, done});
    kl_recurrence_end(&r);
    return done + steps;
}

void kl_energy_filter_end(const kl_hamiltonian *h, double *const array[3], double *to)
{
    memcpy(to, array[2] + kl_lattice_origin(h->lattice),
           (size_t)kl_lattice_local(h->lattice) * sizeof *to);
}

void kl_energy_filter_apply(const kl_energy_filter *p, const kl_hamiltonian *h,
                            double *const array[3], const double *from, double *to)
{
    kl_energy_filter_begin(h, array, from);
    kl_energy_filter_steps(p, h, array, 0, p->degree);
    kl_energy_filter_end(h, array, to);
}

/* ---- the window ---- */

/* In angles: the middle of the energies E - inner to E + inner, half of them, and from the middle
 * to the nearer of E - outer and E + outer. Beyond the spectrum there is nothing to keep out. */
typedef struct angles {
    double centre, keep, stop;
} angles;

static angles window_angles(double radius, double energy, double inner, double outer)
{
    const double upper = acos(fmin((energy + inner) / radius, 1));
    const double lower = acos(fmax((energy - inner) / radius, -1));
    const double centre = (upper + lower) / 2;
    const double above = energy + outer < radius ? centre - acos((energy + outer) / radius) : M_PI;
    const double below = energy - outer > -radius ? acos((energy - outer) / radius) - centre : M_PI;
    return (angles){centre, (lower - upper) / 2, fmin(fmin(above, below), 0.9 * M_PI)};
}

int kl_energy_filter_degree(double radius, double energy, double inner, double outer, double gain)
{
    const angles a = window_angles(radius, energy, inner, outer);
    const double narrow = sqrt(fmax(a.stop * a.stop - a.keep * a.keep, 0));
    const double degree = fmin(acosh(gain) / narrow, KL_MOST_DEGREE);
    return (int)ceil(degree) / 4 * 4 + 3;
}

/* log T_n(x) of x >= 1. */
static double log_above(double n, double x)
{
    const double a = n * acosh(x);
    return a + log1p(exp(-2 * a)) - M_LN2;
}

static double dolph(int degree, double stop, double phi)
{
    const double x = fabs(cos(phi / 2)), beta = 1 / cos(stop / 2), n = 2.0 * degree;
    const double top = log_above(n, beta);
    return beta * x > 1 ? exp(log_above(n, beta * x) - top) : cos(n * acos(beta * x)) * exp(-top);
}

/* From cos((k-1) theta) in `last` and cos(k theta) in `now` to cos((k+1) theta) in `last`. */
KL_CLONES static void next_cosine(int n, const double *restrict cosine, const double *restrict now,
                                  double *restrict last)
{
    for (int j = 0; j < n; j++)
        last[j] = 2 * cosine[j] * now[j] - last[j];
}

/* By the midpoint rule in theta, which is exact for the degree. */
void kl_energy_filter_window(kl_energy_filter *p, double energy, double inner, double outer,
                             double *work)
{
    const int n = p->degree + 1;
    const angles a = window_angles(p->radius, energy, inner, outer);
    double *f = work, *cosine = work + n, *now = work + 2 * n, *last = work + 3 * n;
    for (int j = 0; j < n; j++) {
        const double theta = M_PI * (j + 0.5) / n;
        f[j] =
            dolph(p->degree, a.stop, theta - a.centre) + dolph(p->degree, a.stop, theta + a.centre);
        cosine[j] = last[j] = cos(theta);
        now[j] = 1;
    }
    for (int k = 0; k < n; k++) {
        p->coefficient[k] = (k ? 2.0 : 1.0) / n * kl_row_dot(n, f, now);
        next_cosine(n, cosine, now, last);
        double *const turned = now;
        now = last;
        last = turned;
    }
}
