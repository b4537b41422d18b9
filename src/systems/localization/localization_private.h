/* Shared by the files of the `localization` system only. */
#ifndef KL_SYSTEMS_LOCALIZATION_PRIVATE_H
#define KL_SYSTEMS_LOCALIZATION_PRIVATE_H

#include "parts/packets.h"
#include "parts/potential.h"
#include "parts/propagation.h"
#include "parts/slices.h"
#include "parts/warnings.h"
#include "wigner/spreading.h"

enum { MOST_DYADIC = 7, DYADIC_SITES = 1024 }; /* shells; sites of the grid, per axis */

typedef struct localization_dyadic { /* the key `dyadic` */
    double energy, epsilon;
    int64_t shells; /* 0: no such key */
} localization_dyadic;

typedef struct localization {
    kl_stations times;
    kl_lattice_points points; /* unit = eta^(2/(1-2 sigma)), eta^2 for sigma >= 1/2 */
    kl_propagator propagator;
    kl_disorder_keys disorder;
    kl_packets packets; /* one, with S = p.X */
    bool one_site;      /* it is one site */
    double sigma, level;
    int64_t origins;
    int nshells, nquantities; /* nshells: of the largest lattice */
    kl_quantity *quantity;
    kl_warnings warnings;
    localization_dyadic dyadic;
    kl_constant constant[1 + 2 * MOST_DYADIC];
    kl_limit limit[3];
    kl_derived derived[2];
    kl_guide guide[2];
    char ballistic[KL_NAME];
    kl_description description;
} localization;

kl_propagation_setup localization_setup(const localization *l, int point);

/* ---- free motion (localization_free.c) ---- */

/* Axes whose factors are kept: one where they are all the same. */
int localization_axes(const localization *l);
/* The start, or the site nearest to its centre. */
void localization_first_site(const localization *l, int point, int64_t site[3]);
/* out[ntimes][axes][sites]: the factors of exp(-it Delta) psi_0 by the displacement from the site
 * `start`, modulo the sites; of one site the same for every start. KL_ENVIRONMENT. Local. */
kl_status localization_free_motion(const localization *l, int point, const int64_t start[3],
                                   double complex *out, kl_error *err);

/* ---- limits (localization_limits.c) ---- */

/* Fills l->limit with those that the study has; how many. */
int localization_limits(localization *l);

/* As in kl_system: at sigma = 1/2, ln t_star = constant/eta^2 + O(1); then sup and l1 of each shell
 * of `dyadic` (dynamics/dyadic.h). */
kl_status localization_constants(const void *self, int point, double *value, kl_error *err);

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
