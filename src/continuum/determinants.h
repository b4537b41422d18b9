/* Determinants of N of K orbitals, numbered, and H as an operator of pairs.
 *
 * A determinant is the set of its orbitals k_1 < .. < k_N; its number is sum_i C(k_i, i). Every
 * operator of one and two particles is
 *
 *   H = sum_(p,q) A_pq b_p^+ b_q,   b_p = a_j a_i for a pair p = (i < j),
 *
 * and acts by way of the determinants D of N - 2: with g_D[p] = <D| b_p |c> = +-c[D + p],
 * (H c)[D + p] += +-(A g_D)[p]. Local. */
#ifndef KL_CONTINUUM_DETERMINANTS_H
#define KL_CONTINUUM_DETERMINANTS_H

#include "base/complex.h"
#include "kinlim/status.h"

#include <stdbool.h>
#include <stdint.h>

enum { KL_MOST_ORBITALS = 48, KL_MOST_FERMIONS = 6 };

typedef struct kl_determinants {
    int particles, orbitals; /* N >= 2, K */
    int64_t n, cores;        /* determinants of N, and of N - 2 */
    int pairs, free;         /* K (K - 1)/2; those that a core leaves */
    int *pair;               /* [cores][free]: numbers of the pairs; owned */
    int32_t *place; /* [cores][free]: the determinant, or -1 - it where the sign is minus; owned */
} kl_determinants;

double kl_binomial(int n, int k);

/* KL_ENVIRONMENT: no memory. Free with destroy, on failure too. */
kl_status kl_determinants_create(int particles, int orbitals, kl_determinants *out, kl_error *err);
void kl_determinants_destroy(kl_determinants *d);
/* Bytes of that. */
double kl_determinants_bytes(int particles, int orbitals);

/* The number of a pair i < j of K orbitals. */
static inline int kl_pair_number(int i, int j)
{
    return j * (j - 1) / 2 + i;
}

/* g[pairs]: of core D; 0 where a pair overlaps it. */
void kl_determinants_gather(const kl_determinants *d, int64_t core, const complex double *c,
                            complex double *g);
/* c[D + p] += +-(A g)[p], A[pairs][stride] Hermitian. */
void kl_determinants_scatter(const kl_determinants *d, int64_t core, const complex double *a,
                             int stride, const complex double *g, complex double *c);

#endif
