/* A realization is one chain; the times of the study are its lengths N, in
 * sites. The start vector (1, 0) adds a bias of order 1/N to gamma. The ranks of
 * a group all do the same work.
 */
#include "systems/lyapunov/lyapunov.h"

#include "base/memory.h"
#include "parts/potential.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct lyapunov {
    kl_stations lengths; /* N, in sites */
    kl_disorder_keys disorder;
    int npoints;
    double *columns; /* [npoints][2]: width, energy */
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

/* ---- the limit ---- */

static kl_status reference(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
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
    for (int i = 0; i < l->lengths.n; i++) {
        out->value[i] =
            width * width / (energy == 0 ? anomaly : 96 * (1 - energy / 2) * (1 + energy / 2));
        out->error[i] = 0;
    }
    snprintf(out->note, sizeof out->note, "weak disorder: relative corrections of order W^2");
    return KL_OK;
}

/* Of the longest chain. */
static double localization_length(const void *self, const kl_derived *which, int point, int station,
                                  const double *mean)
{
    const lyapunov *l = self;
    const double gamma = mean[l->lengths.n - 1];
    (void)which, (void)point, (void)station;
    return gamma > 0 ? 1 / gamma : NAN;
}

static const kl_limit limit = {
    .name = "reference", .long_name = "limit of weak disorder", .solve = reference};
static const kl_derived derived = {
    .name = "localization_length", .observable = "gamma", .value = localization_length};

/* ---- the study ---- */

typedef struct own_keys {
    kl_reals width, energy;
} own_keys;

static const kl_key own_table[] = {{.name = "width",
                                    KL_REALS_AT(own_keys, width),
                                    .flags = KL_REQUIRED | KL_DISTINCT,
                                    KL_RANGE_ABOVE(0, 100),
                                    .doc = "of box disorder: sqrt(12) standard deviations"},
                                   {.name = "energy",
                                    KL_REALS_AT(own_keys, energy),
                                    .flags = KL_REQUIRED | KL_DISTINCT,
                                    KL_RANGE(-100, 100),
                                    .doc = "E, the band is [-2, 2]"},
                                   {0}};

static const kl_key *const keys_of_a_study[] = {own_table, kl_disorder_map, NULL};

static kl_status make_points(lyapunov *l, const own_keys *keys, kl_error *err)
{
    const int energies = keys->energy.n;
    l->npoints = keys->width.n * energies;
    KL_TRY(kl_alloc(2 * (size_t)l->npoints, sizeof *l->columns, "points", &l->columns, err));
    for (int i = 0; i < l->npoints; i++) {
        l->columns[2 * i] = keys->width.v[i / energies];
        l->columns[2 * i + 1] = keys->energy.v[i % energies];
    }
    return KL_OK;
}

static kl_status read_keys(lyapunov *l, kl_node *root, kl_error *err)
{
    own_keys keys;
    KL_TRY(kl_config_read(root, own_table, &keys, err));
    KL_TRY(kl_keys_disorder(root, &l->disorder, err));
    for (int i = 0; i < l->lengths.n; i++)
        if (!(l->lengths.value[i] >= 1) || l->lengths.value[i] != floor(l->lengths.value[i]))
            return kl_config_fail(root, "times", err,
                                  "%g is not allowed: must be a number of sites, at least 1",
                                  l->lengths.value[i]);
    return make_points(l, &keys, err);
}

static void close_study(void **self)
{
    lyapunov *l = *self;
    if (!l)
        return;
    free(l->columns);
    free(l);
    *self = NULL;
}

static const kl_quantity gamma_quantity = {"gamma", "re"};
static const kl_column columns[] = {
    {.name = "width",
     .units = "1",
     .long_name = "width of box disorder, sqrt(12) standard deviations",
     .role = KL_SMALL},
    {.name = "energy", .units = "1", .long_name = "energy", .role = KL_PARAMETER},
    {.name = ""},
};

static void make_description(lyapunov *l)
{
    l->description = (kl_description){
        .points = {.n = l->npoints, .ncolumns = 2, .column = columns, .value = l->columns},
        .nquantities = 1,
        .quantity = &gamma_quantity,
        .nlimits = 1,
        .limit = &limit,
        .nderived = 1,
        .derived = &derived,
        .random = true,
        .seed = l->disorder.seed};
}

static kl_status open_study(kl_node *root, const kl_stations *stations, void **self, kl_error *err)
{
    lyapunov *l;
    *self = NULL;
    KL_TRY(kl_alloc(1, sizeof *l, "study", &l, err));
    *self = l;
    l->lengths = *stations;
    kl_status status = read_keys(l, root, err);
    if (status == KL_OK)
        make_description(l);
    else
        close_study(self);
    return status;
}

static const kl_description *describe(const void *self)
{
    return &((const lyapunov *)self)->description;
}

static kl_cost cost(const void *self, int point, int group_ranks)
{
    const lyapunov *l = self;
    (void)point, (void)group_ranks;
    return (kl_cost){.bytes = sizeof(lyapunov_run),
                     .seconds = 20e-9 * l->lengths.value[l->lengths.n - 1],
                     .most_ranks = 0};
}

/* ---- a realization ---- */

static kl_status begin(const void *self, const kl_place *place, void **run, kl_error *err)
{
    const lyapunov *l = self;
    lyapunov_run *r = NULL;
    kl_status status = kl_agree(place->group, kl_alloc(1, sizeof *r, "run", &r, err), err);
    *run = r;
    if (status != KL_OK)
        return status;
    const double *parameters = l->columns + 2 * place->point;
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

static kl_status start(void *run, int64_t batch, kl_error *err)
{
    lyapunov_run *r = run;
    (void)err;
    r->disorder.realization = (uint64_t)batch;
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

static kl_status advance(void *run, int station, bool *reached, kl_error *err)
{
    lyapunov_run *r = run;
    const int64_t to = (int64_t)r->l->lengths.value[station];
    (void)reached, (void)err;
    while (r->sites < to)
        pass(r, (int)(to - r->sites < BLOCK ? to - r->sites : BLOCK));
    return KL_OK;
}

static kl_status measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    const lyapunov_run *r = run;
    (void)station, (void)member, (void)err;
    out->quantity[0] = r->growth / (double)r->sites;
    return KL_OK;
}

const kl_system kl_system_lyapunov = {
    .name = "lyapunov",
    .summary = "localization length of a chain, by transfer matrices",
    .model = "The Anderson model on a chain, psi(n+1) + psi(n-1) + V(n) psi(n) = E psi(n), with "
             "independent V(n) of mean 0 and variance W^2/12. A solution grows like exp(gamma N) "
             "along the chain, whatever the disorder; 1/gamma is the localization length. It is "
             "compared with the first order in W^2.",
    .source = "D. J. Thouless, in Ill-condensed matter, Les Houches 1978; at E = 0 M. Kappus, "
              "F. Wegner, Z. Phys. B 45 (1981) 15",
    .ensemble = KL_INDEPENDENT,
    .stations = {"times", "length", "N", "sites", "length of the chain"},
    .keys = keys_of_a_study,
    .columns = columns,
    .open = open_study,
    .close = close_study,
    .describe = describe,
    .cost = cost,
    .begin = begin,
    .start = start,
    .advance = advance,
    .measure = measure,
    .end = end,
};
