/* The Hartree-Fock Fermi gas in a weak random potential: all realizations of an ensemble move in
 * one mean field,
 *
 *   i d/dt psi = (E(p) - lambda kappa_t(p)) psi + eta V psi,
 *   kappa = sum_x v(x) gamma_x exp(-2 pi i p.x),
 *
 * gamma_x = int dp mu_t(p) exp(2 pi i p.x), mu_t the occupation averaged over all of them.
 * T. Chen, I. Rodnianski, arXiv 0910.2786; T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63,
 * (6.1)-(6.5), (6.6)-(6.13).
 */
#ifndef KL_SYSTEMS_HARTREE_FOCK_H
#define KL_SYSTEMS_HARTREE_FOCK_H

#include "kinlim/system.h"

extern const kl_system kl_system_hartree_fock;

#endif
