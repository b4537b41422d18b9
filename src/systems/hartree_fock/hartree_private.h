/* Shared by the files of the `hartree_fock` system only. */
#ifndef KL_SYSTEMS_HARTREE_PRIVATE_H
#define KL_SYSTEMS_HARTREE_PRIVATE_H

#include "parts/gas_interaction.h"
#include "parts/gas_vectors.h"
#include "parts/momentum_bins.h"
#include "parts/observables.h"
#include "parts/potential.h"
#include "parts/warnings.h"

enum { HARTREE_ETA2, HARTREE_LAMBDA }; /* clock: t = T/eta^2, T/|lambda| */
enum { NUMBER_DRIFT, ENERGY_DRIFT, OCCUPATION_EXCESS, CHECKS };

typedef struct hartree {
    kl_stations times;
    kl_disorder_keys disorder;
    kl_lattice_points points; /* unit = eta^2 */
    kl_gas_start start;
    kl_gas_vectors vectors;
    kl_gas_interaction interaction;
    kl_observables observables;
    kl_bins bins;
    int clock, order; /* of the step: 2 or 4 */
    double step;      /* in microscopic t */
    bool halves;      /* samples are 2 X_M minus those of two independent halves */
    bool search;      /* fixed points: phi is Fermi-Dirac, */
    double beta, mu;
    int64_t starts;
    double *column; /* [points.n][3]: eta, lambda, sites */
    kl_constant *constant;
    kl_limit limit[4];
    kl_warnings warnings;
    kl_description description;
} hartree;

/* Microscopic t of a station at a point. */
double hartree_time(const hartree *h, int point, int station);

/* ---- hartree_limit.c, as in kl_limit and kl_system ---- */

kl_status hartree_solve(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                        kl_error *err);
kl_status hartree_solve_frozen(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                               kl_error *err);
kl_status hartree_solve_linear(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                               kl_error *err);
double hartree_seconds(const void *self, int point);
/* residual; then of each branch a_1..a_d and energy. */
kl_status hartree_constants(const void *self, int point, double *value, kl_error *err);

/* ---- the run, as in kl_system ---- */

kl_cost hartree_cost(const void *self, int point, int group_ranks);
kl_status hartree_begin(const void *self, const kl_place *place, void **run, kl_error *err);
kl_status hartree_start(void *run, int64_t batch, kl_error *err);
kl_status hartree_advance(void *run, int station, bool *reached, kl_error *err);
kl_status hartree_measure(void *run, int station, int member, kl_sample *out, kl_error *err);
void hartree_end(void **run);
kl_packing hartree_packing(const void *run, int station);
kl_packing hartree_shape(const void *run);
void hartree_pack(const void *run, int64_t piece, void *bytes);
void hartree_unpack(void *run, int64_t piece, const void *bytes);
void hartree_restored(void *run, int station);

#endif
