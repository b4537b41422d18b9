/* Weak disorder in second order, at infinite size; what the smoothing does is in it exactly. */
#include "systems/spectral/spectral_private.h"

#include "base/complex.h"
#include "kinetic/green.h"

#include <math.h>
#include <stdio.h>

static double band(const spectral *s, int point, int m)
{
    const int d = (int)s->points.dimension;
    int64_t k[3];
    double sum = 0;
    spectral_momentum(s, point, m, k);
    for (int j = 0; j < d; j++)
        sum += 2 * cos(2 * M_PI * (double)k[j] / (double)s->points.point[point].sites);
    return sum;
}

static kl_status solve(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                       kl_error *err)
{
    const spectral *s = self;
    const int d = (int)s->points.dimension;
    const double eta = s->points.point[point].eta, error = 1e-13 / s->width;
    (void)comm, (void)err;
    for (int i = 0; i < s->energies.n; i++) {
        const double complex z = CMPLX(s->energies.value[i], s->width);
        const double complex shifted = z - eta * eta * kl_green(d, z);
        double *value = out->value + i * s->nquantities, *own = out->error + i * s->nquantities;
        value[SPECTRAL_DENSITY] = -cimag(kl_green(d, shifted)) / M_PI;
        own[SPECTRAL_DENSITY] = error;
        for (int m = 0; m < s->nmomenta; m++) {
            value[s->first + m] = -cimag(1 / (shifted - band(s, point, m))) / M_PI;
            own[s->first + m] = error;
        }
    }
    return KL_OK;
}

const kl_limit spectral_limit = {
    .name = "reference", .long_name = "limit of weak disorder", .solve = solve};
