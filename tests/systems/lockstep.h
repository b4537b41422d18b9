/* A made-up system in lockstep: members that drift towards their common mean and are kicked.
 *
 *   x_m(0) = u_m,   x_m(n+1) = x_m(n) + rate (mean(n) - x_m(n)) + kick u_m(n+1),   n = 0, 1, ...
 *
 * u: numbers in [-1, 1) of the seed, the realization and the step. The times of a study are numbers
 * of steps. Without kicks the mean stays and the variance falls like (1 - rate)^2n; with them the
 * mean over members is that of independent walks (the limit of many members, 0).
 */
#ifndef KL_TESTS_SYSTEMS_LOCKSTEP_H
#define KL_TESTS_SYSTEMS_LOCKSTEP_H

#include "kinlim/study.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct lockstep {
    kl_reals rate;
    double pause; /* seconds a step */
    kl_stations steps;
    kl_description description;
} lockstep;

static const kl_key lockstep_table[] = {{.name = "rate",
                                         KL_REALS_AT(lockstep, rate),
                                         .flags = KL_REQUIRED | KL_DISTINCT,
                                         KL_RANGE(0, 1),
                                         .doc = "of the drift, one point each"},
                                        {.name = "pause",
                                         KL_REAL_AT(lockstep, pause),
                                         .flags = KL_FREE,
                                         KL_RANGE(0, 1),
                                         .fallback = "0",
                                         .doc = "seconds a step takes"},
                                        {0}};
static const kl_key *const lockstep_keys[] = {lockstep_table, NULL};
static const kl_column lockstep_column = {"rate", "1", "of the drift", .role = KL_SMALL};
static const kl_quantity lockstep_quantities[] = {{"x", "re"}, {"distance", "re"}};
static const char *const lockstep_checks[] = {"mean_of_all"};

static double lockstep_random(uint64_t realization, uint64_t step)
{
    uint64_t z = 0x9e3779b97f4a7c15u * (realization * 1000003u + step + 1);
    z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9u;
    z = (z ^ (z >> 27)) * 0x94d049bb133111ebu;
    return (double)((z ^ (z >> 31)) >> 11) * 0x1p-52 - 1;
}

static kl_status lockstep_open(kl_node *root, const kl_stations *steps, void *self, kl_error *err)
{
    lockstep *l = self;
    l->steps = *steps;
    KL_TRY(kl_config_read(root, lockstep_table, l, err));
    l->description = (kl_description){.points = {l->rate.n, 1, &lockstep_column, l->rate.v, NULL},
                                      .nquantities = 2,
                                      .quantity = lockstep_quantities,
                                      .nchecks = 1,
                                      .check = lockstep_checks,
                                      .random = true};
    return KL_OK;
}

static kl_cost lockstep_cost(const void *self, int point, int ranks)
{
    (void)self, (void)point, (void)ranks;
    return (kl_cost){.bytes = 1024, .more_bytes = 8, .seconds = 1e-5};
}

typedef struct lockstep_run {
    const lockstep *study;
    const kl_place *place;
    int64_t batch, step;
    double mean, *x; /* x[count] */
} lockstep_run;

static void lockstep_end(void **run)
{
    lockstep_run *r = *run;
    if (r)
        free(r->x);
    free(r);
    *run = NULL;
}

static kl_status lockstep_begin(const void *self, const kl_place *place, void **run, kl_error *err)
{
    lockstep_run *r = *run = calloc(1, sizeof *r);
    if (r)
        *r = (lockstep_run){
            .study = self, .place = place, .x = calloc((size_t)place->count + 1, sizeof *r->x)};
    const bool good = r && r->x;
    return kl_agree(place->ensemble, good ? KL_OK : kl_fail(err, KL_ENVIRONMENT, "no memory"), err);
}

static uint64_t lockstep_number(const lockstep_run *r, int m)
{
    return (uint64_t)(r->batch * r->place->members + r->place->first + m);
}

static kl_status lockstep_sum(lockstep_run *r, kl_error *err)
{
    KL_TRY(kl_ensemble_sum(r->place, 1, r->x, &r->mean, err));
    r->mean /= r->place->members;
    return KL_OK;
}

