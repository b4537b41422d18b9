/* Shared by the files of the `localization` system only. */
#ifndef KL_SYSTEMS_LOCALIZATION_PRIVATE_H
#define KL_SYSTEMS_LOCALIZATION_PRIVATE_H

#include "parts/keys.h"
#include "wigner/spreading.h"

typedef struct localization {
    kl_times times;
    kl_lattice_points points; /* unit = eta^(2/(1-2 sigma)), eta^2 for sigma >= 1/2 */
    kl_propagator propagator;
    kl_disorder_keys disorder;
    double sigma, level;
    int64_t origins;
    int nshells; /* of the largest lattice */
    kl_description description;
} localization;

kl_status localization_configure(kl_node *root, const kl_times *times, bool no_reference,
                                 void **self, kl_error *err);
void localization_destroy(void **self);
kl_propagation_setup localization_setup(const localization *l, int point);

kl_cost localization_cost(const void *self, int point, int group_ranks);
kl_status localization_begin(const void *self, int point, MPI_Comm group, void **run,
                             kl_error *err);
kl_status localization_start(void *run, int64_t realization, kl_error *err);
kl_status localization_advance(void *run, int time, kl_error *err);
kl_status localization_measure(void *run, int time, double *quantity, double *check, double **field,
                               kl_error *err);
kl_packing localization_packing(const void *run, int time);
void localization_pack(const void *run, int64_t plane, void *bytes);
void localization_unpack(void *run, int64_t plane, const void *bytes);
void localization_restored(void *run, int time);
void localization_end(void **run);

#endif
