/* Shared by the files of the `fermi` system only. */
#ifndef KL_SYSTEMS_FERMI_PRIVATE_H
#define KL_SYSTEMS_FERMI_PRIVATE_H

#include "kinetic/response.h"
#include "parts/gas_vectors.h"
#include "parts/momentum_bins.h"
#include "parts/observables.h"
#include "parts/potential.h"
#include "parts/propagation.h"
#include "parts/slices.h"
#include "parts/warnings.h"

enum { FERMI_MOST_POWER = 6 };

/* Site vectors at x_1, x_2, ...: M_ij = <f_j, gamma_t f_i>, det.r of the first r of them. */
typedef struct fermi_sites {
    int n, site[KL_MOST_SITES][3];
    int norders, order[KL_MOST_SITES];
    bool antithetic; /* realization 2k+1 has the potential of 2k with the other sign */
} fermi_sites;

/* What a derived statistic is. */
typedef struct fermi_derived {
    int order, quantity; /* r; of a moment: the observable's quantity */
} fermi_derived;

/* Quantities: the observables; det.r; M_ij; powers over the vectors. */
typedef struct fermi {
    kl_stations times;
    kl_disorder_keys disorder;
    kl_lattice_points points; /* unit = eta^2, both the gas's own */
    kl_propagator propagator;
    kl_gas_start start;
    kl_gas_vectors vectors;
    kl_observables observables;
    kl_bins bins;
    fermi_sites sites;
    int powers; /* U_2, ..., U_powers of each quantity of the observables; 0: none */
    int first_det, first_matrix, first_power, nquantities;
    kl_quantity *quantity;
    kl_derived *derived;
    fermi_derived *meaning; /* [description.nderived] */
    kl_constant *constant;
    kl_limit limit[2];
    kl_warnings warnings;
    kl_description description;
} fermi;

enum { NORM_DRIFT, ENERGY_DRIFT, CHECKS };

/* The same gas with hopping 1: eta' = 2 eta, t' = t/2. */
kl_propagation_setup fermi_setup(const fermi *f, int point);

/* Quantity of Re or Im of M_ij, i <= j, from 0. */
int fermi_matrix(const fermi *f, int i, int j, int part);
/* det of the leading r x r block of M from values of the quantities at one station. */
double fermi_determinant(const fermi *f, int r, const double *quantity);

/* ---- fermi_derived.c ---- */

/* The derived statistics; KL_ENVIRONMENT. */
kl_status fermi_make_derived(fermi *f, kl_error *err);

/* ---- fermi_limit.c, as in kl_limit ---- */

kl_status fermi_solve(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                      kl_error *err);
int fermi_same(const void *self, int point);
double fermi_seconds(const void *self, int point);
kl_status fermi_solve_response(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                               kl_error *err);
int fermi_same_response(const void *self, int point);
double fermi_response_seconds(const void *self, int point);
kl_status fermi_constants(const void *self, int point, double *value, kl_error *err);

/* ---- fermi_packet.c ---- */

/* value[ntimes][n][2], error[ntimes][n]: of n symbols with their positions, from a start with an
 * envelope; per unit of the envelope's share of the torus. Collective. */
kl_status fermi_solve_packet(const fermi *f, int point, int n, const kl_kinetic_observable *symbol,
                             MPI_Comm comm, kl_limit_values *out, double *value, double *error,
                             kl_error *err);

/* ---- the run, as in kl_system ---- */

/* What checkpoints keep beside psi and the images: the vector in work, of all, then of the sites;
 * the last time that was measured of it (-1: it is not begun), its weight and energy; then the
 * sums so far. */
enum { NEXT, REACHED, WEIGHT, ENERGY, SUMS };

typedef struct fermi_run {
    const fermi *f;
    const kl_lattice_point *point;
    kl_propagation propagation;
    kl_transform transform;
    kl_wigner *pairing;
    complex double *value; /* [nobservables] */
    double *amplitude;     /* [local] */
    double complex *work;  /* [local] */
    double complex *image; /* [sites.n][ntimes][local]: momenta of the site vectors */
    kl_slices slices;
    double *progress;            /* the numbers of the slices */
    double *quantity;            /* among them: [ntimes][nquantities] */
    double *each;                /* [vectors.count][ntimes][observables.nquantities], with powers */
    double *field[KL_MOST_BINS]; /* [ntimes][cells] */
    double (*check)[CHECKS];     /* [ntimes] */
    int64_t realization, vectors; /* number of vectors; the sites follow */
} fermi_run;

kl_cost fermi_cost(const void *self, int point, int group_ranks);
kl_status fermi_begin(const void *self, const kl_place *place, void **run, kl_error *err);
kl_status fermi_start(void *run, int64_t batch, kl_error *err);
/* The part of start() that follows the drawing of propagation.omega. */
void fermi_prepare(fermi_run *run);
kl_status fermi_advance(void *run, int station, bool *reached, kl_error *err);
kl_status fermi_measure(void *run, int station, int member, kl_sample *out, kl_error *err);
void fermi_end(void **run);
void fermi_chosen(const void *run, char text[KL_NAME]);

/* ---- fermi_checkpoint.c, likewise ---- */

kl_packing fermi_packing(const void *run, int station);
kl_packing fermi_shape(const void *run);
void fermi_pack(const void *run, int64_t piece, void *bytes);
void fermi_unpack(void *run, int64_t piece, const void *bytes);
void fermi_restored(void *run, int station);
/* The rest of restored(), with the other ranks. Collective over the group. */
void fermi_join(fermi_run *run);

/* Momenta of site vector i at a time: [local]. */
double complex *fermi_image(const fermi_run *run, int i, int time);

#endif
