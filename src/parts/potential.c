#include "parts/potential.h"

#include "base/memory.h"
#include "lattice/pencil_parts.h"

#include <stdlib.h>

typedef struct sub_map {
    kl_node *node;
} sub_map;

static const kl_key disorder_table[] = {
    {.name = "distribution",
     KL_CHOICE_AT(kl_disorder_keys, distribution, kl_distribution_names),
     .fallback = "gaussian",
     .doc = "of omega_x, mean 0 and variance 1"},
    {.name = "seed",
     KL_UINT64_AT(kl_disorder_keys, seed),
     .fallback = "1",
     .doc = "of the random numbers, below 2^64"},
    {0}};
const kl_key kl_disorder_map[] = {{.name = "disorder",
                                   KL_MAP_AT(sub_map, node),
                                   .fallback = "{}",
                                   .doc = "the potential",
                                   KL_BELOW(disorder_table)},
                                  {0}};

kl_status kl_keys_disorder(kl_node *root, kl_disorder_keys *out, kl_error *err)
{
    sub_map map;
    KL_TRY(kl_config_read(root, kl_disorder_map, &map, err));
    return kl_config_read(map.node, disorder_table, out, err);
}

static const kl_key several_table[] = {
    {.name = "distribution",
     .type = KL_KEY_CHOICES,
     .choices = kl_distribution_names,
     .fallback = "gaussian",
     .doc = "of omega_x, mean 0 and variance 1; a list: every one at every point"},
    {0}};
const kl_key kl_disorders_map[] = {{.name = "disorder",
                                    KL_MAP_AT(sub_map, node),
                                    .fallback = "{}",
                                    .doc = "the potential",
                                    KL_BELOW(several_table, disorder_table + 1)},
                                   {0}};

kl_status kl_keys_disorders(kl_node *root, kl_disorder_keys *out, kl_ints *list, kl_error *err)
{
    sub_map map;
    KL_TRY(kl_config_read(root, kl_disorders_map, &map, err));
    KL_TRY(kl_config_read(map.node, several_table, list, err));
    out->distribution = (int)list->v[0];
    return kl_config_read(map.node, disorder_table + 1, out, err);
}

typedef struct correlation_map {
    kl_node *correlation;
} correlation_map;

static const kl_key correlation_table[] = {
    {.name = "length",
     KL_REAL_AT(kl_correlation, length),
     .flags = KL_REQUIRED,
     KL_RANGE(0.5, 1000),
     .doc = "s of exp(-|x - y|^2/(2 s^2)), in sites"},
    {.name = "field",
     KL_CHOICE_AT(kl_correlation, field, kl_random_field_names),
     .fallback = "gaussian",
     .doc = "a normal field, or the intensity of speckle"},
    {0}};
static const kl_key correlation_key[] = {{.name = "correlation",
                                          KL_MAP_AT(correlation_map, correlation),
                                          .doc = "of V at different sites; default: none",
                                          KL_BELOW(correlation_table)},
                                         {0}};
const kl_key kl_any_disorders_map[] = {
    {.name = "disorder",
     KL_MAP_AT(sub_map, node),
     .fallback = "{}",
     .doc = "the potential",
     KL_BELOW(several_table, disorder_table + 1, correlation_key, kl_lattice_file_table)},
    {0}};

static kl_status check_correlation(const kl_node *node, const kl_ints *distributions,
                                   const kl_lattice_points *points,
                                   const kl_correlation *correlation, kl_error *err)
{
    const int64_t least = 2 * kl_correlated_reach(correlation->length) + 1;
    if (distributions->n > 1 || distributions->v[0] != KL_GAUSSIAN)
        return kl_config_fail(node, NULL, err, "goes with distribution: gaussian alone");
    for (int i = 0; i < points->n; i++)
        if (points->point[i].sites < least)
            return kl_config_fail(
                node, "length", err,
                "%g is not allowed on %lld sites: it needs %lld per side at least",
                correlation->length, (long long)points->point[i].sites, (long long)least);
    return KL_OK;
}

kl_status kl_keys_correlation(kl_node *root, const kl_ints *distributions,
                              const kl_lattice_points *points, kl_correlation *out, kl_error *err)
{
    sub_map map;
    correlation_map below;
    *out = (kl_correlation){0};
    KL_TRY(kl_config_read(root, kl_any_disorders_map, &map, err));
    KL_TRY(kl_config_read(map.node, correlation_key, &below, err));
    if (!below.correlation)
        return KL_OK;
    KL_TRY(kl_config_read(below.correlation, correlation_table, out, err));
    return check_correlation(below.correlation, distributions, points, out, err);
}

