/* Chains: the first order in the disorder. Strips and bars: the exponents without disorder,
 *
 *   2 cosh gamma = |E - 2 cos q|,  E - 2 cos q_1 - 2 cos q_2,   q in (2 pi/M) Z,
 *
 * of the channels that are closed, |E - 2 cos q| > 2. An open channel has none: its exponent comes
 * from the disorder alone.
 */
#include "systems/lyapunov/lyapunov_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void chain(const lyapunov *l, double width, double energy, kl_limit_values *out)
{
    static const double anomaly = 105.04510153087084; /* 12 (Gamma(1/4)/Gamma(3/4))^2 */
    if (!(fabs(energy) < 2)) {
        snprintf(out->note, sizeof out->note, "there is no weak-disorder formula at |E| >= 2");
        return;
    }
    for (int i = 0; i < l->lengths.n; i++) {
        out->value[i * l->exponents] =
            width * width / (energy == 0 ? anomaly : 96 * (1 - energy / 2) * (1 + energy / 2));
        out->error[i * l->exponents] = 0;
    }
    snprintf(out->note, sizeof out->note, "weak disorder: relative corrections of order W^2");
}

static int ascending(const void *a, const void *b)
{
    const double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

static kl_status clean(const lyapunov *l, int point, kl_limit_values *out, kl_error *err)
{
    static const double two_pi = 6.283185307179586;
    const double *p = l->columns + point * LYAPUNOV_COLUMNS;
    const int side = (int)p[2], slice = (int)lyapunov_slice(l, point);
    double *gamma;
    KL_TRY(kl_alloc((size_t)slice, sizeof *gamma, "exponents", &gamma, err));
    for (int i = 0; i < slice; i++) {
        double across = 2 * cos(two_pi * (i % side) / side);
        if (l->dimension == 3)
            across += 2 * cos(two_pi * (i / side) / side);
        const double half = fabs(p[1] - across) / 2;
        gamma[i] = half > 1 ? acosh(half) : 0;
    }
    qsort(gamma, (size_t)slice, sizeof *gamma, ascending);
    for (int i = 0; i < l->lengths.n; i++)
        for (int k = 0; k < l->exponents; k++)
            if (gamma[k] > 0) {
                out->value[i * l->exponents + k] = gamma[k];
                out->error[i * l->exponents + k] = 4e-16 + 1e-15 / gamma[k];
            }
    if (gamma[0] == 0)
        snprintf(out->note, sizeof out->note,
                 "without disorder: only closed channels, |E - 2 cos q| > 2, have an exponent");
    free(gamma);
    return KL_OK;
}

static kl_status solve(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                       kl_error *err)
{
    const lyapunov *l = self;
    const double *p = l->columns + point * LYAPUNOV_COLUMNS;
    if (lyapunov_slice(l, point) > 1)
        return kl_agree(comm, clean(l, point, out, err), err);
    chain(l, p[0], p[1], out);
    return KL_OK;
}

const kl_limit lyapunov_limit = {
    .name = "reference", .long_name = "limit of weak disorder", .solve = solve};
