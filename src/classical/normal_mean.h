/* Means over a standard normal u in R^d of functions of it, by the trapezoidal rule, whose step is
 * halved until nothing changes: it converges faster than any power of the step where the functions
 * are smooth. The lines of nodes are shared by the ranks; the sums have one order, so that the
 * result is the same to the bit on any number of ranks. */
#ifndef KL_CLASSICAL_NORMAL_MEAN_H
#define KL_CLASSICAL_NORMAL_MEAN_H

#include "kinlim/status.h"

#include <stdbool.h>

typedef struct kl_normal_mean {
    int dimension, nvalues;
    const bool *rough; /* [nvalues]: does not wait for these; NULL: none */
    /* False: there are no values at u; its weight becomes part of the error. */
    bool (*evaluate)(void *context, const double u[3], double *value);
    void *context;
    double tolerance; /* of the last change of a mean, relative to the larger of 1 and it */
    double coarsest;  /* of the steps that count, in deviations; 0: 0.3 */
    bool (*stop)(void *context); /* as of kl_limit_values; NULL: never */
    void *stop_context;
} kl_normal_mean;

/* mean[nvalues], error[nvalues]; *reached: the tolerance was. Collective over comm. KL_ENVIRONMENT:
 * no memory. KL_STOPPED. */
kl_status kl_normal_mean_solve(MPI_Comm comm, const kl_normal_mean *q, double *mean, double *error,
                               bool *reached, kl_error *err);

#endif
