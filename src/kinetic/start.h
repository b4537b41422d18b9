/* The start |h(X)|^2 delta(V - grad S(X)) as weighted points,
 *
 *   int dX |h|^2 f(X, grad S(X)) = sum_i weight_i f(x_i, grad S(x_i)),
 *
 * for f analytic but for what happens where e(V) passes a van Hove energy.
 * Directions in which V does not change (the null space of A, for S quadratic) are left out: there
 * |h|^2 has a closed transform. Local.
 */
#ifndef KL_KINETIC_START_H
#define KL_KINETIC_START_H

#include "kinetic/plan.h"

typedef struct kl_point {
    double x[3], momentum[3], velocity[3]; /* X, V = grad S(X), v(V) */
    double weight, energy;
    int part; /* of the band, energies.h */
} kl_point;

typedef struct kl_start {
    const kl_kinetic_problem *problem;
    double axis[3][3]; /* orthonormal; V changes along the first `active` */
    int active;
    double spacing[3]; /* of a trapezoid rule along each axis */
    double offset;     /* of the rules across the lines, in spacings */
    double reach;      /* |h|^2 is neglected beyond it, along each axis */
    size_t count, room;
    kl_point *point;
    double velocity[3], spread[3]; /* mean and standard deviation of the velocity */
} kl_start;

/* Points that leave an error of about `accuracy` in the modes of the plan at
 * times up to `last`; finer on every rung of the ladder beyond what that takes. KL_INPUT: S is
 * bent so far that there would be more than a million. KL_ENVIRONMENT: no memory. KL_STOPPED. */
kl_status kl_start_create(const kl_plan *plan, double accuracy, double last, int rung,
                          kl_start *start, kl_error *err);
void kl_start_destroy(kl_start *start);

/* The transform of |h|^2 over the axes left out. */
double kl_start_rest(const kl_start *start, const double xi[3]);

/* The weight of |h|^2 at distance z from its centre along one axis. */
double kl_start_density(const kl_start *start, double z);

#endif
