/* Eigenstates of H nearest to an energy, by filtered subspace iteration (A. Pieper et al., J.
 * Comput. Phys. 325 (2016) 226): random vectors, three times as many as states are wanted, are
 * multiplied with a Chebyshev series of exp(-(H - E)^2/(2 s^2)), s two thirds of the half width
 * that holds the states, made orthonormal, and turned into the eigenvectors of H in their span
 * (Rayleigh and Ritz); again until the residuals |H x - theta x| of all wanted states are small.
 * Where as many vectors as sites are asked for the span is everything, and the states are exact at
 * once.
 *
 * On one rank, in double precision; the same bits for every instruction set. All functions are
 * local.
 */
#ifndef KL_DYNAMICS_INTERIOR_H
#define KL_DYNAMICS_INTERIOR_H

#include "dynamics/hamiltonian.h"

typedef struct kl_interior {
    int wanted, vectors;     /* states; vectors of the span, at most the sites */
    int64_t columns, length; /* padded: of KL_PANEL columns, of KL_LANES numbers */
    double *vector;          /* [columns][length]: the caller's start, then the states */
    double *image, *mixed;   /* likewise: H on them, work */
    double *energy;          /* [vectors]: of the states, the nearest to E first */
    double *residual;        /* [vectors] */
    double *small, *turn;    /* [vectors + 3][vectors] */
    double *array[3];        /* of the lattice */
} kl_interior;

/* The lattice is on one rank. KL_ENVIRONMENT: no memory; free on failure too. */
kl_status kl_interior_create(const kl_lattice *lattice, int wanted, kl_interior *out,
                             kl_error *err);
void kl_interior_destroy(kl_interior *interior);
/* How many vectors that takes. */
int64_t kl_interior_vectors(int64_t sites, int wanted);

/* From the columns `vector` that are there, linearly independent. `density`: states per energy
 * near E, roughly; `radius`: kl_hamiltonian_radius(). *converged: the residuals of all wanted
 * states are at most `tolerance`. KL_ENVIRONMENT: no memory. */
kl_status kl_interior_solve(kl_interior *interior, const kl_hamiltonian *h, double radius,
                            double energy, double density, double tolerance, bool *converged,
                            kl_error *err);
/* Seconds of that, roughly. */
double kl_interior_seconds(int64_t sites, int wanted, double radius, double density);

#endif
