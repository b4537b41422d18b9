/* Time evolution to an accuracy that is measured on the way.
 *
 * Between two times the steps are the interval over powers of 2. They go in pairs: one pair of four
 * is done as one step of twice the length too, on a copy, and the difference over 2^order - 1 is
 * taken for the error of each of the four. Because the evolution is unitary, the error of psi is at
 * most the sum of them; the steps are so short that this stays below the tolerance at the last
 * time. All decisions follow from sums that are the same on any number of ranks. */
#ifndef KL_CONTINUUM_SPLIT_CONTROL_H
#define KL_CONTINUUM_SPLIT_CONTROL_H

#include "continuum/split_step.h"

#include <stdbool.h>

typedef struct kl_split_progress { /* plain data: with psi, all that is needed to go on */
    int64_t position;              /* in the interval, of 2^40 */
    double pair;                   /* length of a pair of steps */
    double error;                  /* of psi, in l2 */
    double transforms;             /* done so far */
} kl_split_progress;

typedef struct kl_split_control {
    kl_split_steps steps;
    double tolerance, last; /* of psi at the last time */
    complex double *spare;  /* owned, but for harmonic; a scratch array between two calls */
    kl_split_progress progress;
} kl_split_control;

/* `steps` as for kl_split_create(), the rest of *control is filled. Collective. KL_ENVIRONMENT: no
 * memory. Free with destroy, which is local, on failure too. */
kl_status kl_split_control_create(kl_split_control *control, double tolerance, double last,
                                  kl_error *err);
void kl_split_control_destroy(kl_split_control *control);

/* psi is at time 0. Local. */
void kl_split_control_start(kl_split_control *control);
/* Goes on in the interval from `from` to `to`; *reached: its end is. A call does some 1e8 points of
 * work. Collective. KL_INPUT: the tolerance cannot be reached. */
kl_status kl_split_control_advance(kl_split_control *control, double from, double to,
                                   complex double *psi, bool *reached, kl_error *err);

/* What rounding may have done to psi in so many transforms, or so far, in l2. Local. */
double kl_split_rounding(const kl_box_grid *grid, double transforms);
double kl_split_control_rounding(const kl_split_control *control);

#endif
