/* What kl_fluctuations_solve() is asked for: a start on one energy shell, real observables, times.
 */
#ifndef KL_KINETIC_FLUCTUATION_PROBLEM_H
#define KL_KINETIC_FLUCTUATION_PROBLEM_H

#include "kinetic/lag.h"
#include "kinetic/problem.h"

typedef struct kl_real_part { /* a real observable: Re J or Im J */
    int observable;
    bool imaginary;
} kl_real_part;

typedef struct kl_fluctuation_problem {
    const kl_kinetic_problem *kinetic; /* p, torus, times, observables; its tolerance is relative */
    int nlobes;                        /* h is their sum; one of shape KL_KINETIC_UNIFORM alone */
    const kl_lobe *lobe;
    int nquantities;
    const kl_real_part *quantity;
    bool covariance; /* between all quantities and times, else variances alone */
} kl_fluctuation_problem;

/* C of quantity i at time t with quantity j at time u. */
static inline size_t kl_fluctuation_at(const kl_fluctuation_problem *p, int t, int i, int u, int j)
{
    const size_t n = (size_t)p->kinetic->ntimes * (size_t)p->nquantities;
    return ((size_t)t * (size_t)p->nquantities + (size_t)i) * n +
           (size_t)u * (size_t)p->nquantities + (size_t)j;
}

#endif
