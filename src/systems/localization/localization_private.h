/* Shared by the files of the `localization` system only. */
#ifndef KL_SYSTEMS_LOCALIZATION_PRIVATE_H
#define KL_SYSTEMS_LOCALIZATION_PRIVATE_H

#include "parts/potential.h"
#include "parts/propagation.h"
#include "parts/warnings.h"
#include "wigner/spreading.h"

typedef struct localization {
    kl_stations times;
    kl_lattice_points points; /* unit = eta^(2/(1-2 sigma)), eta^2 for sigma >= 1/2 */
    kl_propagator propagator;
    kl_disorder_keys disorder;
    double sigma, level;
    int64_t origins;
    int nshells, nquantities; /* nshells: of the largest lattice */
    kl_quantity *quantity;
    kl_warnings warnings;
    kl_limit limit;
    kl_derived derived;
    kl_guide guide[2];
    char ballistic[KL_NAME];
    kl_description description;
} localization;

kl_propagation_setup localization_setup(const localization *l, int point);

/* ---- the run, as in kl_system ---- */

kl_cost localization_cost(const void *self, int point, int group_ranks);
kl_status localization_begin(const void *self, const kl_place *place, void **run, kl_error *err);
kl_status localization_start(void *run, int64_t batch, kl_error *err);
kl_status localization_advance(void *run, int station, bool *reached, kl_error *err);
kl_status localization_measure(void *run, int station, int member, kl_sample *out, kl_error *err);
kl_packing localization_packing(const void *run, int station);
kl_packing localization_shape(const void *run);
void localization_pack(const void *run, int64_t piece, void *bytes);
void localization_unpack(void *run, int64_t piece, const void *bytes);
void localization_restored(void *run, int station);
void localization_end(void **run);
void localization_chosen(const void *run, char text[KL_NAME]);

#endif
