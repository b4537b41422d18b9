#include "kinetic/panels.h"

#include "base/memory.h"
#include "kinetic/quadrature.h"

#include <stdlib.h>

kl_status kl_panels_create(int n, const double *end, int order, kl_panels *panels, kl_error *err)
{
    double *node = NULL;
    *panels = (kl_panels){.n = n, .order = order, .npoints = n * order};
    const size_t count = (size_t)panels->npoints;
    kl_status status;
    KL_GOTO(kl_alloc((size_t)n + 1, sizeof *panels->end, "times", &panels->end, err));
    KL_GOTO(kl_alloc(count, sizeof *panels->point, "times", &panels->point, err));
    KL_GOTO(kl_alloc(count, sizeof *panels->weight, "times", &panels->weight, err));
    KL_GOTO(kl_alloc(2 * (size_t)order, sizeof *node, "times", &node, err));
    kl_gauss_legendre(order, node, node + order);
    for (int r = 0; r < n; r++) {
        panels->end[r + 1] = end[r];
        const double low = panels->end[r], length = end[r] - low;
        for (int c = 0; c < order; c++) {
            panels->point[r * order + c] = low + length * node[c];
            panels->weight[r * order + c] = length * node[order + c];
        }
    }
done:
    free(node);
    return status;
}

void kl_panels_destroy(kl_panels *panels)
{
    free(panels->end);
    free(panels->point);
    free(panels->weight);
    *panels = (kl_panels){0};
}

void kl_lagrange_row(int n, const double *node, double x, double *row)
{
    for (int i = 0; i < n; i++) {
        row[i] = 1;
        for (int j = 0; j < n; j++)
            if (j != i)
                row[i] *= (x - node[j]) / (node[i] - node[j]);
    }
}
