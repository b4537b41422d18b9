/* Steps of i eps d/dt psi = (-eps^2/2 Laplacian + V) psi on a grid, by splitting:
 *
 *   strang     kick(1/2) drift(1) kick(1/2), order 2
 *   chin4      kick(1/6) drift(1/2) kick'(2/3) drift(1/2) kick(1/6) with V - dt^2 |grad V|^2/48 in
 *              the middle, order 4 (S. A. Chin, Phys. Lett. A 226 (1997) 344, scheme A)
 *   harmonic   V = sum_j omega_j^2 (x_j - c_j)^2/2: kick omega tan(omega dt/2) (x - c)^2/2, drift
 *              by sin(omega dt)/omega for each axis: exact for any dt
 *
 * kick(a): exp(-i a dt V/eps), drift(a): exp(-i a dt p^2/(2 eps)). One step back is the conjugate
 * of a step of the conjugate.
 *
 * T. Chen, lecture notes on semiclassical scaling limits (2011), (2.1)-(2.3), (4.1)-(4.3). */
#ifndef KL_CONTINUUM_SPLIT_STEP_H
#define KL_CONTINUUM_SPLIT_STEP_H

#include "continuum/box_grid.h"

#include <stdbool.h>

typedef enum kl_split_method { KL_SPLIT_STRANG, KL_SPLIT_CHIN4, KL_SPLIT_HARMONIC } kl_split_method;

static inline int kl_split_order(kl_split_method method)
{
    return method == KL_SPLIT_STRANG ? 2 : 4;
}

/* Two lengths of steps: dt (0) and 2 dt (1; not of harmonic). */
typedef struct kl_split_steps {
    const kl_box_grid *grid; /* not owned */
    kl_split_method method;
    const double *potential, *steepness; /* [local], not owned: V; |grad V|^2 for chin4 */
    double omega[3], center[3];          /* harmonic */
    double dt;                           /* 0: none yet */
    complex double *kick[2], *middle[2]; /* [local], owned */
    complex double *drift[2][3];         /* [n], owned */
} kl_split_steps;

/* grid, method, potential, steepness, omega and center are given. Collective. KL_ENVIRONMENT: no
 * memory. Free with destroy, which is local, on failure too. */
kl_status kl_split_create(kl_split_steps *steps, kl_error *err);
void kl_split_destroy(kl_split_steps *steps);

/* Bytes of a rank for that, grid and psi not included; transforms of a step. Local. */
double kl_split_bytes(kl_split_method method, int dimension, int64_t sites, int ranks);
int kl_split_transforms(kl_split_method method);

void kl_split_set(kl_split_steps *steps, double dt); /* local */
/* Steps of length dt or 2 dt. Collective. */
void kl_split_run(const kl_split_steps *steps, int which, int64_t count, complex double *psi);
/* Steps of length dt in stretches, to the same bits: the kick between two of them is of the first.
 * Collective. */
void kl_split_stretch(const kl_split_steps *steps, int64_t count, bool first, bool last,
                      complex double *psi);
/* The steps back. Collective. */
void kl_split_undo(const kl_split_steps *steps, int which, int64_t count, complex double *psi);
/* The first kick of a step of length dt alone, or its inverse. Local. Lie slices, first V, are
 * Strang steps between the two: (D K)^n = K^(-1/2) (K^(1/2) D K^(1/2))^n K^(1/2). */
void kl_split_kick(const kl_split_steps *steps, bool back, complex double *psi);

#endif
