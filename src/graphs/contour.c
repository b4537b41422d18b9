#include "graphs/contour.h"

#include "base/complex.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* beta: with exp(-rules beta) tolerance of about an ulp. */
static double height(kl_contour_request r)
{
    return fmin(fmax(log(r.tolerance / 8e-16) / r.rules, 2), 14);
}

/* a */
static double focus(kl_contour_request r)
{
    return 2 * r.dimension + 0.25 * height(r) / r.time;
}

static double distance(kl_contour_request r)
{
    return asinh(height(r) / (focus(r) * r.time));
}

/* The logarithm of the error from without. */
static double outside(kl_contour_request r, double nodes)
{
    const double span = focus(r) * r.time, rho = distance(r);
    const double best = acosh(fmax(nodes / span, 1)); /* the s of the minimum, rho included */
    return best > rho ? span * sinh(best) - nodes * (best - rho) : height(r);
}

int kl_contour_nodes(kl_contour_request r)
{
    const double margin = 3 + 0.8 * r.order; /* powers of M/(at) */
    int nodes = 4 * (int)ceil(0.25 * (margin - log(r.tolerance)) / distance(r));
    while (outside(r, nodes) > log(r.tolerance) - 2)
        nodes += 4;
    return nodes;
}

static void place(double a, double rho, int nodes, double shift, double complex *z,
                  double complex *weight)
{
    for (int j = 0; j < nodes; j++) {
        const double theta = 2 * M_PI * (j + shift) / nodes;
        z[j] = a * CMPLX(cosh(rho) * cos(theta), sinh(rho) * sin(theta));
        weight[j] = a * CMPLX(sinh(rho) * cos(theta), cosh(rho) * sin(theta)) / nodes;
    }
}

kl_status kl_contour_create(kl_contour_request r, kl_contour *out, kl_error *err)
{
    const double rho = distance(r);
    const int nodes = kl_contour_nodes(r);
    *out = (kl_contour){.nodes = nodes,
                        .gain = pow(4, r.order + 1) * exp(-0.75 * nodes * rho),
                        .outside = 10 * exp(outside(r, nodes))};
    KL_TRY(kl_alloc(4 * (size_t)nodes, sizeof *out->z, "contour", &out->z, err));
    out->weight = out->z + nodes;
    out->shifted = out->z + 2 * nodes;
    out->shifted_weight = out->z + 3 * nodes;
    place(focus(r), rho, nodes, 0, out->z, out->weight);
    place(focus(r), rho, nodes, 0.5, out->shifted, out->shifted_weight);
    return KL_OK;
}

void kl_contour_destroy(kl_contour *contour)
{
    free(contour->z);
    *contour = (kl_contour){0};
}
