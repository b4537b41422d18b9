/* Time evolution of the Fourier modes in their Krylov spaces, by PETSc.
 *
 * Mode f of unit mass, u(T) = exp(-(rate + 2 pi i frequency) T) its uncollided
 * part, rate = 2 pi N(E), frequency = xi.v(p). With the scattered part
 * sum_k (-i)^k r_k q_k and r_0 -> r_0 + u (the whole mass of the mode):
 *
 *   r_0' = -2 pi beta_1 r_1 - 2 pi i frequency u
 *   r_1' = -rate r_1 + 2 pi beta_1 (r_0 - u) - 2 pi beta_2 r_2
 *   r_k' = -rate r_k + 2 pi beta_k r_{k-1} - 2 pi beta_{k+1} r_{k+1},   k > 1
 *
 * from r_0 = 1. At xi = 0 the mass stays 1 whatever the step. The matrix is
 * real and couples no two modes; Re r and Im r are stored as reals, so PETSc's
 * scalars may be real or complex. A start spread evenly over its shell (`isotropic`)
 * is the same without u. Or any linear system y' = -matrix y from y = (1, 0, ..., 0).
 */
#ifndef KL_KINETIC_EVOLUTION_H
#define KL_KINETIC_EVOLUTION_H

#include "kinetic/watch.h"

#include <complex.h>

typedef struct kl_chain {
    int size;           /* dimension of the Krylov space */
    const double *beta; /* [size], beta[0] unused; kept by the caller */
    double rate;        /* 2 pi N(E) */
    double frequency;   /* xi.v(p) */
    bool isotropic;     /* the start is the shell's constant: no u, and Im r = 0 is not stored */
    const double complex
        *matrix;  /* [size][size] of any system, kept by the caller; NULL: the above */
    double scale; /* how much the mode matters: weight in the step control */
} kl_chain;

typedef struct kl_evolution kl_evolution;

/* Collective over the communicator of the watch, which is asked while time advances; each rank
 * passes its own modes (nchains may be 0), whose array it keeps until the end. Runge-Kutta of order
 * 8 with step control: the local error, every mode times its scale, stays below `tolerance` in the
 * 2-norm. KL_ENVIRONMENT: PETSc. */
kl_status kl_evolution_create(kl_watch *watch, int nchains, const kl_chain *chain, double tolerance,
                              kl_evolution **evolution, kl_error *err);
void kl_evolution_destroy(kl_evolution **evolution);

/* Collective. Advances to `time`, not before the last one. KL_STOPPED on all ranks. */
kl_status kl_evolution_advance(kl_evolution *evolution, double time, kl_error *err);

/* Local. The steps taken so far, the same on every rank. */
kl_status kl_evolution_steps(const kl_evolution *evolution, int *steps, kl_error *err);

/* Nanoseconds that a stage of a step takes for one unknown on a core of 2.6 GHz. Complex scalars
 * move twice the bytes and do the arithmetic of a zero imaginary part. */
double kl_evolution_pace(void);

/* Local. Copies Re r and Im r ([size] each) of own mode i; im may be NULL if it is isotropic. */
kl_status kl_evolution_get(const kl_evolution *evolution, int i, double *re, double *im,
                           kl_error *err);

#endif
