/* What one Boltzmann problem needs at every level of refinement. Private to
 * this room; the same on every rank; local.
 */
#ifndef KL_KINETIC_PLAN_H
#define KL_KINETIC_PLAN_H

#include "kinetic/modes.h"

/* One term of an observable: coefficient * exp(2 pi i mode.V). */
typedef struct kl_term {
    int momentum; /* index of +-mode in `momentum` below */
    int sign;     /* mode = sign * momentum */
    double complex coefficient;
} kl_term;

typedef struct kl_plan {
    const kl_kinetic_problem *problem;
    double energy, velocity[3];
    kl_pairing pairing;
    kl_modes modes;
    int nmomenta;
    int (*momentum)[3]; /* distinct, first entry positive; may hold 0 */
    kl_term **term;     /* [nobservables][nmodes of the observable] */
} kl_plan;

/* KL_INPUT: the problem has no solution or makes no sense. KL_ENVIRONMENT: memory. */
kl_status kl_plan_create(const kl_kinetic_problem *problem, kl_plan *plan, kl_error *err);
void kl_plan_destroy(kl_plan *plan);

/* Does some observable need momentum `momentum` of mode `mode`? */
bool kl_plan_uses(const kl_plan *plan, int mode, int momentum);

/* The distance of the energy to the nearest van Hove
 * singularity; *van_hove is that one. */
double kl_van_hove_distance(int dimension, double energy, double *van_hove);

#endif
