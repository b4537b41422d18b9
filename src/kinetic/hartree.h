/* The kinetic limit of a gas of fermions with a weak random potential and a Hartree-Fock
 * interaction: the Boltzmann equation on the shells of the renormalised energy,
 *
 *   dF/dT = 2 pi int du delta(E~(u) - E~(p)) (F(u) - F(p)),   E~ = E - lambda kappa[F],     (1)
 *   kappa[F](p) = sum_x v(x) gamma_x exp(-2 pi i p.x),   gamma_x = int dp F(p) exp(2 pi i p.x),
 *
 * E(p) = sum_j cos 2 pi p_j, T = eta^2 t, for any lambda: quasi-static, for collisions take long
 * against the motion by E~. It keeps int F and int E F - (lambda/2) int F kappa. At lambda = 0 it
 * is that of kinetic/gas.h. Its stationary solutions are F = <F>_E~, those with F = phi(E~) among
 * them (T. Chen, I. Rodnianski, arXiv 0910.2786; T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63,
 * (6.36)-(6.44): with (6.39) of the opposite sign of lambda).
 */
#ifndef KL_KINETIC_HARTREE_H
#define KL_KINETIC_HARTREE_H

#include "kinetic/hartree_problem.h"

/* value[ntimes][nsymbols] = int dp b F_T on every rank; error: from a coarser grid of momenta and
 * of energies, where delta is a sum of products of hat functions, so that both sums are kept. By
 * PETSc. Collective over comm. KL_ENVIRONMENT: no memory, PETSc. KL_STOPPED. */
kl_status kl_hartree_solve(MPI_Comm comm, const kl_hartree_problem *problem, double complex *value,
                           double *error, kl_error *err);

/* The largest |J - <J>_E~[J]| over a grid of momenta, to about 1e-3: 0 if J is stationary. Local.
 * KL_ENVIRONMENT: no memory. */
kl_status kl_hartree_residual(const kl_hartree_problem *problem, double *residual, kl_error *err);

/* Fixed points F = phi(E~ + lambda v(0) gamma_0): real gamma_x = gamma_-x. */
enum { KL_MOST_BRANCHES = 8 };
typedef struct kl_fixed_point {
    double gamma[KL_MOST_RANGE]; /* of v.at: [v.n] */
    double a[3];                 /* 1 - 2 lambda v(e_j) gamma_j: E~ = const + sum a_j cos 2 pi p_j
                                  * where v reaches nearest neighbours alone */
    double energy;               /* int E F - (lambda/2) int F kappa */
} kl_fixed_point;

/* point[KL_MOST_BRANCHES]: the different ones that Newton's method finds from so many starts, by
 * energy; *found: how many. phi: smooth, of the context. By PETSc's SNES, on this rank alone.
 * KL_ENVIRONMENT: no memory, PETSc. */
kl_status kl_hartree_fixed_points(const kl_hartree_problem *problem,
                                  double (*phi)(const void *context, double energy),
                                  const void *context, int starts, kl_fixed_point *point,
                                  int *found, kl_error *err);

#endif
