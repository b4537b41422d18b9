/* Times 0 = u_0 < u_1 < ... < u_n, and Gauss points between each two of them. Local. */
#ifndef KL_KINETIC_PANELS_H
#define KL_KINETIC_PANELS_H

#include "kinlim/status.h"

typedef struct kl_panels {
    int n, order, npoints; /* npoints = n order */
    double *end;           /* [n + 1]: u */
    double *point;         /* [npoints], increasing */
    double *weight;        /* [npoints]: of an integral over a panel */
} kl_panels;

/* `order` points between the `n` times of end[], increasing and positive. KL_ENVIRONMENT. */
kl_status kl_panels_create(int n, const double *end, int order, kl_panels *panels, kl_error *err);
void kl_panels_destroy(kl_panels *panels);

/* row[n]: the polynomial that is 1 at node[i] and 0 at the others, at x. */
void kl_lagrange_row(int n, const double *node, double x, double *row);

#endif
