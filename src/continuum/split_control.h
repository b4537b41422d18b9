/* Time evolution of a wave function to an accuracy that is measured on the way (step_control.h).
 * Because the evolution is unitary, the error of psi is at most the sum of those of the steps. */
#ifndef KL_CONTINUUM_SPLIT_CONTROL_H
#define KL_CONTINUUM_SPLIT_CONTROL_H

#include "continuum/split_step.h"
#include "continuum/step_control.h"

typedef struct kl_split_control {
    kl_split_steps steps;
    double tolerance, last; /* of psi at the last time */
    complex double *spare;  /* owned, but for harmonic; a scratch array between two calls */
    kl_step_progress progress;
    /* Another psi, on its own grid, that takes the same steps; NULL: none. Not owned. */
    kl_split_steps *follower;
    complex double *followed;
} kl_split_control;

/* `steps` as for kl_split_create() and the follower, the rest of *control is filled. Collective.
 * KL_ENVIRONMENT: no memory. Free with destroy, which is local, on failure too. */
kl_status kl_split_control_create(kl_split_control *control, double tolerance, double last,
                                  kl_error *err);
void kl_split_control_destroy(kl_split_control *control);

/* psi is at time 0. Local. */
void kl_split_control_start(kl_split_control *control);
/* As kl_step_advance(). */
kl_status kl_split_control_advance(kl_split_control *control, double from, double to,
                                   complex double *psi, bool *reached, kl_error *err);

/* What rounding may have done to psi in so many transforms, or so far, in l2. Local. */
double kl_split_rounding(const kl_box_grid *grid, double transforms);
double kl_split_control_rounding(const kl_split_control *control);

#endif
