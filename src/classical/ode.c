#include "classical/ode.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS = 8 };

static const double far_away = 1e8; /* |y_i| beyond which a solution has run away */

kl_status kl_ode_create(int n, void (*slope)(void *context, const double *y, double *dy),
                        void *context, double tolerance, kl_ode *out, kl_error *err)
{
    *out = (kl_ode){.n = n, .slope = slope, .context = context, .tolerance = tolerance};
    return kl_alloc((size_t)(n * (COLUMNS + 5)), sizeof *out->work, "trajectories", &out->work,
                    err);
}

void kl_ode_destroy(kl_ode *ode)
{
    free(ode->work);
    ode->work = NULL;
}

/* The modified midpoint rule over h with 2 (column + 1) substeps; first = f(y). */
static void midpoint(const kl_ode *ode, const double *y, const double *first, double h, int column,
                     double *before, double *out, double *dy)
{
    const int steps = 2 * (column + 1);
    const double small = h / steps;
    for (int i = 0; i < ode->n; i++) {
        before[i] = y[i];
        out[i] = y[i] + small * first[i];
    }
    for (int s = 1; s < steps; s++) {
        ode->slope(ode->context, out, dy);
        for (int i = 0; i < ode->n; i++) {
            const double next = before[i] + 2 * small * dy[i];
            before[i] = out[i];
            out[i] = next;
        }
    }
}

/* One step of h from y into row 0 of the table; the largest relative error. */
static double extrapolate(const kl_ode *ode, const double *y, const double *first, double h)
{
    const int n = ode->n;
    double *table = ode->work, *before = table + COLUMNS * n, *dy = before + n, worst = 0;
    bool lost = false;
    for (int j = 0; j < COLUMNS; j++) {
        midpoint(ode, y, first, h, j, before, table + j * n, dy);
        for (int k = j - 1; k >= 0; k--) { /* row k: T_(j, j-k) */
            const double ratio = (j + 1.0) / (k + 1.0), weight = 1 / (ratio * ratio - 1);
            worst = 0;
            for (int i = 0; i < n; i++) {
                const double change = weight * (table[(k + 1) * n + i] - table[k * n + i]);
                table[k * n + i] = table[(k + 1) * n + i] + change;
                worst = fmax(worst, fabs(change) / fmax(1, fabs(table[k * n + i])));
                lost = lost || !(fabs(table[k * n + i]) < far_away);
            }
        }
        if (lost && !ode->agree)
            return INFINITY;
    }
    worst = lost ? INFINITY : worst;
    return ode->agree ? ode->agree(ode->context, worst) : worst;
}

bool kl_ode_advance(kl_ode *ode, double t, double *y)
{
    double *first = ode->work + (COLUMNS + 2) * ode->n, done = 0, h = t;
    while (fabs(done) < fabs(t)) {
        ode->slope(ode->context, y, first);
        h = fabs(h) > fabs(t - done) ? t - done : h;
        double error = extrapolate(ode, y, first, h);
        while (!(error <= ode->tolerance)) {
            h *= isfinite(error) ? fmax(0.2, 0.8 * pow(ode->tolerance / error, 1. / 15)) : 0.2;
            if (!(fabs(h) > 1e-9 * fabs(t)))
                return false;
            error = extrapolate(ode, y, first, h);
        }
        memcpy(y, ode->work, (size_t)ode->n * sizeof *y);
        done = fabs(t - done - h) <= 1e-14 * fabs(t) ? t : done + h;
        h *= fmin(2, 0.8 * pow(ode->tolerance / fmax(error, 1e-30), 1. / 15));
    }
    return true;
}
