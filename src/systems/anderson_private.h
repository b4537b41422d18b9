/* Shared by the files of the `anderson` system only. */
#ifndef KL_SYSTEMS_ANDERSON_PRIVATE_H
#define KL_SYSTEMS_ANDERSON_PRIVATE_H

#include "dynamics/initial.h"
#include "dynamics/splitting.h"
#include "lattice/disorder.h"
#include "systems/system.h"
#include "wigner/pairing.h"

typedef enum anderson_method { CHEBYSHEV, STRANG, FOURTH_ORDER } anderson_method;

typedef struct anderson_point {
    double eta, mu, ell;       /* mu = eta^2, ell = mu sites: the real side of the torus */
    int64_t sites;
} anderson_point;

typedef struct anderson {
    int64_t dimension;
    kl_times times;
    kl_initial initial;        /* mu differs by point and is set there */
    bool linear;               /* S = p.X */
    kl_distribution distribution;
    uint64_t seed;
    anderson_method method;
    kl_precision precision;
    double tolerance;          /* relative l2 error of psi_t, rounding included */
    double boltzmann_tolerance;
    bool reference;            /* wanted */
    int npoints, nobservables;
    anderson_point *point;
    kl_observable *observable;
    kl_symbol *symbol;         /* [nobservables] */
    bool *complex_valued;      /* [nobservables] */
    kl_description description;
    double *columns;           /* [npoints][3], description.point */
} anderson;

enum { DENSITY_FIELD, FIELDS };
enum { NORM_DRIFT, ENERGY_DRIFT, CHECKS };

kl_status anderson_configure(kl_node *root, const kl_times *times, bool no_reference, void **self,
                             kl_error *err);
void anderson_destroy(void **self);
kl_initial anderson_initial(const anderson *a, int point);
/* Bound on rounding of psi_T at the last time of a point. */
double anderson_rounding(const anderson *a, int point);
int anderson_field_axis(const void *self, int point, int f, double *coordinate);

kl_cost anderson_cost(const void *self, int point, int group_ranks);
kl_status anderson_begin(const void *self, int point, MPI_Comm group, void **run, kl_error *err);
kl_status anderson_start(void *run, int64_t realization, kl_error *err);
kl_status anderson_advance(void *run, int time, kl_error *err);
kl_status anderson_measure(void *run, int time, double *quantity, double *check, double **field,
                           kl_error *err);
kl_status anderson_snapshot(void *run, int time, const char *path, kl_snapshot **snapshot,
                            kl_error *err);
void anderson_end(void **run);

kl_status anderson_reference(const void *self, int point, MPI_Comm comm, kl_reference *out,
                             kl_error *err);

#endif
