#include "continuum/wave_start.h"

#include "classical/reach.h"

#include "base/complex.h"

#include <math.h>

typedef struct filling {
    const kl_box_grid *grid;
    int npackets;
    const kl_wkb *packet;
    complex double *psi;
    const kl_smooth *potential;
    double *v, *steepness;
} filling;

static void fill_point(void *context, int64_t i, const double x[3])
{
    const filling *f = context;
    f->psi[i] = 0;
    for (int k = 0; k < f->npackets; k++) {
        const kl_wkb *p = &f->packet[k];
        const double s = kl_wkb_width(p, f->grid->eps);
        double square = 0;
        for (int j = 0; j < f->grid->dimension; j++)
            square += (x[j] - p->center[j]) * (x[j] - p->center[j]);
        const double size = p->weight * pow(2 * M_PI * s * s, -f->grid->dimension / 4.) *
                            exp(-square / (4 * s * s));
        const double angle = 2 * M_PI * p->angle + kl_smooth_value(&p->phase, x) / f->grid->eps;
        if (size > 0)
            f->psi[i] += CMPLX(size * cos(angle), size * sin(angle));
    }
}

kl_status kl_wave_start(const kl_box_grid *grid, int npackets, const kl_wkb *packet,
                        complex double *psi, kl_error *err)
{
    filling f = {.grid = grid, .npackets = npackets, .packet = packet, .psi = psi};
    kl_box_visit(grid, fill_point, &f);
    const double norm = sqrt(creal(kl_box_sum(grid, &grid->position, psi, psi, NULL)));
    if (!(norm > 0))
        return kl_fail(err, KL_BUG, "the initial state vanishes on the grid");
    const int64_t n = grid->position.n[0] * grid->position.n[1] * grid->position.n[2];
    for (int64_t i = 0; i < n; i++)
        psi[i] /= norm;
    return KL_OK;
}

static void potential_point(void *context, int64_t i, const double x[3])
{
    const filling *f = context;
    double g[3];
    f->v[i] = kl_smooth_value(f->potential, x);
    if (!f->steepness)
        return;
    kl_smooth_gradient(f->potential, x, g);
    f->steepness[i] = g[0] * g[0] + g[1] * g[1] + g[2] * g[2];
}

void kl_wave_potential(const kl_box_grid *grid, const kl_smooth *potential, double *v,
                       double *steepness)
{
    filling f = {.potential = potential, .v = v, .steepness = steepness};
    kl_box_visit(grid, potential_point, &f);
}
