/* Chebyshev moments mu_n = <v|T_n(H/R)|v> of a real vector, spectrum(H) in [-R, R]: with
 * u_n = T_n(H/R) v, two of them from each step of the recurrence (A. Weisse et al., Rev. Mod. Phys.
 * 78 (2006) 275):
 *
 *   mu_2n = 2 <u_n|u_n> - mu_0,   mu_2n+1 = 2 <u_n+1|u_n> - mu_1;
 *
 * and the resolvent in them, exact in the limit of many moments: with z = R x off the real axis,
 * g = x - sqrt(x^2 - 1), |g| < 1,
 *
 *   <v|(z - H)^-1|v> = sum_n (2 - delta_n0) g^n mu_n / (R sqrt(x^2 - 1)).
 *
 * Its imaginary part over -pi is the density of states of v smoothed with a Lorentzian whose half
 * width is Im z, whatever R is. In double precision; bits do not depend on the layout.
 */
#ifndef KL_DYNAMICS_CHEBYSHEV_MOMENTS_H
#define KL_DYNAMICS_CHEBYSHEV_MOMENTS_H

#include "dynamics/hamiltonian.h"

/* moment[0..degree]. array[0] holds v; it and array[1], of kl_lattice_extent() doubles, are
 * destroyed. Collective over the group. KL_ENVIRONMENT: no memory. */
kl_status kl_chebyshev_moments(const kl_hamiltonian *h, double radius, double *array[2], int degree,
                               double *moment, kl_error *err);

/* The degree at which what is left out of the smoothed density is at most `tolerance` times the
 * top of the Lorentzian, at any energy. Local. */
int kl_chebyshev_lorentz_degree(double radius, double width, double tolerance);
/* -Im <v|(E + i width - H)^-1|v>/pi. Local. */
double kl_chebyshev_lorentz(double radius, double energy, double width, int degree,
                            const double *moment);

#endif
