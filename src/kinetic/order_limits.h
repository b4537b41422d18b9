/* The kinetic limits, T = eta^2 t fixed, eta -> 0, of the expansion in the disorder,
 *
 *   psi = sum_{n<=N} psi^(n) + R_N,   i d/dt psi^(n) = Delta psi^(n) + eta V psi^(n-1),
 *
 * of a start on one energy shell E, after the averages over pairings: only decorated ladders
 * survive, rungs that pair a vertex of either line, in order, with immediate recollisions
 * between them (T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, sections 2.3, (2.13)-(2.16), and
 * 3.2, (3.12)-(3.16); lecture notes, University of Texas at Austin (2011), sections 5.3-5.6,
 * (5.16)-(5.20); proofs: J. Stat. Phys. 120 (2005) 279). A recollision is
 * a factor -Gamma T, or -conj(Gamma) T on the line of conj(psi), k rungs are Lambda_k
 * (collisions.h), and the recollisions of a line come in any order:
 *
 *   Gamma = i G(E+i0) = pi N(E) + i Re G                                               (1)
 *   E <J,W^(n,m)> -> sum_k (-conj(Gamma) T)^a/a! (-Gamma T)^b/b! Lambda_k,             (2)
 *       a = (n-k)/2, b = (m-k)/2 whole, 0 <= k <= min(n,m),
 *
 * W^(n,m) pairing conj(psi^(n)) with psi^(m); J = 1 has Lambda_k = (2 pi N T)^k/k!, and then
 * sum_{n,m} z^n w^m of (2) is exp T(-conj(Gamma) z^2 - Gamma w^2 + 2 pi N z w):         (3)
 *
 *   E ||psi^(n)||^2 -> sum_k |Gamma T|^(n-k)/((n-k)/2)!^2 (2 pi N T)^k/k!              (4)
 *   E ||R_N||^2 -> 1 - 2 Re sum_{n<=N} c_n + sum_{n,m<=N} of (2),                      (5)
 *       c_n = [z^n] exp T(-Gamma - conj(Gamma) z^2 + 2 pi N z), the pairing of psi^(n) with psi.
 *
 * Local.
 */
#ifndef KL_KINETIC_ORDER_LIMITS_H
#define KL_KINETIC_ORDER_LIMITS_H

/* Gamma(E) = (*re, *im) of (1), dimension 1, 2 or 3, inside the band; NAN outside. */
void kl_self_energy(int dimension, double energy, double *re, double *im);

/* (2): value[2] = Re, Im from lambda[k][2], k = 0..min(n, m). gamma[2] = Re, Im. */
void kl_order_pairing(const double gamma[2], double time, int n, int m, const double lambda[][2],
                      double value[2]);

/* (4) */
double kl_order_norm(const double gamma[2], double time, int n);

/* (5), N >= 0: (2) and c_n cancel to about exp(4 |Gamma| T) times the rounding. */
double kl_order_remainder(const double gamma[2], double time, int most);

#endif
