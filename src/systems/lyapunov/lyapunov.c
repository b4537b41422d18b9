/* A realization is one chain; the times of the study are its lengths N, in
 * sites. The start vector (1, 0) adds a bias of order 1/N to gamma. The ranks of
 * a group all do the same work.
 */
#include "systems/lyapunov/lyapunov.h"

#include "base/memory.h"
#include "parts/keys.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct lyapunov {
    kl_times times;
    kl_disorder_keys disorder;
    int npoints;
    double *columns; /* [npoints][2]: width, energy */
    int nseries;
    double *series_parameter; /* [nseries][2] */
    int *series;              /* [npoints]: points of one energy */
    kl_quantity gamma;
    kl_description description;
} lyapunov;

enum { BLOCK = 4096, STEP = 16 }; /* sites drawn at once; between normalisations */

typedef struct lyapunov_run {
    const lyapunov *l;
    double width, energy;
    kl_disorder disorder;
    int64_t sites; /* passed so far */
    double psi[2]; /* psi(n+1), psi(n) */
    double growth; /* log of the factors taken out of psi */
    float omega[BLOCK];
} lyapunov_run;

/* ---- the study ---- */

typedef struct own_keys {
    kl_reals width, energy;
} own_keys;

static const kl_key own_table[] = {{"width", KL_KEY_REALS, offsetof(own_keys, width),
                                    KL_REQUIRED | KL_RANGED | KL_LOW_OPEN | KL_DISTINCT, 0, 100, 0,
                                    0, NULL, NULL, "of box disorder: sqrt(12) standard deviations"},
                                   {"energy", KL_KEY_REALS, offsetof(own_keys, energy),
                                    KL_REQUIRED | KL_RANGED | KL_DISTINCT, -100, 100, 0, 0, NULL,
                                    NULL, "E, the band is [-2, 2]"},
                                   {0}};

static kl_status make_points(lyapunov *l, const own_keys *keys, kl_error *err)
{
    const int energies = keys->energy.n;
    l->npoints = keys->width.n * energies;
    KL_TRY(kl_alloc(2 * (size_t)l->npoints, sizeof *l->columns, "points", &l->columns, err));
    KL_TRY(kl_alloc((size_t)l->npoints, sizeof *l->series, "points", &l->series, err));
    KL_TRY(kl_alloc(2 * (size_t)energies, sizeof(double), "points", &l->series_parameter, err));
    for (int s = 0; s < energies; s++) {
        l->series_parameter[2 * s] = NAN;
        l->series_parameter[2 * s + 1] = s + 1 < energies ? keys->energy.v[s] : NAN;
    }
    l->nseries = energies;
    for (int i = 0; i < l->npoints; i++) {
        l->columns[2 * i] = keys->width.v[i / energies];
        l->columns[2 * i + 1] = keys->energy.v[i % energies];
        l->series[i] = i % energies;
    }
    return KL_OK;
}

static kl_status read_keys(lyapunov *l, kl_node *root, kl_error *err)
{
    own_keys keys;
    KL_TRY(kl_config_read(root, own_table, &keys, err));
    KL_TRY(kl_keys_disorder(root, &l->disorder, err));
    for (int i = 0; i < l->times.n; i++)
        if (!(l->times.t[i] >= 1) || l->times.t[i] != floor(l->times.t[i]))
            return kl_config_fail(root, "times", err,
                                  "%g is not allowed: must be a number of sites, at least 1",
                                  l->times.t[i]);
    return make_points(l, &keys, err);
}

static void destroy(void **self)
{
    lyapunov *l = *self;
    if (!l)
        return;
    free(l->columns);
    free(l->series_parameter);
    free(l->series);
    free(l);
    *self = NULL;
}

static const kl_column columns[] = {
    {"width", "1", "width of box disorder, sqrt(12) standard deviations", false, ""},
    {"energy", "1", "energy", false, ""},
};

static kl_status configure(kl_node *root, const kl_times *times, bool no_reference, void **self,
                           kl_error *err)
{
    lyapunov *l;
    (void)no_reference; /* there is nothing that the reference forbids */
    *self = NULL;
    KL_TRY(kl_alloc(1, sizeof *l, "study", &l, err));
    *self = l;
    l->times = *times;
    l->gamma = (kl_quantity){"gamma", "re"};
    kl_status status = read_keys(l, root, err);
    l->description = (kl_description){.ncolumns = 2,
                                      .column = columns,
                                      .npoints = l->npoints,
                                      .nquantities = 1,
                                      .point = l->columns,
                                      .series = l->series,
                                      .nseries = l->nseries,
                                      .series_parameter = l->series_parameter,
                                      .quantity = &l->gamma};
    if (status != KL_OK)
        destroy(self);
    return status;
}

