#include "parts/potential.h"

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

void kl_potential_draw(const kl_disorder_keys *keys, int distribution, double eta,
                       const double *more, int64_t realization, const kl_lattice *lattice,
                       float *omega)
{
    const double parameters[4] = {eta, (double)lattice->sites, (double)lattice->dimension,
                                  more ? *more : 0};
    const kl_disorder disorder = {(kl_distribution)distribution, keys->seed,
                                  kl_disorder_point(parameters, more ? 4 : 3),
                                  (uint64_t)realization};
    kl_disorder_fill(&disorder, lattice->first * lattice->plane, kl_lattice_local(lattice), omega);
}
