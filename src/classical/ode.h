/* Ordinary differential equations y' = f(y), by extrapolation.
 *
 * A step is done by the modified midpoint rule with 2, 4, .., 16 substeps, whose error is a series
 * in the square of the substep; extrapolation to 0 has order 16 (W. B. Gragg, SIAM J. Numer. Anal.
 * 2 (1965) 384; R. Bulirsch, J. Stoer, Numer. Math. 8 (1966) 1). The steps are chosen so that the
 * last two extrapolations agree to the tolerance. Local; collective where the solution is shared.
 */
#ifndef KL_CLASSICAL_ODE_H
#define KL_CLASSICAL_ODE_H

#include "kinlim/status.h"

#include <stdbool.h>

typedef struct kl_ode {
    int n;
    void (*slope)(void *context, const double *y, double *dy);
    void *context;
    double tolerance; /* of a step, of each y_i relative to the larger of 1 and |y_i| */
    double *work;     /* owned */
    /* The largest of the errors of all who share a solution, each with a part of y; NULL: nobody.
     * `slope` may then be collective too. Set after create. */
    double (*agree)(void *context, double error);
} kl_ode;

/* KL_ENVIRONMENT: no memory. Free with destroy, on failure too. */
kl_status kl_ode_create(int n, void (*slope)(void *context, const double *y, double *dy),
                        void *context, double tolerance, kl_ode *out, kl_error *err);
void kl_ode_destroy(kl_ode *ode);

/* y goes on by the time t, which may be negative. False: it runs away. */
bool kl_ode_advance(kl_ode *ode, double t, double *y);

#endif
