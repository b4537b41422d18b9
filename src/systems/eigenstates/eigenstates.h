/* Eigenstates of the Anderson model H = Delta + eta V near an energy E: the weight of a state of
 * energy E_n on the momentum shell about its own energy,
 *
 *   sum over |e(k) - (E_n - eta^2 Re G(E_n))| < C eta^2 |Im G(E_n)| of |psi^_n(k)|^2
 *     ->  (2/pi) arctan C,
 *
 * the part of a Lorentzian: states near E are spread over a shell whose thickness is eta^2 (T.
 * Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, section 4). Also the inverse participation sum
 * |psi|^4 and the ratio of neighbouring level spacings.
 */
#ifndef KL_SYSTEMS_EIGENSTATES_H
#define KL_SYSTEMS_EIGENSTATES_H

#include "kinlim/system.h"

extern const kl_system kl_system_eigenstates;

#endif
