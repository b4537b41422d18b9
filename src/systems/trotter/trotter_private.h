/* Shared by the files of the `trotter` system only. */
#ifndef KL_SYSTEMS_TROTTER_PRIVATE_H
#define KL_SYSTEMS_TROTTER_PRIVATE_H

#include "base/complex.h"
#include "kinlim/system.h"
#include "parts/smooth_keys.h"

enum { TROTTER_COLUMNS = 3 };

typedef struct trotter_observable {
    const char *name;
    bool determinant; /* else a kernel */
    double from, to;
} trotter_observable;

typedef struct trotter {
    kl_stations times;
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
    complex double *sum_of; /* [hbar.n][ntimes][n]: van Vleck's sums, NAN before they are known */
    kl_description description;
} trotter;

extern const kl_key trotter_table[];
kl_status trotter_read(trotter *t, kl_node *root, kl_error *err);

/* Value and error of observable k from n slices. KL_ENVIRONMENT: no memory. KL_INPUT: a determinant
 * without a path. */
kl_status trotter_slices(const trotter *s, int k, double time, double hbar, int64_t n,
                         complex double *value, double *error, kl_error *err);
extern const kl_limit trotter_limits[2];
/* |K_N - K|/|K| of a kernel, K van Vleck's sum: as kl_derived.value. */
double trotter_distance(const void *self, const kl_derived *which, int point, int station,
                        const double *mean);

#endif
