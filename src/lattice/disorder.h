/* The random potential omega_x: independent, mean 0, variance 1, the same for
 * any layout. Philox4x64-10 (Random123: Salmon et al., SC11) keyed by (seed,
 * purpose) with the counter (site/4, realization, point, 0): any site can be drawn alone.
 *
 *   gaussian   standard normal (inverse distribution function, AS 241)
 *   uniform    on [-sqrt 3, sqrt 3]
 *   bernoulli  +1 or -1
 *   laplace    density exp(-sqrt 2 |x|)/sqrt 2
 *
 * T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, (2.2). */
#ifndef KL_LATTICE_DISORDER_H
#define KL_LATTICE_DISORDER_H

#include "lattice/lattice.h"

typedef enum kl_distribution { KL_GAUSSIAN, KL_UNIFORM, KL_BERNOULLI, KL_LAPLACE } kl_distribution;
extern const char *const kl_distribution_names[]; /* NULL-terminated */

typedef struct kl_disorder {
    kl_distribution distribution;
    uint64_t seed;
    uint64_t point; /* from kl_disorder_point() */
    uint64_t realization;
} kl_disorder;

/* A 64-bit name of a study point made from its own parameters, so that adding
 * a point to a study changes no other. */
uint64_t kl_disorder_point(const double *parameters, int n);

/* Fills omega[0..count-1] for the global sites first..first+count-1. Local. */
void kl_disorder_fill(const kl_disorder *disorder, int64_t first, int64_t count, float *omega);
/* The same of one of several independent potentials, below 2^32; 0 is that of kl_disorder_fill().
 * Local. */
void kl_disorder_fill_another(const kl_disorder *disorder, uint64_t number, int64_t first,
                              int64_t count, float *omega);

#endif
