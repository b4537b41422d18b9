/* What kl_hartree_solve() and its kin are asked for (hartree.h). */
#ifndef KL_KINETIC_HARTREE_PROBLEM_H
#define KL_KINETIC_HARTREE_PROBLEM_H

#include "kinetic/gas.h"

enum { KL_MOST_RANGE = 16 }; /* of kl_interaction.n */

typedef struct kl_interaction { /* v(x) = v(-x) */
    int n;                      /* x = 0 is the first */
    const int (*at)[3];         /* [n]: one of x and -x */
    const double *value;        /* [n] */
} kl_interaction;

typedef struct kl_hartree_problem {
    int dimension; /* 2 or 3 */
    double lambda;
    bool frozen; /* E~ stays that of J: to show that it does not */
    kl_interaction v;
    kl_occupation j;
    int ntimes;
    const double *times; /* T >= 0, increasing */
    int nsymbols;
    const kl_kinetic_observable *symbol; /* their momentum parts */
    bool (*stop)(void *context);         /* as of a kl_kinetic_problem */
    void *stop_context;
} kl_hartree_problem;

#endif
