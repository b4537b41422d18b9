/* Oracle: the jump process of the linear Boltzmann equation, d = 3, path by path:
 * collisions of rate 2 pi N(E), new momenta from delta(e(U)-E)/N(E), free flight with
 * v_j = -2 sin(2 pi V_j) between. Needs oracle_volterra.c, for N(E); includes nothing
 * of the program.
 *
 * Instead of drawing the number n of collisions the sum over n is written out,
 *
 *   sum_n int dX_0 |h|^2 exp(-2 pi N T) int_{t_1 < ... < t_n < T} prod_i 2 pi int dU_i
 *   delta(e(U_i)-E) f(X_T, U_n),
 *
 * each term an integral of dimension 3 + 3n by a rank-1 lattice rule under
 * independent random shifts, which make it unbiased and give its standard error. The shell is taken
 * by one angle and the flow along the curve that is left (elliptic functions).
 */
#ifndef ORACLE_JUMP_H
#define ORACLE_JUMP_H

#include <stdint.h>

enum { ORACLE_SHIFTS = 16, ORACLE_OUTPUTS = 16 };

typedef void oracle_function(const double x[3], const double v[3], double *out,
                             const void *context);

/* Where a path starts: X normal (center, width) and V = p + A X + bend(X), or, with
 * `site`, X = center and V uniform. */
typedef struct oracle_start {
    double p[3], hessian[3][3], center[3], width;
    void (*bend)(const double x[3], double v[3]); /* adds to v; may be NULL */
    int site;
} oracle_start;

/* Mean and standard error (Student's t, ORACLE_SHIFTS - 1 degrees of freedom) of nout
 * functions of (X_T, V_T); 2^level points per shift and term, fewer for n > 3. */
void oracle_jump(const oracle_start *start, double time, int level, uint64_t seed, int nout,
                 oracle_function *function, const void *context, double *mean, double *error);

/* The same for paths of exactly n collisions alone, n <= 12; the others count as 0. */
void oracle_jump_collisions(const oracle_start *start, double time, int n, int level, uint64_t seed,
                            int nout, oracle_function *function, const void *context, double *mean,
                            double *error);

/* As oracle_jump() for exp(2 pi i (mode.V - xi.X)), real and imaginary part, with far smaller
 * errors: the momenta after a collision, which such a function sees as factors, are averaged over
 * the shell, and the lattice rule is left with X_0 and the times. */
void oracle_jump_wave(const oracle_start *start, double time, const double xi[3], const int mode[3],
                      int level, uint64_t seed, double mean[2], double error[2]);

#endif
