/* The ladder of resolutions that a problem is solved on: every rung finer in everything;
 * the change from one to the next is the error of the lower. Private; local. */
#ifndef KL_KINETIC_LADDER_H
#define KL_KINETIC_LADDER_H

#include "kinetic/isotropic.h"
#include "kinetic/tables.h"

enum { KL_SHELL_RUNGS = 6, KL_SPREAD_RUNGS = 4 };

/* Rung s for a start on one shell. Even rungs also move the energy by its rounding error,
 * outward, so that the change from rung to rung shows how well-posed p is. */
kl_resolution kl_ladder_shell(const kl_plan *plan, int s);

/* How finely a rung solves for a start over a range of energies. */
typedef struct kl_rung {
    kl_fineness fineness;           /* of the responses of the shells */
    double start, energies, source; /* errors asked of its points, of the interpolation in the
                                       energy, and of that in time */
    double last;                    /* the last time */
    int number;
} kl_rung;

kl_rung kl_ladder_spread(const kl_kinetic_problem *problem, int s);

#endif
