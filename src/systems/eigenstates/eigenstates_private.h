/* Shared by the files of the `eigenstates` system only. */
#ifndef KL_SYSTEMS_EIGENSTATES_PRIVATE_H
#define KL_SYSTEMS_EIGENSTATES_PRIVATE_H

#include "parts/potential.h"

enum { EIGENSTATES_COLUMNS = 4, EIGENSTATES_LIMITS = 2 };

typedef struct eigenstates {
    kl_lattice_points points; /* without the energies */
    kl_disorder_keys disorder;
    kl_reals shells, energy;
    int states;
    double *value, *level; /* [npoints][EIGENSTATES_COLUMNS]: eta, sites, box, energy */
    int nquantities;       /* shells, then inverse_participation, spacing_ratio */
    kl_quantity *quantity;
    kl_description description;
} eigenstates;

/* The lattice and the energy of a point of the study. */
const kl_lattice_point *eigenstates_lattice(const eigenstates *s, int point);
double eigenstates_energy(const eigenstates *s, int point);

/* States per energy, of the free lattice: smooth at van Hove energies, positive everywhere. */
double eigenstates_density(const eigenstates *s, int point);

extern const kl_limit eigenstates_limits[EIGENSTATES_LIMITS];

/* As kl_system has them. */
kl_cost eigenstates_cost(const void *self, int point, int group_ranks);
kl_status eigenstates_begin(const void *self, const kl_place *place, void **run, kl_error *err);
kl_status eigenstates_start(void *run, int64_t batch, kl_error *err);
kl_status eigenstates_advance(void *run, int station, bool *reached, kl_error *err);
kl_status eigenstates_measure(void *run, int station, int member, kl_sample *out, kl_error *err);
void eigenstates_end(void **run);
kl_packing eigenstates_packing(const void *run, int station);
kl_packing eigenstates_shape(const void *run);
void eigenstates_pack(const void *run, int64_t piece, void *bytes);
void eigenstates_unpack(void *run, int64_t piece, const void *bytes);
void eigenstates_restored(void *run, int station);

#endif
