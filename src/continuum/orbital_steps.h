/* Steps of Hartree's and of Hartree and Fock's equations for the orbitals phi_j,
 *
 *   i eps d/dt phi_j = (-eps^2/2 Laplacian + W) phi_j [- X phi_j],   W = U + V * rho,
 *   (X phi)(x) = N^-1 sum_k phi_k(x) int V(x - y) conj(phi_k(y)) phi(y) dy      (d = 1 alone)
 *
 * by splitting into drifts, exp(-i t p^2/(2 eps)), and kicks, exp(-i t W/eps). rho does not change
 * in a kick, so W is that of the kick's beginning and the kick is exact; nor does it under X, whose
 * flow commutes with that of W, for both leave |phi_k(x)| pairs V(x - y) gamma(x, y) in their
 * place: a kick with exchange is the flow of W and then that of X, by Runge and Kutta's rule.
 *
 *   strang   order 2
 *   chin4    of order 4 with W' = W - dt^2 (|grad W|^2 - 2 sum_j d_j V * (rho d_j W))/48 in the
 *            middle kick: the derivative in rho of int U rho + int rho V * rho/2 - dt^2 int rho
 *            |grad W|^2/48, which is Chin's potential for a mean field (split_step.h)
 *   bm4      of order 4 for any two flows (S. Blanes, P. C. Moan, J. Comput. Appl. Math. 142 (2002)
 *            313, S6): with exchange, whose kicks do not commute with the brackets that Chin's
 *            scheme takes for zero */
#ifndef KL_CONTINUUM_ORBITAL_STEPS_H
#define KL_CONTINUUM_ORBITAL_STEPS_H

#include "classical/smooth.h"
#include "continuum/box_interaction.h"
#include "continuum/orbitals.h"
#include "continuum/step_control.h"

typedef enum kl_orbital_method {
    KL_ORBITAL_STRANG,
    KL_ORBITAL_CHIN4,
    KL_ORBITAL_BM4
} kl_orbital_method;

enum { KL_ORBITAL_STAGES = 6 };

typedef struct kl_orbital_exchange {     /* d = 1; scratch, owned */
    complex double *every;               /* [all][local]: the orbitals of every rank */
    complex double *slope, *stage, *sum; /* [count][local] */
    complex double *pair;                /* [local] */
} kl_orbital_exchange;

typedef struct kl_orbital_steps {
    const kl_orbitals *orbitals; /* not owned, as the two next */
    const kl_smooth *potential, *interaction;
    kl_orbital_method method;
    bool exchange;
    /* the rest is filled */
    kl_box_interaction field;
    kl_orbital_exchange x;
    double dt;
    double *u, *slope[3], *rho;                  /* [points]: U, grad U, the density */
    complex double *w, *steep, *work, *phase;    /* [local] */
    complex double *drift[2][KL_ORBITAL_STAGES]; /* [sites]: of dt and of 2 dt */
    complex double *spare;                       /* [count][local]: of the control */
    kl_step_progress progress;
} kl_orbital_steps;

/* Collective. KL_ENVIRONMENT: no memory. Free with destroy, which is local, on failure too. */
kl_status kl_orbital_steps_create(kl_orbital_steps *steps, kl_error *err);
void kl_orbital_steps_destroy(kl_orbital_steps *steps);

/* Bytes of the largest of the ranks, the orbitals and this with them; transforms of an orbital in
 * a step. Local. */
double kl_orbital_steps_bytes(kl_orbital_method method, bool exchange, int dimension, int64_t sites,
                              int waves, int64_t all, int ranks);
int kl_orbital_steps_transforms(kl_orbital_method method);
static inline int kl_orbital_steps_order(kl_orbital_method method)
{
    return method == KL_ORBITAL_STRANG ? 2 : 4;
}

void kl_orbital_steps_set(kl_orbital_steps *steps, double dt); /* local */
/* Steps of dt (which = 0) or 2 dt (1). Collective. */
void kl_orbital_steps_run(const kl_orbital_steps *steps, int which, int64_t count,
                          complex double *phi);
/* The same back: exact, but for Runge and Kutta's rule. Collective. */
void kl_orbital_steps_undo(const kl_orbital_steps *steps, int which, int64_t count,
                           complex double *phi);

/* Towards `to`, as kl_step_advance(): the error is sqrt(sum_j ||phi_j - exact||^2/N), as far as it
 * adds up; what a step is off by moves the mean field of the later ones too. Progress begins with
 * start, which is local. */
void kl_orbital_steps_start(kl_orbital_steps *steps, double tolerance);
kl_status kl_orbital_steps_advance(kl_orbital_steps *steps, const kl_step_goal *goal, double from,
                                   double to, complex double *phi, bool *reached, kl_error *err);

/* Energy per particle, int U rho + kinetic + int rho V * rho/2 less half of the exchange, and the
 * mean of the orbitals' own energies p^2/2 + U. Collective. KL_ENVIRONMENT: no memory. */
kl_status kl_orbital_steps_energy(const kl_orbital_steps *steps, const complex double *phi,
                                  double *energy, kl_error *err);

/* ---- exchange (orbital_exchange.c) ---- */

kl_status kl_orbital_exchange_create(const kl_orbitals *o, kl_orbital_exchange *x, kl_error *err);
void kl_orbital_exchange_destroy(kl_orbital_exchange *x);
/* out = X phi; gathers first. Collective. */
void kl_orbital_exchange_apply(const kl_orbital_steps *steps, const complex double *phi,
                               complex double *out);
/* phi goes on by t under d/dt phi = i X phi/eps. Collective. */
void kl_orbital_exchange_run(const kl_orbital_steps *steps, double t, complex double *phi);

#endif
