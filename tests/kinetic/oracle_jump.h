/* Oracle: the jump process of the linear Boltzmann equation by Monte Carlo.
 * Waiting times of rate 2 pi N(E), new momenta from delta(e(U)-E)/N(E) by
 * rejection, free flight with v_j = -2 sin(2 pi V_j) between. d = 3.
 * Independent of the program: includes nothing of it.
 */
#ifndef ORACLE_JUMP_H
#define ORACLE_JUMP_H

#include <stdint.h>

typedef void oracle_function(const double x[3], const double v[3], double *out, void *context);

/* Where a path starts: X normal (center, width) and V = p + A X, or X = center and V
 * uniform. */
typedef struct oracle_start {
    double p[3], hessian[3][3], center[3], width;
    int site;
} oracle_start;

/* 2 pi N(E) */
typedef double oracle_rate(double energy, const void *context);

/* Mean and standard error of nout functions of (X_T, V_T) over `paths` paths. */
void oracle_jump_from(const oracle_start *start, oracle_rate *rate, const void *rate_context,
                      double time, long paths, uint64_t seed, int nout, oracle_function *function,
                      void *context, double *mean, double *error);

/* Mean and standard error of nout functions of (X_T, V_T) over `paths` paths
 * started at X normal (center, width) and V = p; rate = 2 pi N(e(p)). */
void oracle_jump(const double p[3], const double center[3], double width, double rate, double time,
                 long paths, uint64_t seed, int nout, oracle_function *function, void *context,
                 double *mean, double *error);

#endif
