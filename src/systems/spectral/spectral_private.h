/* Shared by the files of the `spectral` system only. */
#ifndef KL_SYSTEMS_SPECTRAL_PRIVATE_H
#define KL_SYSTEMS_SPECTRAL_PRIVATE_H

#include "parts/potential.h"

/* Quantities: the density of states, with several vectors what they tell of its variance, then the
 * spectral function at each momentum. */
enum { SPECTRAL_DENSITY, SPECTRAL_VECTORS, SPECTRAL_SQUARE };

typedef struct spectral {
    kl_stations energies;
    kl_lattice_points points;
    kl_disorder_keys disorder;
    double width; /* gamma */
    int vectors;
    int nmomenta, first; /* first: the quantity of the first momentum */
    double (*momentum)[3];
    int nquantities;
    kl_quantity *quantity;
    kl_description description;
} spectral;

/* Momentum m at a point: the nearest of the lattice, in units of 1/sites. */
void spectral_momentum(const spectral *s, int point, int m, int64_t out[3]);

extern const kl_limit spectral_limit;

/* As kl_system has them. */
kl_cost spectral_cost(const void *self, int point, int group_ranks);
kl_status spectral_begin(const void *self, const kl_place *place, void **run, kl_error *err);
kl_status spectral_start(void *run, int64_t batch, kl_error *err);
kl_status spectral_advance(void *run, int station, bool *reached, kl_error *err);
kl_status spectral_measure(void *run, int station, int member, kl_sample *out, kl_error *err);
void spectral_end(void **run);

#endif
