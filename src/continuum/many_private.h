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
/* c[K^2][K^2]: <phi_i phi_j| V J_1 - J_1 V |phi_k phi_l> at [i K + k][j K + l], of the first K
 * orbitals; image[K][sites] is J phi, line[2][sites] scratch. Local. */
void kl_many_commutators(kl_many *many, int K, const complex double *image, double *line,
                         complex double *c);
/* <a_i^+ a_j^+ a_l a_k>, after that. Local. */
complex double kl_many_pair_of(const kl_many_part *part, int i, int j, int k, int l);
/* What it would be of a determinant with that density. Local. */
complex double kl_many_wick(const kl_many_part *part, int i, int j, int k, int l);

#endif
