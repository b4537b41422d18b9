/* Steps in time to an accuracy that is measured on the way, of any scheme.
 *
 * Between two times the steps are the interval over powers of 2. They go in pairs: one pair of four
 * is done as one step of twice the length too, on a copy, and the difference over 2^order - 1 is
 * taken for the error of each of the four; the steps are so short that the sum of them stays below
 * the tolerance at the last time. All decisions follow from numbers that are the same on every
 * rank. */
#ifndef KL_CONTINUUM_STEP_CONTROL_H
#define KL_CONTINUUM_STEP_CONTROL_H

#include "kinlim/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct kl_step_progress { /* plain data: with the state, all that is needed to go on */
    int64_t position;             /* in the interval, of 2^40 */
    double pair;                  /* length of a pair of steps */
    double error;                 /* of the state: the sum of those of the steps */
    double transforms;            /* done so far */
} kl_step_progress;

typedef struct kl_step_scheme { /* all are collective, where its steps are */
    void *state;
    int order;      /* 0: exact for any length, nothing is measured */
    int transforms; /* of a step */
    double work;    /* of a pair, in points */
    void (*set)(void *state, double dt);
    void (*run)(void *state, int64_t count);  /* steps of dt */
    void (*undo)(void *state, int64_t count); /* the same back */
    double (*compare)(void *state); /* two steps of dt; how far one of 2 dt is from their end */
} kl_step_scheme;

typedef struct kl_step_goal {
    double tolerance, last; /* of the state at the last time */
} kl_step_goal;

/* What rounding may have done to a wave function of so many points so far, in l2. Local. */
double kl_step_rounding(const kl_step_progress *progress, double points);

/* Goes on in the interval from `from` to `to`; *reached: its end is. A call does some 1e8 points of
 * work. Collective. KL_INPUT: the tolerance cannot be reached. */
kl_status kl_step_advance(const kl_step_scheme *scheme, const kl_step_goal *goal, double from,
                          double to, kl_step_progress *progress, bool *reached, kl_error *err);

#endif
