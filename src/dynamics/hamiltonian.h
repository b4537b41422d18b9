/* H = hopping * Delta + eta * V on a slab, (Delta psi)(x) = sum over the 2d
 * nearest neighbours, (V psi)(x) = omega_x psi(x); and rigorous bounds of its
 * spectrum from the actual potential.
 *
 * T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, (2.1); lecture notes (2011), (5.1)-(5.3). */
#ifndef KL_DYNAMICS_HAMILTONIAN_H
#define KL_DYNAMICS_HAMILTONIAN_H

#include "dynamics/state.h"
#include "dynamics/recurrence.h"

typedef struct kl_hamiltonian {
    const kl_lattice *lattice;
    const kl_stencil_set *set;
    double hopping; /* > 0; 1 for the Anderson model */
    double eta;
    const float *omega;    /* kl_pencils_held() sites; not owned */
    kl_blocking blocking;  /* of the recurrence */
    const kl_seams *seams; /* between the slabs, or NULL; not owned */
} kl_hamiltonian;

/* Of H on these arrays (dynamics/recurrence.h). Local. */
kl_recurrence kl_hamiltonian_recurrence(const kl_hamiltonian *h, kl_precision precision,
                                        void **array, int arrays, bool keep);

/* A number R with spectrum(H) inside [-R, R].
 *
 * Collatz-Wielandt: for a matrix with non-negative off-diagonal entries and any
 * positive vector phi, lambda_max(H) <= max_x (H phi)(x)/phi(x). The lower end:
 * |-Delta - eta V + s| <= Delta - eta V + s entrywise for s large, so
 * -lambda_min(H) <= lambda_max(Delta - eta V). phi comes from a few steps of
 * the power method, started from 1. The result is a maximum over sites, the
 * same bits for any layout, and is rounded up by more than the rounding of its
 * evaluation. u, v: scratch lattice arrays. Collective. */
double kl_hamiltonian_radius(const kl_hamiltonian *h, kl_precision precision, void *u, void *v);

/* R rounded up until 2 hopping/R, the factor of the recurrence, is exact in single
 * precision: its rounding would shift all energies and grow like R t. Local. */
double kl_hamiltonian_exact_factor(double radius, double hopping);

#endif
