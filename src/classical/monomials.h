/* The monomials of up to six variables and a degree, numbered: first by degree, then as they come.
 * Number 0 is 1. Local. */
#ifndef KL_CLASSICAL_MONOMIALS_H
#define KL_CLASSICAL_MONOMIALS_H

#include "kinlim/status.h"

enum { KL_MONOMIAL_VARIABLES = 6 };

typedef struct kl_monomials {
    int variables, degree, n;
    int (*power)[KL_MONOMIAL_VARIABLES]; /* [n], 0 beyond `variables`; owned */
    int (*next)[KL_MONOMIAL_VARIABLES];  /* [n]: number of z_j times it, -1 beyond; owned */
    int *at;                             /* by powers written in base degree + 1; owned */
} kl_monomials;

/* KL_ENVIRONMENT: no memory. Free with destroy, on failure too. */
kl_status kl_monomials_create(int variables, int degree, kl_monomials *out, kl_error *err);
void kl_monomials_destroy(kl_monomials *m);

int kl_monomials_degree(const int power[KL_MONOMIAL_VARIABLES]);
/* -1: a negative power, or of a higher degree. */
int kl_monomials_find(const kl_monomials *m, const int power[KL_MONOMIAL_VARIABLES]);

#endif
