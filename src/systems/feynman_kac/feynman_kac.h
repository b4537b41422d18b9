/* The Feynman-Kac formula on the lattice: E<0| exp(b (Delta + eta V)) |y> in a random potential, by
 * the matrix and by random walks.
 *
 * T. Chen, Semiclassical scaling limits of quantum dynamics, 2011, end of section 3.
 */
#ifndef KL_SYSTEMS_FEYNMAN_KAC_H
#define KL_SYSTEMS_FEYNMAN_KAC_H

#include "kinlim/system.h"

extern const kl_system kl_system_feynman_kac;

#endif
