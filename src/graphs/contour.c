#include "graphs/contour.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

/* exp(2 beta) roundings of a double rule make up `tolerance`. */
static double height(double tolerance)
{
    return fmin(fmax(0.5 * log(tolerance / 8e-16), 2), 14);
}

/* The logarithm of the least error from without. */
static double outside(double span, double rho, int nodes)
{
    const double best = acosh(fmax(nodes / span, 1));
    return best > rho ? span * sinh(best) - nodes * (best - rho) : INFINITY;
}

int kl_contour_nodes(int dimension, double time, double tolerance)
{
    const double span = 2 * dimension * time, rho = asinh(height(tolerance) / span);
    int nodes = 2 * (int)ceil(0.5 * (6 - log(tolerance)) / rho);
    while (outside(span, rho, nodes) > log(tolerance))
        nodes += 2;
    return nodes;
}

static void place(int dimension, double rho, int nodes, double shift, double complex *z,
                  double complex *weight)
{
    for (int j = 0; j < nodes; j++) {
        const double theta = 2 * M_PI * (j + shift) / nodes;
        z[j] = 2 * dimension * CMPLX(cosh(rho) * cos(theta), sinh(rho) * sin(theta));
        weight[j] =
            2 * dimension * CMPLX(sinh(rho) * cos(theta), cosh(rho) * sin(theta)) / nodes;
    }
}

kl_status kl_contour_create(int dimension, double time, double tolerance, kl_contour *out,
                            kl_error *err)
{
    const double rho = asinh(height(tolerance) / (2 * dimension * time));
    const int nodes = kl_contour_nodes(dimension, time, tolerance);
    *out = (kl_contour){.nodes = nodes, .decay = nodes * rho};
    KL_TRY(kl_alloc(4 * (size_t)nodes, sizeof *out->z, "contour", &out->z, err));
    out->weight = out->z + nodes;
    out->shifted = out->z + 2 * nodes;
    out->shifted_weight = out->z + 3 * nodes;
    place(dimension, rho, nodes, 0, out->z, out->weight);
    place(dimension, rho, nodes, 0.5, out->shifted, out->shifted_weight);
    return KL_OK;
}

void kl_contour_destroy(kl_contour *contour)
{
    free(contour->z);
    *contour = (kl_contour){0};
}
