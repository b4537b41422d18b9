/* Position space of the Boltzmann reference: envelopes and positions as Fourier
 * coefficients, which factorise over the axes. Local.
 *
 *   <J,F> = sum_k P(k) int dV b(V) f_k(V),    k in Z^d, xi = k/ell,
 *   P(k) = prod_j ell^-1 g^_j(k_j) A_j(-k_j)
 *
 * with g^ the transform of |h|^2, A(q) = int a exp(-2 pi i q.X/ell) dX, and f_k
 * the mode of a start of unit mass.
 */
#ifndef KL_KINETIC_OBSERVABLE_H
#define KL_KINETIC_OBSERVABLE_H

#include "kinetic/problem.h"
#include "kinlim/status.h"

#include <complex.h>

/* The factor of one observable and one axis, -reach <= k <= reach. */
typedef struct kl_factor {
    int reach;
    double complex *value; /* [2 reach + 1] */
} kl_factor;

typedef struct kl_pairing {
    int dimension, nobservables;
    kl_factor (*factor)[3]; /* [nobservables] */
} kl_pairing;

/* The transform of |h|^2 along one axis, centred at 0; xi in waves per unit of length. */
double kl_envelope_transform(const kl_kinetic_problem *problem, double xi);

/* A_j(q)/ell, the transform of the axis factor of a, periodised. */
double complex kl_position_transform(const kl_kinetic_observable *o, int axis, double ell, int q);

/* Coefficients below 1e-18 of the largest are left out. KL_ENVIRONMENT: memory. */
kl_status kl_pairing_create(const kl_kinetic_problem *problem, kl_pairing *pairing, kl_error *err);
void kl_pairing_destroy(kl_pairing *pairing);

/* P(k) of observable io; zero beyond the reach. */
double complex kl_pairing_at(const kl_pairing *pairing, int io, const int k[3]);

/* sum_k P(k) exp(-2 pi i k.shift/ell): the pairing moved by `shift`, to rounding. */
double complex kl_pairing_moved(const kl_pairing *pairing, int io, double ell,
                                const double shift[3]);

/* sum_k |P(k)|. */
double kl_pairing_sum(const kl_pairing *pairing, int io);

#endif
