/* Shared by the files of the `lyapunov` system only. */
#ifndef KL_SYSTEMS_LYAPUNOV_PRIVATE_H
#define KL_SYSTEMS_LYAPUNOV_PRIVATE_H

#include "kinlim/system.h"
#include "parts/potential.h"

enum { LYAPUNOV_COLUMNS = 3 };

typedef struct lyapunov {
    kl_stations lengths; /* N, in sites */
    kl_disorder_keys disorder;
    int npoints, dimension; /* dimension 1: chains */
    double *columns;        /* [npoints][LYAPUNOV_COLUMNS]: width, energy, strip */
    double *values;         /* [npoints][2 or 3]: the same of the columns that the study has */
    int exponents;          /* that are quantities: those of the smallest slice */
    kl_quantity *quantity;  /* [exponents]: the smallest exponent first */
    kl_description description;
} lyapunov;

/* Sites of a slice: 1, M or M x M. */
int64_t lyapunov_slice(const lyapunov *l, int point);

extern const kl_limit lyapunov_limit;

/* As kl_system has them. */
kl_cost lyapunov_cost(const void *self, int point, int group_ranks);
kl_status lyapunov_begin(const void *self, const kl_place *place, void **run, kl_error *err);
kl_status lyapunov_start(void *run, int64_t batch, kl_error *err);
kl_status lyapunov_advance(void *run, int station, bool *reached, kl_error *err);
kl_status lyapunov_measure(void *run, int station, int member, kl_sample *out, kl_error *err);
void lyapunov_end(void **run);
kl_packing lyapunov_packing(const void *run, int station);
kl_packing lyapunov_shape(const void *run);
void lyapunov_pack(const void *run, int64_t piece, void *bytes);
void lyapunov_unpack(void *run, int64_t piece, const void *bytes);
void lyapunov_restored(void *run, int station);

#endif
