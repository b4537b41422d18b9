/* How singular the Fourier transform of a start is: the condition of Chen, RIMS Kokyuroku
 * Bessatsu B21 (2010) 63, (3.1)-(3.3), under which averages converge in r-th mean (Theorem 3.1):
 *
 *   phi^ = f_infinity + f_sing,   |f_infinity| < c,   || |f_sing| * |f_sing| ||_2 <= c' mu^(4/5).
 *
 * Of f = phi^ as a whole:
 *
 *   norm = || |f| * |f| ||_2 = || |f|^v ||_4^2,   peak = sup |f|,
 *
 * |f|^v the inverse Fourier transform of the modulus. norm = O(mu^(4/5)) (f_infinity = 0) or a
 * bounded peak (f_sing = 0) is enough. Whether a decomposition exists at all is decided by
 *
 *   N_c = || (|f| - c)_+ * (|f| - c)_+ ||_2 :
 *
 * where |f_infinity| <= c, |f_sing| >= (|f| - c)_+ at every point, with equality for the best
 * choice, and ||g * g||_2 grows with g >= 0. The condition holds if and only if N_c = O(mu^(4/5))
 * for some c.
 */
#ifndef KL_DYNAMICS_CONCENTRATION_H
#define KL_DYNAMICS_CONCENTRATION_H

#include "dynamics/initial.h"

typedef struct kl_concentration {
    double norm, peak;
} kl_concentration;

/* Of a state in double precision, by two Fourier transforms; and above[i] = N_c of c = bound[i],
 * i < n, by one more for each. Collective. KL_ENVIRONMENT: no memory, FFTW failed. */
kl_status kl_concentration_of_state(const kl_state *psi, int n, const double *bound, double *above,
                                    kl_concentration *out, kl_error *err);

/* In closed form, for a gaussian with S = p.X + X.A.X/2 on Z^d:
 *   norm = prod_i (2 sqrt(pi) sigma_i)^(1/2),   peak = prod_i (2 pi sigma_i^2)^(-1/4),
 *   sigma_i^2 = (s lambda_i)^2 + (mu/(4 pi s))^2,
 * sigma_i the spread of |phi^|^2 along the eigenvector of A for lambda_i. Errors are
 * exponentially small, below 1e-6, while (mu/(4 pi s))^2 + s^2 tr A^2 < 0.06^2: the torus of
 * momenta does not matter. False: no such start, or not so narrow. Local. */
bool kl_concentration_closed(const kl_initial *initial, int dimension, kl_concentration *out);

/* Number of eigenvalues of A that are not zero, to 1e-10 of its largest entry. Local. */
int kl_hessian_rank(const double hessian[3][3], int dimension);

#endif
