/* Shared by the files of the `anderson` system only. */
#ifndef KL_SYSTEMS_ANDERSON_PRIVATE_H
#define KL_SYSTEMS_ANDERSON_PRIVATE_H

#include "parts/fluctuation_limit.h"
#include "parts/potential.h"
#include "parts/propagation.h"

enum { MOST_BOUNDS = 16 };

typedef struct anderson {
    kl_stations times;
    kl_disorder_keys disorder;
    kl_correlation correlation; /* length 0: none */
    kl_lattice_file potential;  /* path NULL: none */
    kl_lattice_points points;   /* unit = mu = eta^2 */
    kl_propagator propagator;
    kl_packets packets;
    kl_observables observables;
    kl_marginals marginals;
    kl_boltzmann_keys boltzmann;
    kl_fluctuation_keys fluctuations;
    kl_reals bounds; /* of rows concentration_above */
    kl_constant constant[2 + MOST_BOUNDS];
    bool diffusion;
    kl_limit limit[5]; /* [description.nlimits]: those of boltzmann */
    kl_warnings warnings;
    kl_description description;
} anderson;

enum { NORM_DRIFT, ENERGY_DRIFT, CHECKS };

kl_propagation_setup anderson_setup(const anderson *a, int point);

/* Has the study a limit `diffusion`? */
bool anderson_diffuses(const anderson *a);
/* As kl_limit.solve. */
kl_status anderson_diffusion(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                             kl_error *err);

/* ---- the run, as in kl_system ---- */

kl_cost anderson_cost(const void *self, int point, int group_ranks);
kl_status anderson_begin(const void *self, const kl_place *place, void **run, kl_error *err);
kl_status anderson_start(void *run, int64_t batch, kl_error *err);
kl_status anderson_advance(void *run, int station, bool *reached, kl_error *err);
kl_status anderson_measure(void *run, int station, int member, kl_sample *out, kl_error *err);
kl_status anderson_snapshot(void *run, int station, const char *path, kl_snapshot **snapshot,
                            kl_error *err);
void anderson_end(void **run);
void anderson_chosen(const void *run, char text[KL_NAME]);
kl_packing anderson_packing(const void *run, int station);
kl_packing anderson_shape(const void *run);
void anderson_pack(const void *run, int64_t piece, void *bytes);
void anderson_unpack(void *run, int64_t piece, const void *bytes);
void anderson_restored(void *run, int station);

#endif
