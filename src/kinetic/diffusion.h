/* Spreading under the linear Boltzmann equation. Scattering is isotropic on the shell, at the rate
 * g = 2 pi N(E), so that velocities w_j = -2 sin 2 pi k_j forget themselves like exp(-g T), and
 * with D(E) = <|w|^2>/(d g) the density becomes a heat kernel after long times (L. Erdos, M.
 * Salmhofer, H.-T. Yau, Comm. Math. Phys. 271 (2007) 1), on each shell its own. Macroscopic units,
 * of a start at the origin, d = 2 or 3. Local. */
#ifndef KL_KINETIC_DIFFUSION_H
#define KL_KINETIC_DIFFUSION_H

#include "kinetic/band.h"

/* D of node i of a band, which has `square`. */
double kl_diffusion_coefficient(const kl_band *band, int i);

/* E |X_T|^2 of the Boltzmann equation, started on each shell with the mean square speed first:
 *   sum weight 2 [<|w|^2> (x - 1 + exp(-x)) + (first - <|w|^2>) (1 - (1 + x) exp(-x))]/g^2, x = g
 * T. first[band->n]; NULL: that of the shell, for a start on one site. */
double kl_boltzmann_msd(const kl_band *band, const double *first, double time);

/* The same of the heat kernels: sum weight 2 d D T. */
double kl_diffusion_msd(const kl_band *band, double time);

/* Their density at |X|^2 = square, of a start that is normal with this variance an axis:
 *   sum weight (2 pi v)^(-d/2) exp(-square/(2 v)),   v = variance + 2 D T. */
double kl_diffusion_density(const kl_band *band, double variance, double time, double square);

#endif
