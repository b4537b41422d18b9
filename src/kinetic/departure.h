/* How far exp(-itH) leaves free motion, in the kinetic scaling t = T/eta^2:
 *
 *   E ||exp(-itH) delta - exp(-it Delta) delta||^2
 *       ->  2 - 2 Re int dE N(E) exp(-i T G(E+i0)),
 *   G(E+i0) = int dU / (E - e(U) + i0),   Im G = -pi N(E),
 *
 * the average propagator having the self-energy eta^2 G(E+i0) to second order
 * (docs/localization.md). All functions are local.
 */
#ifndef KL_KINETIC_DEPARTURE_H
#define KL_KINETIC_DEPARTURE_H

/* G(E+i0) = (*re, *im), dimension 1, 2 or 3, to about 1e-12 inside the band
 * |E| < 2 dimension; NAN outside. At the van Hove energies the limit from below
 * in |E|, where it exists. */
void kl_resolvent(int dimension, double energy, double *re, double *im);

/* The limit at T >= 0; *error: from doubling the nodes, about 1e-12. */
double kl_departure(int dimension, double time, double *error);

/* 1 - Re exp(-i time (re + i im)), without cancellation for small times. */
double kl_overlap_loss(double re, double im, double time);

/* The limit for a start of one momentum, a plane wave or a packet with S = p.X:
 * 2 - 2 Re exp(-i T G(e(p))). NAN at the band edges. */
double kl_departure_at(int dimension, const double momentum[3], double time);

#endif