static const kl_description *describe(const void *self)
{
    return &((const lyapunov *)self)->description;
}

static uint64_t seed(const void *self)
{
    return ((const lyapunov *)self)->disorder.seed;
}

static kl_cost cost(const void *self, int point, int group_ranks)
{
    const lyapunov *l = self;
    (void)point, (void)group_ranks;
    return (kl_cost){.bytes = sizeof(lyapunov_run),
                     .seconds = 20e-9 * l->times.t[l->times.n - 1],
                     .most_ranks = INT32_MAX};
}

/* ---- a realization ---- */

static kl_status begin(const void *self, int point, MPI_Comm group, void **run, kl_error *err)
{
    const lyapunov *l = self;
    lyapunov_run *r = NULL;
    kl_status status = kl_agree(group, kl_alloc(1, sizeof *r, "run", &r, err), err);
    *run = r;
    if (status != KL_OK)
        return status;
    const double *parameters = l->columns + 2 * point;
    r->l = l;
    r->width = parameters[0];
    r->energy = parameters[1];
    r->disorder = (kl_disorder){(kl_distribution)l->disorder.distribution, l->disorder.seed,
                                kl_disorder_point(parameters, 2), 0};
    return KL_OK;
}

static void end(void **run)
{
    free(*run);
    *run = NULL;
}

static kl_status start(void *run, int64_t realization, kl_error *err)
{
    lyapunov_run *r = run;
    (void)err;
    r->disorder.realization = (uint64_t)realization;
    r->sites = 0;
    r->psi[0] = 1;
    r->psi[1] = 0;
    r->growth = 0;
    return KL_OK;
}

static void normalise(lyapunov_run *r)
{
    const double size = hypot(r->psi[0], r->psi[1]);
    r->growth += log(size);
    r->psi[0] /= size;
    r->psi[1] /= size;
}

/* The sites of one block, from first to first + n - 1. */
static void pass(lyapunov_run *r, int n)
{
    const double strength = r->width / sqrt(12);
    kl_disorder_fill(&r->disorder, r->sites, n, r->omega);
    for (int i = 0; i < n; i++) {
        const double next = (r->energy - strength * (double)r->omega[i]) * r->psi[0] - r->psi[1];
        r->psi[1] = r->psi[0];
        r->psi[0] = next;
        if (i % STEP == STEP - 1)
            normalise(r);
    }
    normalise(r);
    r->sites += n;
}

static kl_status advance(void *run, int time, kl_error *err)
{
    lyapunov_run *r = run;
    const int64_t to = (int64_t)r->l->times.t[time];
    (void)err;
    while (r->sites < to)
        pass(r, (int)(to - r->sites < BLOCK ? to - r->sites : BLOCK));
    return KL_OK;
}

static kl_status measure(void *run, int time, double *quantity, double *check, double **field,
                         kl_error *err)
{
    const lyapunov_run *r = run;
    (void)time, (void)check, (void)field, (void)err;
    quantity[0] = r->growth / (double)r->sites;
    return KL_OK;
}

/* ---- the limit ---- */

static kl_status reference(const void *self, int point, MPI_Comm comm, kl_reference *out,
                           kl_error *err)
{
    static const double anomaly = 105.04510153087084; /* 12 (Gamma(1/4)/Gamma(3/4))^2 */
    const lyapunov *l = self;
    const double width = l->columns[2 * point], energy = l->columns[2 * point + 1];
    (void)comm, (void)err;
    if (!(fabs(energy) < 2)) {
        snprintf(out->note, sizeof out->note, "there is no weak-disorder formula at |E| >= 2");
        return KL_OK;
    }
    for (int i = 0; i < l->times.n; i++) {
        out->value[i] =
            width * width / (energy == 0 ? anomaly : 96 * (1 - energy / 2) * (1 + energy / 2));
        out->error[i] = 0;
    }
    snprintf(out->note, sizeof out->note, "weak disorder: relative corrections of order W^2");
    return KL_OK;
}

/* Of the longest chain. */
static double length(const void *self, int point, const double *mean)
{
    const lyapunov *l = self;
    const double gamma = mean[l->times.n - 1];
    (void)point;
    return gamma > 0 ? 1 / gamma : NAN;
}

static const kl_derived derived[] = {{"localization_length", "gamma", length, NULL}, {0}};

const kl_system kl_system_lyapunov = {
    .name = "lyapunov",
    .summary = "localization length of a chain, by transfer matrices",
    .kind = KL_INDEPENDENT,
    .small = 0,
    .configure = configure,
    .destroy = destroy,
    .describe = describe,
    .seed = seed,
    .cost = cost,
    .begin = begin,
    .start = start,
    .advance = advance,
    .measure = measure,
    .end = end,
    .reference = reference,
    .derived = derived,
};