static kl_status lockstep_start(void *run, int64_t batch, kl_error *err)
{
    lockstep_run *r = run;
    r->batch = batch;
    r->step = 0;
    for (int m = 0; m < r->place->count; m++)
        r->x[m] = lockstep_random(lockstep_number(r, m), 0);
    return lockstep_sum(r, err);
}

/* Ten steps a call. */
static kl_status lockstep_advance(void *run, int station, bool *reached, kl_error *err)
{
    lockstep_run *r = run;
    const double rate = r->study->rate.v[r->place->point];
    const int64_t to = (int64_t)r->study->steps.value[station];
    for (int i = 0; i < 10 && r->step < to; i++) {
        r->step++;
        for (int m = 0; m < r->place->count; m++)
            r->x[m] += rate * (r->mean - r->x[m]) +
                       0.01 * lockstep_random(lockstep_number(r, m), (uint64_t)r->step);
        KL_TRY(lockstep_sum(r, err));
        const struct timespec pause = {0, (long)(1e9 * fmin(r->study->pause, 0.999))};
        if (r->study->pause > 0)
            nanosleep(&pause, NULL);
    }
    *reached = r->step == to;
    return KL_OK;
}

static kl_status lockstep_measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    const lockstep_run *r = run;
    (void)station, (void)err;
    out->quantity[0] = r->x[member];
    out->quantity[1] = fabs(r->x[member] - r->mean);
    out->check[0] = fabs(r->mean);
    return KL_OK;
}

/* A piece a member, held by the first rank of its group: x, the mean, and how far it is. */
static kl_packing lockstep_shape(const void *run)
{
    const lockstep_run *r = run;
    int rank;
    MPI_Comm_rank(r->place->group, &rank);
    return (kl_packing){.pieces = r->place->members,
                        .first = r->place->first,
                        .count = rank == 0 ? r->place->count : 0,
                        .piece_bytes = 3 * sizeof(double),
                        .progress_bytes = sizeof(double)};
}

static kl_packing lockstep_packing(const void *run, int station)
{
    (void)station;
    return lockstep_shape(run);
}

static void lockstep_pack(const void *run, int64_t piece, void *bytes)
{
    const lockstep_run *r = run;
    const double numbers[3] = {r->x[piece], r->mean, (double)r->step};
    memcpy(bytes, numbers, sizeof numbers);
}

static void lockstep_unpack(void *run, int64_t piece, const void *bytes)
{
    lockstep_run *r = run;
    double numbers[3];
    memcpy(numbers, bytes, sizeof numbers);
    r->x[piece] = numbers[0];
    r->mean = numbers[1];
    r->step = (int64_t)numbers[2];
}

/* What only the first rank of the group has been given. */
static void lockstep_restored(void *run, int station)
{
    lockstep_run *r = run;
    double step = (double)r->step;
    (void)station;
    MPI_Bcast(r->x, r->place->count, MPI_DOUBLE, 0, r->place->group);
    MPI_Bcast(&r->mean, 1, MPI_DOUBLE, 0, r->place->group);
    MPI_Bcast(&step, 1, MPI_DOUBLE, 0, r->place->group);
    r->step = (int64_t)step;
}

static const kl_system lockstep_system = {.name = "lockstep",
                                          .summary = "members that drift by their common mean",
                                          .ensemble = KL_LOCKSTEP,
                                          .stations = {"steps", "steps", "n", "1", "steps"},
                                          .keys = lockstep_keys,
                                          KL_STUDY(lockstep),
                                          .open = lockstep_open,
                                          .cost = lockstep_cost,
                                          .begin = lockstep_begin,
                                          .start = lockstep_start,
                                          .advance = lockstep_advance,
                                          .measure = lockstep_measure,
                                          .end = lockstep_end,
                                          .packing = lockstep_packing,
                                          .shape = lockstep_shape,
                                          .pack = lockstep_pack,
                                          .unpack = lockstep_unpack,
                                          .restored = lockstep_restored};

#endif
