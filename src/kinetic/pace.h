/* The steps in time that a rung of the ladder and the one below took. Where both took as many,
 * the change from one to the other does not show the error of the steps, which is then at most
 * their number times the local error allowed. Local. */
#ifndef KL_KINETIC_PACE_H
#define KL_KINETIC_PACE_H

#include "kinlim/status.h"

typedef struct kl_pace {
    int ntimes;
    int *now, *before; /* [ntimes] up to each time; 0: not counted */
    double step;       /* the local error that this rung allows */
} kl_pace;

/* KL_ENVIRONMENT: no memory. */
kl_status kl_pace_create(int ntimes, kl_pace *pace, kl_error *err);
void kl_pace_destroy(kl_pace *pace);

/* To the next rung. */
void kl_pace_next(kl_pace *pace, double step);

/* The error at one time that the change does not show. */
double kl_pace_unseen(const kl_pace *pace, int time);

#endif
