/* Shared by the files of the `trotter` system only. */
#ifndef KL_SYSTEMS_TROTTER_PRIVATE_H
#define KL_SYSTEMS_TROTTER_PRIVATE_H

#include "base/complex.h"
#include "classical/paths.h"
#include "continuum/box_tails.h"
#include "continuum/filtered_kernel.h"
#include "continuum/split_control.h"
#include "kinlim/system.h"
#include "parts/box_points.h"
#include "parts/phase_observables.h"
#include "parts/smooth_keys.h"
#include "parts/wkb_keys.h"

enum { TROTTER_COLUMNS = 3 };

typedef enum trotter_kind { /* the first two are of the kernel, the others of psi */
                            TROTTER_KERNEL,
                            TROTTER_DETERMINANT,
                            TROTTER_STATE, /* |S_N psi_0 - psi_t|, l2 */
                            TROTTER_PHASE_SPACE
} trotter_kind;

typedef struct trotter_observable {
    const char *name;
    trotter_kind kind;
    double from[3], to[3];
} trotter_observable;

typedef struct trotter {
    kl_stations times;
    int dimension;
    kl_reals hbar;
    kl_ints slices;
    int npoints;
    double *columns; /* [npoints][TROTTER_COLUMNS]: slices, hbar, 1/slices */
    kl_smooth potential;
    bool strang, affine; /* affine: V is at most quadratic */
    double energy;       /* E; 0: none, kernels are of all energies */
    int n;
    trotter_observable *observable; /* [n] */
    int nquantities, *of;           /* [nquantities]: the observable of a quantity; re before im */
    kl_quantity *quantity;
    kl_column column[TROTTER_COLUMNS + 1];
    kl_derived *derived; /* [nderived]: van_vleck_distance of each kernel */
    int nderived;
    kl_paths **paths; /* [ntimes][n]: classical paths of kernels, NULL before they are known */
    bool states;      /* there are observables of psi; then: */
    double side, tolerance; /* l2, of the exact psi */
    kl_wkb_packets start;
    int nwindows;
    kl_phase_observable *window; /* [nwindows]: of the observables in phase space, in order */
    kl_box_point *box;           /* [hbar.n] */
    kl_warnings warnings;
    kl_description description;
} trotter;

extern const kl_key trotter_table[];
kl_status trotter_read(trotter *t, kl_node *root, kl_error *err);

/* ---- kernels ---- */

/* Value and error of observable k, a determinant or a kernel of all energies, from n slices, by the
 * sliced path: exact for potentials up to quadratic. Local. KL_INPUT: there is no path. */
kl_status trotter_by_path(const trotter *s, int k, int station, double hbar, int64_t n,
                          complex double *value, double *error, kl_error *err);
/* Is the observable a kernel below an energy, and its grid. Local. */
bool trotter_filtered(const trotter *s, int k);
kl_filter trotter_filter(const trotter *s, int k, double hbar);
extern const kl_limit trotter_limits[2];
/* |K_N - K|/|K|_2 of a kernel, K van Vleck's sum, |K|_2 the root of the sum of the squares of its
 * terms: as kl_derived.value. */
double trotter_distance(const void *self, const kl_derived *which, int point, int station,
                        const double *mean);

/* ---- wave functions: all collective over the communicator, in d = 1 local ---- */

typedef struct trotter_states_progress { /* plain data */
    kl_box_tails tails, sliced_tails;    /* the most so far */
    int64_t done;                        /* slices of this station */
    double transforms;                   /* of them */
} trotter_states_progress;

typedef struct trotter_states {
    const trotter *s;
    const kl_box_point *point;
    kl_box_grid grid;
    kl_split_control exact;
    kl_split_steps slice;
    double *potential, *steepness;
    complex double *psi, *sliced, *u; /* exact, of slices, scratch */
    trotter_states_progress now;
} trotter_states;

/* Of hbar.v[i]. KL_ENVIRONMENT: no memory. Free with destroy, on failure too. */
kl_status trotter_states_create(const trotter *s, int hbar, MPI_Comm comm, trotter_states *out,
                                kl_error *err);
void trotter_states_destroy(trotter_states *states);
/* psi_0. */
kl_status trotter_states_start(trotter_states *states, kl_error *err);
/* The exact psi goes on from the station before; S_N psi_0 of n slices: a piece of the work. */
kl_status trotter_states_go_on(trotter_states *states, int station, bool *reached, kl_error *err);
kl_status trotter_states_slice(trotter_states *states, int station, int64_t n, bool *reached,
                               kl_error *err);
/* Observable k of the slices; window: its number among those in phase space. */
kl_status trotter_states_measure(trotter_states *states, int k, int window, double *value,
                                 double *error, kl_error *err);
/* The values of the exact psi, into out. KL_STOPPED. */
kl_status trotter_states_solve(const trotter *s, int hbar, MPI_Comm comm, kl_limit_values *out,
                               kl_error *err);
kl_cost trotter_states_cost(const trotter *s, int hbar, int64_t slices, int ranks);

/* ---- kernels below an energy: likewise ---- */

typedef struct trotter_kernels_progress { /* plain data */
    int next;                             /* quantity in work, or next */
    int64_t done;                         /* its slices */
} trotter_kernels_progress;

typedef struct trotter_kernels {
    const trotter *s;
    double hbar;
    int64_t slices;
    MPI_Comm comm;
    kl_filtered kernel;
    int open;                     /* the observable that it is of; -1: none */
    int64_t planes, first, count; /* of psi, in d > 1; in d = 1 it is in one */
    size_t size, all;             /* of a plane; of those here */
    complex double *psi;          /* [all]: what was unpacked */
    trotter_kernels_progress now;
} trotter_kernels;

/* KL_ENVIRONMENT: no memory. Without kernels below an energy planes is 0. Free with destroy, on
 * failure too. */
kl_status trotter_kernels_create(const trotter *s, double hbar, int64_t slices, MPI_Comm comm,
                                 trotter_kernels *out, kl_error *err);
void trotter_kernels_destroy(trotter_kernels *kernels);
/* A piece of the work of a station: value[nquantities][2], values and errors. */
kl_status trotter_kernels_go_on(trotter_kernels *kernels, int station, double *value, bool *reached,
                                kl_error *err);
/* psi of the kernel in work, by pieces; `size` elements of bytes, or fewer. Local. */
void trotter_kernels_pack(const trotter_kernels *kernels, int64_t piece, void *bytes);
void trotter_kernels_unpack(trotter_kernels *kernels, int64_t piece, const void *bytes);
/* psi[all] and `now` have been unpacked. */
kl_status trotter_kernels_restored(trotter_kernels *kernels, kl_error *err);

/* ---- the run, as in kl_system ---- */

kl_cost trotter_cost(const void *self, int point, int group_ranks);
kl_status trotter_begin(const void *self, const kl_place *place, void **run, kl_error *err);
kl_status trotter_start(void *run, int64_t batch, kl_error *err);
kl_status trotter_advance(void *run, int station, bool *reached, kl_error *err);
kl_status trotter_measure(void *run, int station, int member, kl_sample *out, kl_error *err);
void trotter_end(void **run);
kl_packing trotter_packing(const void *run, int station);
kl_packing trotter_shape(const void *run);
void trotter_pack(const void *run, int64_t piece, void *bytes);
void trotter_unpack(void *run, int64_t piece, const void *bytes);
void trotter_restored(void *run, int station);

#endif
