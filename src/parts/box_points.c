#include "parts/box_points.h"

#include "classical/reach.h"
#include "continuum/box_grid.h"

#include <math.h>

static const double margin = 1.2;
static const double certain = 5; /* deviations that must be inside: 6e-7 of |psi|^2 is beyond */

/* Points per axis for momenta up to p, windows of the study included. */
static double wanted_sites(const kl_box_problem *q, double eps, double p)
{
    double band = 0;
    for (int k = 0; k < q->classical->nobservables; k++) {
        const kl_window *x = &q->classical->observable[k].x;
        if (x->shape == KL_WINDOW_GAUSSIAN)
            band = fmax(band, 9 * eps / x->width);
    }
    return q->side * fmax(p, p / margin + band / 2) / (M_PI * eps);
}

static kl_status check_box(const kl_box_problem *q, double eps, double *p, kl_error *err)
{
    kl_liouville l = *q->classical;
    const double start = 0, last = l.times[l.ntimes - 1];
    double x, most;
    l.ntimes = 1;
    l.times = &start;
    KL_TRY(kl_classical_reach(&l, eps, certain, INFINITY, &x, &most, err));
    if (x > q->side / 2)
        return kl_config_fail(q->root, "initial", err,
                              "the packet lies outside the box: |x_j| up to %.4g, at most %.4g is "
                              "allowed",
                              x, q->side / 2);
    KL_TRY(kl_classical_reach(q->classical, eps, certain, INFINITY, &x, p, err));
    if (isinf(x))
        return kl_config_fail(q->root, "potential", err,
                              "psi runs away to infinity before T = %g: no box holds it", last);
    if (x > q->side / 2)
        return kl_config_fail(q->root, "box", err,
                              "%g is not allowed: at %s %g psi comes to |x_j| = %.4g, where the "
                              "potential is not periodic to the wanted accuracy: must be at least "
                              "%.4g",
                              q->side, q->eps, eps, x, 2.1 * x);
    return KL_OK;
}

static kl_status check_sites(const kl_box_problem *q, int64_t sites, double eps, double least,
                             double wanted, kl_error *err)
{
    const int d = q->classical->potential->dimension;
    const int64_t good = kl_box_good_length(wanted);
    const double bytes = 9 * kl_box_bytes(d, good, 1);
    if (sites % 4)
        return kl_config_fail(q->root, "sites", err, "%lld is not allowed: must be a multiple of 4",
                              (long long)sites);
    if ((double)sites < least)
        return kl_config_fail(q->root, "sites", err,
                              "%lld cannot resolve psi at %s %g: %lld are wanted, which take "
                              "%.3g GB",
                              (long long)sites, q->eps, eps, (long long)good, 1e-9 * bytes);
    if (good > 40000000 || kl_box_points(&(kl_box_grid){.dimension = d, .sites = good}) > 1e11)
        return kl_config_fail(q->root, q->eps, err,
                              "%g is not allowed: the grid that it wants, %lld^%d, takes %.3g GB",
                              eps, (long long)good, d, 1e-9 * bytes);
    return KL_OK;
}

kl_status kl_box_point_make(const kl_box_problem *q, double eps, int64_t sites,
                            kl_warnings *warnings, kl_box_point *out, kl_error *err)
{
    const double deviations = 2 * sqrt(log(100 / q->tolerance));
    double p; /* of what must be inside */
    KL_TRY(check_box(q, eps, &p, err));
    *out = (kl_box_point){.eps = eps, .sites = sites};
    KL_TRY(kl_classical_reach(q->classical, eps, deviations, q->side / 2, &out->x, &out->p, err));
    if (out->x > q->side / 2)
        KL_TRY(kl_warnings_add(warnings, err,
                               "at %s %g psi comes to the edge of the box %g: the errors of the "
                               "samples say how much",
                               q->eps, eps, q->side));
    out->x = fmin(out->x, q->side / 2);
    out->p = fmax(p, out->p);
    const double wanted = wanted_sites(q, eps, margin * out->p);
    if (sites == 0)
        out->sites = kl_box_good_length(wanted);
    return check_sites(q, out->sites, eps, fmin(wanted_sites(q, eps, p), wanted), wanted, err);
}
