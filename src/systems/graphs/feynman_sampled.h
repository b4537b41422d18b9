/* The same graphs by sampling, for any start and observable (graphs/colours.h): one realization
 * draws the fields of signs, evolves every chain of every graph by the series of
 * dynamics/duhamel.h, and pairs their ends. The mean over realizations is the amplitude.
 *
 * On r lines of n + m vertices each: a realization draws r independent potentials, of X_i = <J,
 * W^(n,m)> each, and gives, unbiased,
 *
 *   class.disconnected  (E X)^r           X_1 .. X_r
 *   class.2-connected   E (X - E X)^r     by sum_j (-1)^j (r over j) E X^(r-j) (E X)^j
 *   class.connected     the r-th cumulant of X, by moments
 *   total               E X^r
 *
 * each product of moments by powers of different X_i, averaged over the turns of 1..r. That a class
 * of graphs sums to these is what its name means (graphs/lines.h).
 *
 * A lattice is on one rank.
 */
#ifndef KL_SYSTEMS_FEYNMAN_SAMPLED_H
#define KL_SYSTEMS_FEYNMAN_SAMPLED_H

#include "kinlim/system.h"

extern const kl_system kl_system_graphs_sampled;

#endif
