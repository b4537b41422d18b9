/* Where two beams of one wave meet, twice at the same site: quadrature in the two times. Half of
 * the covariance of <J,W> at time T_e and <K,W> at T_l, that of disorder met first by J:
 *
 *   D = 2 int dS int_0 dtau exp(-g tau) int dX [ M(1) M(A B) - M(A) M(B) ],
 *   S <= T_e, S + tau <= T_l,  A = K with T_l - S - tau to go, B = J with T_e - S to go,
 *   M(f) = int F_tau(X,dV;S) f(X,V)
 *
 * (F complex: the same of its real and its imaginary part, added). Local. */
#ifndef KL_KINETIC_MEETINGS_H
#define KL_KINETIC_MEETINGS_H

#include "kinlim/status.h"

typedef struct kl_meeting {
    int start, early, late; /* S, T_e - S, T_l - S - tau as indices of `time` */
    double lag, weight;
} kl_meeting;

typedef struct kl_meetings {
    int n, ntimes;
    kl_meeting *meeting; /* [n] */
    double *time;        /* [ntimes], increasing, the first is 0 */
} kl_meetings;

/* `points` Gauss points on each stretch of time; an interpolating polynomial in the two times to
 * go, so that the lag may be negative. T_e, T_l > 0. KL_ENVIRONMENT: no memory. */
kl_status kl_meetings_create(double early, double late, int points, kl_meetings *meetings,
                             kl_error *err);
void kl_meetings_destroy(kl_meetings *meetings);

#endif
