/* Determinants of N of K orbitals, numbered, and H as an operator of pairs.
 *
 * A determinant is the set of its orbitals k_1 < .. < k_N, of sum_i k_i - N (N - 1)/2 quanta: the
 * energy of an oscillator above its lowest state. Those of too many quanta are left out; the others
 * are numbered as sum_i C(k_i, i) grows. Every operator of one and two particles is
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
    int quanta;              /* at most */
    int64_t n, cores;        /* determinants of N; those of N - 2 that are in one of them */
    int pairs;               /* K (K - 1)/2 */
    int64_t *first;          /* [cores + 1]: where the pairs of a core are; owned */
    int *pair;               /* [first[cores]]: their numbers, ascending; owned */
    int32_t *place; /* likewise: the determinant, or -1 - it where the sign is minus; owned */
} kl_determinants;

double kl_binomial(int n, int k);

/* Those of at most so many quanta. KL_ENVIRONMENT: no memory. Free with destroy, on failure too. */
kl_status kl_determinants_create(int particles, int orbitals, int quanta, kl_determinants *out,
                                 kl_error *err);
void kl_determinants_destroy(kl_determinants *d);
/* How many they are. */
int64_t kl_determinants_count(int particles, int orbitals, int quanta);
/* Bytes of that, at most. */
double kl_determinants_bytes(int particles, int orbitals);

/* The number of a pair i < j of K orbitals. */
static inline int kl_pair_number(int i, int j)
{
    return j * (j - 1) / 2 + i;
}

/* The pairs of a core are among so many first ones. */
static inline int kl_determinants_width(const kl_determinants *d, int64_t core)
{
    return d->pair[d->first[core + 1] - 1] + 1;
}

/* g[width]: of core D; 0 where a pair overlaps it, or is left out with it. */
void kl_determinants_gather(const kl_determinants *d, int64_t core, const complex double *c,
                            complex double *g);
/* c[D + p] += +-(A g)[p], A[pairs][stride] Hermitian. */
void kl_determinants_scatter(const kl_determinants *d, int64_t core, const complex double *a,
                             int stride, const complex double *g, complex double *c);

/* out[K][less->n]: a_m c for each orbital m. `less` are those of a particle less and the same
 * orbitals, of quanta + N - 1 quanta or more. KL_ENVIRONMENT: no memory. */
kl_status kl_determinants_remove(const kl_determinants *d, const kl_determinants *less,
                                 const complex double *c, complex double *out, kl_error *err);

#endif
