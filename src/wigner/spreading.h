/* How far a vector has spread from a site, where it started: sums over |psi|^2 about
 * that site, with x the displacement from it in centred coordinates,
 *
 *   departure  sum |psi(x) - phi(x)|^2, phi(x) = prod_j phi_j(x_j) its free motion
 *   msd        sum |x|^2 |psi(x)|^2
 *   return     |psi(0)|^2
 *   ipr        sum |psi(x)|^4
 *   near       sum over |x| <= 1 of |psi|^2
 *   shell j    sum over 2^j < |x| <= 2^(j+1) of |psi|^2
 *
 * T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, (4.1) and section 4.2.
 */
#ifndef KL_WIGNER_SPREADING_H
#define KL_WIGNER_SPREADING_H

#include "dynamics/state.h"

#include <complex.h>

enum { KL_DEPARTURE, KL_MSD, KL_RETURN, KL_IPR, KL_NEAR, KL_SHELLS /* the first shell */ };

/* Shells needed on a lattice of L^d sites. Local. */
int kl_spreading_shells(int dimension, int64_t sites);

/* value[KL_SHELLS + nshells], nshells at least the above. `start`: site indices
 * per axis; free_motion[j][sites]: phi_j at this time by the displacement modulo the
 * sites. Sums run in a fixed order: the same bits for any layout. Collective over the
 * group. */
kl_status kl_spreading_measure(const kl_state *psi, const int64_t start[3],
                               const double complex *const free_motion[3], int nshells,
                               double *value, kl_error *err);

#endif
