#include "parts/box_points.h"

#include "classical/reach.h"
#include "continuum/grid_twin.h"
#include "parts/phase_sites.h"

#include <math.h>

static const double certain = 5; /* deviations that must be inside: 6e-7 of |psi|^2 is beyond */

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
    const kl_phase_sites grid = {.small = q->eps,
                                 .eps = eps,
                                 .dimension = q->classical->potential->dimension,
                                 .side = q->side,
                                 .arrays = q->arrays};
    KL_TRY(kl_keys_phase_sites(q->root, &grid, q->classical->nobservables, q->classical->observable,
                               p, out->p, &out->sites, err));
    out->twin = kl_twin_sites(out->sites, q->side * out->p / (M_PI * eps));
    return KL_OK;
}
