/* <J, W> of a wave function on a grid, W its Wigner function at eps: the mean of the operator that
 * Weyl's rule gives to J. Up to the resolution of the grid all are exact:
 *
 *   a(x) p^n       2^-|n| sum_k C(n,k) <P^k psi| a |P^(n-k) psi>, P = -i eps grad; x^n b(p)
 * likewise Gaussian in x and p, widths wx and wp, eps < 2 wx wp: the spectrogram, (wp/w)^d ||
 * exp(-|P - p0|^2/(4 w^2)) exp(-|x - x0|^2/(4 wx^2)) psi ||^2, w^2 = wp^2 - eps^2/(4 wx^2)
 *   indicators     the integral of |psi|^2 (or of its transform) over a box, by the trigonometric
 *                  polynomial that it is on twice as many points
 *
 * T. Chen, lecture notes on semiclassical scaling limits (2011), (2.4)-(2.9), (2.11)-(2.16). */
#ifndef KL_CONTINUUM_WEYL_H
#define KL_CONTINUUM_WEYL_H

#include "classical/window.h"
#include "continuum/box_grid.h"

/* psi stays; u and v are scratch arrays; `potential` is V on the points, for the energy.
 * Collective. KL_ENVIRONMENT: no memory. */
kl_status kl_weyl_mean(const kl_box_grid *grid, const kl_phase_observable *o,
                       const double *potential, const complex double *psi, complex double *u,
                       complex double *v, double *value, kl_error *err);

/* Is there a formula above for it? Local. */
bool kl_weyl_has(const kl_phase_observable *o);
/* What <J, W> may be off by where psi, which comes to |x_j| <= x, |p_j| <= p, is off by `off` in
 * l2. Local. */
double kl_weyl_error(const kl_phase_observable *o, const kl_smooth *potential, double eps, double x,
                     double p, double off);
/* The least wp for a Gaussian of width wx in x, which the box resolves: eps/(2 wx) and a bit.
 * Local. */
double kl_weyl_least_width(double wx, double eps, double side);

#endif
