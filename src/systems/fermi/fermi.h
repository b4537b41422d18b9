/* The ideal Fermi gas in a weak random potential, and its Boltzmann limit:
 *
 *   H = T + eta V, hopping 1/2, E(p) = sum_j cos 2 pi p_j, rho_t quasifree with
 *   gamma_t = exp(-itH) gamma_0 exp(itH),   T = eta^2 t
 *
 * T. Chen, I. Sasaki, arXiv 0711.0959; T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63,
 * (5.1)-(5.11), (5.19)-(5.22).
 */
#ifndef KL_SYSTEMS_FERMI_H
#define KL_SYSTEMS_FERMI_H

#include "kinlim/system.h"

extern const kl_system kl_system_fermi;

#endif
