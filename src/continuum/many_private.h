/* Exact fermions (many.h): coefficients of two sets of orbitals that are compared. */
#ifndef KL_CONTINUUM_MANY_PRIVATE_H
#define KL_CONTINUUM_MANY_PRIVATE_H

#include "continuum/determinants.h"
#include "continuum/many.h"
#include "continuum/many_basis.h"

typedef struct kl_many_part { /* of the first K orbitals */
    int orbitals;
    kl_determinants determinants;
    size_t at;               /* of the coefficients, in the state */
    complex double *pairs;   /* [pairs][pairs]: <b_p^+ b_q>; owned */
    complex double *density; /* [K][K]: <a_i^+ a_k>; owned */
} kl_many_part;

struct kl_many {
    MPI_Comm comm;
    kl_many_problem problem;
    kl_many_basis basis;
    kl_many_part part[2];          /* K orbitals, and fewer */
    size_t n, functions;           /* of the state; where its orbitals are */
    complex double *state, *spare; /* [n]: coefficients of both, orbitals [K][sites]; owned */
    complex double *work[2];       /* of the coefficients; owned */
    complex double *core;          /* [pairs]; owned */
    double dt;
    kl_many_progress progress;
};

/* The orbitals at present. */
static inline const complex double *kl_many_functions(const kl_many *many)
{
    return many->state + many->functions;
}
/* Sets pairs and density. Collective. */
void kl_many_measure(kl_many *many, kl_many_part *part);
/* <a_i^+ a_j^+ a_l a_k>, after that. Local. */
complex double kl_many_pair_of(const kl_many_part *part, int i, int j, int k, int l);

#endif
