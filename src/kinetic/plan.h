/* What one Boltzmann problem needs at every level of refinement. Private to
 * this room; the same on every rank; local.
 */
#ifndef KL_KINETIC_PLAN_H
#define KL_KINETIC_PLAN_H

#include "kinetic/modes.h"
#include "kinetic/pace.h"
#include "kinetic/watch.h"

/* One term of an observable: coefficient * exp(2 pi i mode.V). */
typedef struct kl_term {
    int momentum; /* index of +-mode in `momentum` below */
    int sign;     /* mode = sign * momentum */
    double complex coefficient;
} kl_term;

typedef struct kl_plan {
    const kl_kinetic_problem *problem;
    kl_watch *watch; /* kept by the caller */
    double energy, velocity[3];
    kl_pairing pairing;
    kl_modes modes;
    int nmomenta;
    int (*momentum)[3]; /* distinct, first entry positive; may hold 0 */
    kl_term **term;     /* [nobservables][nmodes of the observable] */
} kl_plan;

/* Is the start on one energy shell? */
bool kl_plan_one_shell(const kl_kinetic_problem *problem);

/* KL_INPUT: the problem has no solution or makes no sense. KL_ENVIRONMENT: memory. */
kl_status kl_plan_create(const kl_kinetic_problem *problem, kl_watch *watch, kl_plan *plan,
                         kl_error *err);
void kl_plan_destroy(kl_plan *plan);

/* What a mode and its conjugate give to each observable: out[nobservables] from
 * even[m] = int cos(2 pi m.U) f, odd[m] = int sin(2 pi m.U) f, m of `momentum`. */
void kl_plan_contribute(const kl_plan *plan, const int k[3], const double complex *even,
                        const double complex *odd, double complex *out);

/* <J,F_T> of one observable without the scattered part, for a start on one shell and
 * collisions at `rate`. */
double complex kl_plan_uncollided(const kl_plan *plan, int io, double rate, double time);

/* The modes first..first+count-1 of this rank. */
void kl_plan_share(MPI_Comm comm, const kl_plan *plan, int *first, int *count);

/* Does some observable need momentum `momentum` of mode `mode`? */
bool kl_plan_uses(const kl_plan *plan, int mode, int momentum);

/* error[it][io] of every value: its change from the rung below, the modes left out
 * (scattered at `rate` or more slowly), a share of the largest change at that time, lest
 * two rungs agree by chance, and what the steps leave unseen. Returns the largest. */
double kl_plan_error(const kl_plan *plan, double rate, const kl_pace *pace, const double *value,
                     const double *before, double *error);

/* The distance of the energy to the nearest van Hove
 * singularity; *van_hove is that one. */
double kl_van_hove_distance(int dimension, double energy, double *van_hove);

#endif
