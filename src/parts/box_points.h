/* Points of systems in the continuum: a value of eps (or hbar) and the grid that it wants.
 *
 * Classical trajectories from all places where |psi| is above the tolerance, in x and in p - grad
 * S, say how far psi comes: |x_j| <= X, |p_j| <= P. The grid resolves 1.2 P, and the windows of
 * observables. Local. */
#ifndef KL_PARTS_BOX_POINTS_H
#define KL_PARTS_BOX_POINTS_H

#include "classical/liouville.h"
#include "kinlim/config.h"
#include "parts/warnings.h"

typedef struct kl_box_point {
    double eps;
    int64_t sites, twin; /* of the grid, and of the one that it is compared with */
    double x, p;         /* how far the start comes at the accuracy of the tolerance */
} kl_box_point;

typedef struct kl_box_problem {
    kl_node *root;
    const kl_liouville *classical; /* start, potential, times, observables */
    double side, tolerance;        /* l2 accuracy of psi */
    const char *eps;               /* the name of the key */
    double arrays;                 /* complex ones of the grid that a run holds, for messages */
} kl_box_problem;

/* The grid at eps: `sites` points per axis if they resolve psi, 0: as many as are wanted. Warns of
 * what is not quite so. KL_INPUT: a packet or psi leaves the box, sites that do not resolve it, a
 * grid out of reach. */
kl_status kl_box_point_make(const kl_box_problem *problem, double eps, int64_t sites,
                            kl_warnings *warnings, kl_box_point *out, kl_error *err);

#endif
