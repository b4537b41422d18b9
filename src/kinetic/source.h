/* What the first collision feeds into the shells, mode by mode, and what becomes of it:
 *
 *   R_n(xi, tau) = int dX |h|^2 l_n(E) 2 pi N(E) exp(-2 pi N(E) tau) exp(-2 pi i xi.(X + v tau)),
 *
 * E = e(V), v = v(V), V = grad S(X), l_n the interpolating polynomial of energy n, and
 *
 *   int dU exp(2 pi i m.U) f_xi(T) = sum_n int_0^T dtau R_n(xi, tau) psi_n,xi(m, T - tau)
 *
 * without the uncollided part, psi the response to an even start (isotropic.h).
 */
#ifndef KL_KINETIC_SOURCE_H
#define KL_KINETIC_SOURCE_H

#include "kinetic/isotropic.h"
#include "kinetic/start.h"

/* To be ended by kl_watch_agree(). Adds to value[it][io][2] what the modes first..first+count-1
 * give at all times > 0. The responses are at the `isotropic->ntimes` Chebyshev points of [0,
 * last]. */
kl_status kl_source_add(const kl_plan *plan, const kl_start *start, const kl_energies *energies,
                        const kl_isotropic *isotropic, double accuracy, double last, int first,
                        int count, double *value, kl_error *err);

/* Local. The work of kl_source_add() for all modes, in additions. */
double kl_source_work(const kl_plan *plan, const kl_start *start, int nenergies, double accuracy,
                      double last);

/* Points in time for the responses of all modes. */
int kl_source_times(const kl_plan *plan, double accuracy, double last);

#endif
