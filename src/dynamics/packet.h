/* A packet, of which initial states are made (initial.h). */
#ifndef KL_DYNAMICS_PACKET_H
#define KL_DYNAMICS_PACKET_H

#include "classical/phase.h"

typedef enum kl_envelope {
    KL_ENVELOPE_GAUSSIAN, /* |h|^2 = normal density, standard deviation `width` per axis */
    KL_ENVELOPE_BUMP,     /* h = prod_j exp(-1/(1 - u_j^2)), u = (X-center)/width, |u_j| < 1 */
    KL_ENVELOPE_UNIFORM,  /* plane wave exp(2 pi i p.x), p rounded to the dual lattice */
    KL_ENVELOPE_DELTA     /* one site: the one nearest to center/mu */
} kl_envelope;

typedef struct kl_initial {
    kl_envelope envelope;
    double width, center[3]; /* macroscopic */
    double momentum[3];      /* p, in cycles per site */
    double hessian[3][3];    /* A, symmetric */
    kl_phase_sum higher;     /* the rest of S */
    double weight, angle;    /* in a superposition; angle in turns */
    double mu;               /* eta^2 */
} kl_initial;

#endif
