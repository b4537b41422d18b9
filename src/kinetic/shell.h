/* The energy shell e(U) = E of e(U) = 2 sum_j cos(2 pi U_j): its density of
 * states and a quadrature for  int dU delta(e(U) - E) b(U).
 *
 * All functions are local.
 */
#ifndef KL_KINETIC_SHELL_H
#define KL_KINETIC_SHELL_H

#include "kinlim/status.h"

/* Points theta_j = 2 pi U_j of the first octant (sine >= 0). A point stands for
 * its 2^d images theta_j -> -theta_j; `weight` is theirs together, so that the
 * weights add up to N(E). The group velocity is v_j = -2 sine[j]. */
typedef struct kl_shell {
    int dimension, npoints;
    double energy;
    double *cosine[3], *sine[3]; /* [npoints]; axes beyond the dimension are NULL */
    double *weight;              /* [npoints] */
} kl_shell;

/* Builds the quadrature of resolution n (about 1.4 n^2 points in d = 3, less for
 * |E| > 2; n in d = 2): the error falls exponentially in n, at van Hove energies
 * too. dimension 2 or 3, 0 < |E| < 2 dimension in d = 2, |E| < 6 in d = 3, n >= 8.
 * KL_INPUT: no such shell. KL_ENVIRONMENT: no memory. */
kl_status kl_shell_create(int dimension, double energy, int n, kl_shell *shell, kl_error *err);
void kl_shell_destroy(kl_shell *shell);

/* N(E) = int dU delta(e(U) - E) to 1e-13, dimension 1, 2 or 3. Zero outside the
 * band, infinite where it diverges (d = 1: |E| = 2; d = 2: E = 0). */
double kl_shell_density_of_states(int dimension, double energy);

#endif
