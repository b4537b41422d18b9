/* The expansion in the disorder, psi = sum_{n<=N} psi^(n) + R_N:
 *
 *   i d/dt psi^(n) = hopping Delta psi^(n) + eta V psi^(n-1),   psi^(-1) = 0
 *
 * (T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, section 2.3; (5.33)-(5.42) for a gas), by one
 * Chebyshev series of the block (psi^(0), ..., psi^(N)). Its generator G has Delta in the diagonal
 * and eta V below it, and is not normal. With v = eta max|V|, R > 2 d hopping, r = 2 d hopping/R
 * and |U_k| <= (1 - r^2)^(-1/2) on [-r, r], the term T_k(G/R) takes order m to order m + n with a
 * norm of at most
 *
 *   g^n (k over n),   g = 2 v / (R sqrt(1 - r^2)):
 *
 * the recurrence is solved by u_k^(n) = sum_{j<k} U_{k-1-j}(Delta/R) (2 eta V/R) u_j^(n-1), half of
 * that for j = 0, and sum_{j<k} (j over n-1) = (k over n). The flow itself, by Duhamel's formula,
 * takes order m to m + n with a norm of at most (v t)^n/n!. The degree is the least that keeps the
 * tolerance by these bounds, and R the one with the least degree. Bits do not depend on the layout.
 */
#ifndef KL_DYNAMICS_DUHAMEL_H
#define KL_DYNAMICS_DUHAMEL_H

#include "dynamics/chebyshev.h"

typedef struct kl_duhamel_span { /* a stretch of the way of a block that starts as (psi_0, 0, ...)
                                  */
    int orders;                  /* N + 1, at most KL_MOST_ORDERS */
    double strength;             /* v */
    double from, to, last;       /* the stretch, and where the way ends: 0 <= from < to <= last */
    double tolerance; /* its share of the l2 error of each psi^(n) at `last`, |psi_0| = 1 */
} kl_duhamel_span;

/* Fills radius and degree of the series for a stretch. Local. KL_ENVIRONMENT: no memory. */
kl_status kl_duhamel_plan(const kl_duhamel_span *span, kl_series *series, kl_error *err);

/* eta max|V| over the whole lattice. Collective over the group. */
double kl_duhamel_strength(const kl_hamiltonian *h);

/* Error of each psi^(n) by rounding, relative to max(1, |psi^(n)|), as an upper estimate measured
 * in single against double precision up to N = 12, t = 256: that of one vector in d = 3; in low
 * dimensions states at the band edges, which are many and slow, add to it order by order. Local. */
double kl_duhamel_rounding(kl_precision precision, int dimension, int orders, double t);

#endif
