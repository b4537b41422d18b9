/* Krylov space of the multiplication by x = xi.v on the energy shell, started
 * from the constant: polynomials q_k(x), orthonormal in the shell average
 * <f> = (1/N) int dU delta(e(U) - E) f(U).
 *
 *   x q_k = beta_{k+1} q_{k+1} + beta_k q_{k-1},   q_0 = 1
 *
 * (no diagonal: v -> -v is a symmetry). Local.
 */
#ifndef KL_KINETIC_KRYLOV_H
#define KL_KINETIC_KRYLOV_H

#include "kinetic/shell.h"
#include "kinetic/watch.h"

/* beta[k], k = 1..size-1 (beta[0] = 0), and for each of nmodes momentum modes m
 * moment[i*size + k] = <cos(2 pi m.U) q_k> for even k, <sin(2 pi m.U) q_k> for
 * odd k; the other averages vanish. If the space is smaller than `size`, the
 * remaining entries are zero. KL_ENVIRONMENT: no memory. KL_STOPPED:
 * the watch, which is looked at step by step. */
kl_status kl_krylov(const kl_shell *shell, const double xi[3], int size, int nmodes,
                    const int (*mode)[3], double *beta, double *moment, kl_watch *watch,
                    kl_error *err);

#endif
