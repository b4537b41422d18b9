/* The start seen at two times: the mean of psi_x(s) conj psi_x(s'), tau = s - s' later,
 *
 *   g_tau(X) = h(X - v tau) conj h(X),   h = sum_i c_i h_i,   int |h|^2 dX = 1,
 *
 * without the winding around the torus between the two. Local. */
#ifndef KL_KINETIC_LAG_H
#define KL_KINETIC_LAG_H

#include "kinetic/mode_grid.h"
#include "kinetic/problem.h"

typedef struct kl_lobe { /* of the start's envelope */
    kl_kinetic_envelope envelope;
    double width, center[3];
    double coefficient[2]; /* Re, Im */
} kl_lobe;

/* Is g_tau real at every tau? */
bool kl_lag_is_real(int nlobes, const kl_lobe *lobe);

/* The half spectra of Re g_tau (`imaginary`: of Im g_tau), modes as of an integral over X divided
 * by ell^d. KL_ENVIRONMENT: no memory. */
kl_status kl_lag_spectrum(const kl_mode_grid *grid, int nlobes, const kl_lobe *lobe,
                          const double velocity[3], double tau, bool imaginary, double *re,
                          double *im, kl_error *err);

/* The |k| along an axis beyond which the spectrum of |h|^2 is below `share` of it in all. */
int kl_lag_reach(double ell, int nlobes, const kl_lobe *lobe, double share);

#endif
