/* Observables J(x,p) = a(x) b(p) and the energy p^2/2 + V(x), in phase space. Local. */
#ifndef KL_CLASSICAL_WINDOW_H
#define KL_CLASSICAL_WINDOW_H

#include "classical/smooth.h"

#include <stdbool.h>

enum { KL_JET_DEGREE = 3 }; /* of Taylor polynomials in phase space */

typedef enum kl_window_shape {
    KL_WINDOW_UNIFORM,
    KL_WINDOW_GAUSSIAN, /* exp(-|x - center|^2/(2 width^2)) */
    KL_WINDOW_POWER,    /* prod_j x_j^(power_j) */
    KL_WINDOW_BOX       /* 1 where low_j <= x_j < high_j for all j, else 0 */
} kl_window_shape;

typedef struct kl_window {
    kl_window_shape shape;
    double center[3], width;
    int power[3];
    double low[3], high[3];
} kl_window;

typedef struct kl_phase_observable {
    bool energy; /* else a = x, b = p */
    kl_window x, p;
} kl_phase_observable;

double kl_window_value(const kl_window *w, int dimension, const double x[3]);
/* At z = (x_1..x_d, p_1..p_d); `potential` is V. */
double kl_phase_observable_value(const kl_phase_observable *o, const kl_smooth *potential,
                                 const double *z);
/* Has it derivatives everywhere? */
bool kl_phase_observable_smooth(const kl_phase_observable *o);
/* Its Taylor polynomial at z: `of_x` as for kl_smooth_taylor(), `m` of 2 d variables and
 * KL_JET_DEGREE; c[m->n]. Of a smooth one only. */
void kl_phase_observable_taylor(const kl_phase_observable *o, const kl_smooth *potential,
                                const kl_monomials *of_x, const kl_monomials *m, const double *z,
                                double *c);
/* Taylor coefficients of w(R x) at x, R orthogonal, by the monomials m of d variables. Not of a
 * box.
 */
void kl_window_turned_taylor(const kl_window *w, const double r[3][3], const kl_monomials *m,
                             const double x[3], double *c);
/* sup |J| over |x_j| <= x, |p_j| <= p, at most. */
double kl_phase_observable_bound(const kl_phase_observable *o, const kl_smooth *potential, double x,
                                 double p);

#endif
