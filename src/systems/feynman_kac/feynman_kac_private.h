/* Shared by the files of the `feynman_kac` system only. */
#ifndef KL_SYSTEMS_FEYNMAN_KAC_PRIVATE_H
#define KL_SYSTEMS_FEYNMAN_KAC_PRIVATE_H

#include "parts/lattice_points.h"
#include "parts/potential.h"
#include "parts/slices.h"

typedef struct feynman_kac {
    kl_stations times; /* b */
    kl_lattice_points points;
    kl_disorder_keys disorder;
    int64_t origins, walks;
    int n;
    int (*to)[3]; /* [n]: y, in sites */
    kl_quantity *quantity;
    kl_limit limit[3];
    kl_description description;
} feynman_kac;

/* Closed forms and walks: they know no matrix. */
extern const kl_limit feynman_kac_limits[3];

/* The walks of y in time b, of that distribution and eta: E of the product over sites of
 * E exp(eta L_z V), L_z the time at z, over bridges of rate 1 a bond on the torus; times <0|exp(b
 * Delta)|y> it is the kernel. *error: 3 standard errors. Collective over comm. KL_ENVIRONMENT: no
 * memory. */
kl_status feynman_kac_walks(const feynman_kac *s, const kl_lattice_point *at, double b,
                            const int y[3], MPI_Comm comm, double *value, double *error,
                            kl_error *err);
/* <0|exp(b Delta)|y> of one axis of L sites: sum over images of I_(|y + m L|)(2 b); term: that of
 * image m alone. */
double feynman_kac_axis(double b, int64_t sites, int y);
double feynman_kac_image(double b, int64_t distance);

/* ---- the run, as in kl_system ---- */

kl_cost feynman_kac_cost(const void *self, int point, int group_ranks);
kl_status feynman_kac_begin(const void *self, const kl_place *place, void **run, kl_error *err);
kl_status feynman_kac_start(void *run, int64_t batch, kl_error *err);
kl_status feynman_kac_advance(void *run, int station, bool *reached, kl_error *err);
kl_status feynman_kac_measure(void *run, int station, int member, kl_sample *out, kl_error *err);
void feynman_kac_end(void **run);
kl_packing feynman_kac_packing(const void *run, int station);
kl_packing feynman_kac_shape(const void *run);
void feynman_kac_pack(const void *run, int64_t piece, void *bytes);
void feynman_kac_unpack(void *run, int64_t piece, const void *bytes);
void feynman_kac_restored(void *run, int station);

#endif
