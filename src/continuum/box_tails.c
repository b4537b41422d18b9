#include "continuum/box_tails.h"

#include "base/memory.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* The part of |f|^2 in the outer share of an axis; momenta as they are stored: the ends are in the
 * middle. line[n] is scratch. */
static kl_status outer_part(const kl_box_grid *grid, const kl_layout *layout,
                            const complex double *f, double share, double *line, double *out,
                            kl_error *err)
{
    const int64_t n = grid->sites, half = n / 2;
    const bool momenta = layout == &grid->momentum;
    double sum = 0;
    for (int axis = 0; axis < grid->dimension; axis++) {
        KL_TRY(kl_box_marginal(grid, layout, axis, f, line, err));
        for (int64_t i = 0; i < n; i++) {
            const int64_t centred = momenta ? (i + half) % n : i;
            if (fabs((double)(centred - half)) > (1 - share) * (double)half)
                sum += line[i];
        }
    }
    *out = sum / (momenta ? kl_box_points(grid) : 1);
    return KL_OK;
}

static kl_status measure(const kl_box_grid *grid, const complex double *psi, complex double *u,
                         double *line, kl_box_tails *out, kl_error *err)
{
    KL_TRY(outer_part(grid, &grid->position, psi, 1. / 32, line, &out->edge, err));
    memcpy(u, psi, grid->local * sizeof *u);
    kl_box_forward(grid, u);
    return outer_part(grid, &grid->momentum, u, 1. / 16, line, &out->band, err);
}

kl_status kl_box_tails_raise(const kl_box_grid *grid, const complex double *psi, complex double *u,
                             kl_box_tails *most, kl_error *err)
{
    kl_box_tails now;
    double *line;
    KL_TRY(
        kl_agree(grid->comm, kl_alloc((size_t)grid->sites, sizeof *line, "run", &line, err), err));
    const kl_status status = measure(grid, psi, u, line, &now, err);
    free(line);
    if (status != KL_OK)
        return status;
    most->edge = fmax(most->edge, now.edge);
    most->band = fmax(most->band, now.band);
    return KL_OK;
}

double kl_box_edge_error(const kl_box_tails *tails)
{
    return 4 * sqrt(tails->edge);
}

double kl_box_tails_error(const kl_box_tails *tails)
{
    return kl_box_edge_error(tails) + 4 * sqrt(tails->band);
}