kl_status kl_keys_potential_file(kl_node *root, const kl_ints *distributions,
                                 const kl_lattice_points *points, kl_lattice_file *out,
                                 kl_error *err)
{
    sub_map map;
    KL_TRY(kl_config_read(root, kl_any_disorders_map, &map, err));
    KL_TRY(kl_keys_lattice_file(map.node, points, out, err));
    if (!out->path)
        return KL_OK;
    if (out->is_complex)
        return kl_config_fail(map.node, "file.dataset", err, "%s is complex: must be real",
                              out->dataset);
    if (distributions->n > 1 || distributions->v[0] != KL_GAUSSIAN)
        return kl_config_fail(map.node, "distribution", err, "goes without a file");
    return kl_config_has(map.node, "correlation")
               ? kl_config_fail(map.node, "correlation", err, "goes without a file")
               : KL_OK;
}

/* The random numbers of a realization. */
static kl_disorder numbers(const kl_disorder_keys *keys, int distribution, double eta,
                           const double *more, int64_t realization, const kl_lattice *lattice)
{
    const double parameters[4] = {eta, (double)lattice->sites, (double)lattice->dimension,
                                  more ? *more : 0};
    return (kl_disorder){.distribution = (kl_distribution)distribution,
                         .seed = keys->seed,
                         .point = kl_disorder_point(parameters, more ? 4 : 3),
                         .realization = (uint64_t)realization};
}

kl_status kl_potential_draw_correlated(const kl_disorder_keys *keys,
                                       const kl_correlation *correlation, double eta,
                                       int64_t realization, const kl_lattice *lattice, float *omega,
                                       kl_error *err)
{
    const kl_disorder disorder = numbers(keys, KL_GAUSSIAN, eta, NULL, realization, lattice);
    return kl_correlated_fill(&disorder, correlation, lattice, omega, err);
}

void kl_potential_draw(const kl_disorder_keys *keys, int distribution, double eta,
                       const double *more, int64_t realization, const kl_lattice *lattice,
                       float *omega)
{
    const kl_disorder disorder = numbers(keys, distribution, eta, more, realization, lattice);
    kl_disorder_fill(&disorder, lattice->first * lattice->plane, kl_lattice_local(lattice), omega);
}

void kl_potential_draw_pencil(const kl_disorder_keys *keys, int distribution, double eta,
                              const double *more, int64_t realization, const kl_lattice *lattice,
                              float *omega)
{
    const kl_pencils *p = lattice->pencils;
    const kl_disorder disorder = numbers(keys, distribution, eta, more, realization, lattice);
    if (p->rows == 0)
        return;
    const int64_t z = kl_pencils_start(p, 0), x = kl_pencils_start(p, 1), L = lattice->sites;
    for (int64_t r = 0; r < L * p->rows; r++, omega += p->sites)
        kl_disorder_fill(&disorder, (z + r % p->rows) * lattice->plane + r / p->rows * L + x,
                         p->sites, omega);
}

kl_status kl_potential_load(const kl_lattice_file *file, int64_t realization,
                            const kl_lattice *lattice, float *omega, kl_error *err)
{
    const int64_t some = 1 + (1 << 21) / lattice->plane; /* planes at a time */
    double *value;
    KL_TRY(kl_alloc((size_t)(some * lattice->plane), sizeof *value, "the potential", &value, err));
    kl_status status = KL_OK;
    for (int64_t p = 0; p < lattice->count && status == KL_OK; p += some) {
        const int64_t n = p + some > lattice->count ? lattice->count - p : some;
        status = kl_lattice_file_read(file, realization, lattice->first + p, n, value, NULL, err);
        for (int64_t i = 0; i < n * lattice->plane && status == KL_OK; i++)
            omega[p * lattice->plane + i] = (float)value[i];
    }
    free(value);
    return status;
}

void kl_potential_sign(const kl_disorder_keys *keys, double eta, uint64_t number,
                       int64_t realization, const kl_lattice *lattice, float *sign)
{
    const kl_disorder disorder = numbers(keys, KL_BERNOULLI, eta, NULL, realization, lattice);
    kl_disorder_fill_another(&disorder, number, lattice->first * lattice->plane,
                             kl_lattice_local(lattice), sign);
}
