/* Free motion of one site on a ring of L sites:
 *
 *   <x| exp(-it Delta) |0> = sum_n (-i)^|x+nL| J_|x+nL|(2t),  (Delta psi)(x) = psi(x-1) + psi(x+1)
 *
 * (Jacobi-Anger, DLMF 10.12.2, and the images of the ring). On the lattice of L^d
 * sites the amplitude is the product over the axes.
 */
#ifndef KL_DYNAMICS_FREE_H
#define KL_DYNAMICS_FREE_H

#include "kinlim/status.h"

#include <complex.h>
#include <stdint.h>

/* amplitude[x], x = 0..sites-1, at t >= 0; absolute error about 1e-16. Local. */
kl_status kl_free_ring(int64_t sites, double t, double complex *amplitude, kl_error *err);

#endif
