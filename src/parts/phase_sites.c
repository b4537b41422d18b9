#include "parts/phase_sites.h"

#include "continuum/box_grid.h"

#include <math.h>

static const double margin = 1.2;

/* Points per axis for momenta up to p, windows of the study included. */
static double wanted_sites(const kl_phase_sites *grid, int nobservables,
                           const kl_phase_observable *observable, double p)
{
    double band = 0;
    for (int k = 0; k < nobservables; k++) {
        const kl_window *x = &observable[k].x;
        if (x->shape == KL_WINDOW_GAUSSIAN)
            band = fmax(band, 9 * grid->eps / x->width);
    }
    return grid->side * fmax(p, p / margin + band / 2) / (M_PI * grid->eps);
}

static kl_status check(const kl_node *root, const kl_phase_sites *grid, int64_t sites, double least,
                       double wanted, kl_error *err)
{
    const int64_t good = kl_box_good_length(wanted);
    const double bytes = grid->arrays * kl_box_bytes(grid->dimension, good, 1);
    if (sites % 4)
        return kl_config_fail(root, "sites", err, "%lld is not allowed: must be a multiple of 4",
                              (long long)sites);
    if ((double)sites < least)
        return kl_config_fail(root, "sites", err,
                              "%lld cannot resolve psi at %s %g: %lld are wanted, which take "
                              "%.3g GB",
                              (long long)sites, grid->small, grid->eps, (long long)good,
                              1e-9 * bytes);
    if (good > 40000000 ||
        kl_box_points(&(kl_box_grid){.dimension = grid->dimension, .sites = good}) > 1e11)
        return kl_config_fail(root, grid->small, err,
                              "%g is not allowed: the grid that it wants, %lld^%d, takes %.3g GB",
                              grid->eps, (long long)good, grid->dimension, 1e-9 * bytes);
    return KL_OK;
}

kl_status kl_keys_phase_sites(const kl_node *root, const kl_phase_sites *grid, int nobservables,
                              const kl_phase_observable *observable, double certain, double most,
                              int64_t *sites, kl_error *err)
{
    const double wanted = wanted_sites(grid, nobservables, observable, margin * most);
    if (*sites == 0)
        *sites = kl_box_good_length(wanted);
    return check(root, grid, *sites,
                 fmin(wanted_sites(grid, nobservables, observable, certain), wanted), wanted, err);
}
