#include "parts/smooth_keys.h"

#include "base/memory.h"
#include "parts/input_file.h"
#include "parts/plain_keys.h"
#include "parts/sum_keys.h"
#include "parts/values_file.h"

#include <stdlib.h>

typedef struct gaussian_keys {
    double amplitude, width;
    kl_reals center;
} gaussian_keys;
const kl_key kl_gaussian_table[] = {{.name = "amplitude",
                                     KL_REAL_AT(gaussian_keys, amplitude),
                                     .flags = KL_REQUIRED,
                                     KL_RANGE(-1e6, 1e6),
                                     .doc = "a of a exp(-|x - center|^2/(2 width^2))"},
                                    {.name = "width",
                                     KL_REAL_AT(gaussian_keys, width),
                                     .flags = KL_REQUIRED,
                                     KL_RANGE_ABOVE(0, 1e6),
                                     .doc = "its standard deviation"},
                                    {.name = "center",
                                     KL_REALS_AT(gaussian_keys, center),
                                     KL_RANGE(-1e6, 1e6),
                                     .doc = "default: the origin"},
                                    {0}};

typedef struct potential_keys {
    kl_nodes terms, waves, gaussians;
    const char *file;
} potential_keys;
static const kl_key sum_table[] = {{.name = "terms",
                                    KL_MAPS_AT(potential_keys, terms),
                                    KL_COUNT(1, 100),
                                    .doc = "monomials of V",
                                    KL_BELOW(kl_term_table)},
                                   {.name = "waves",
                                    KL_MAPS_AT(potential_keys, waves),
                                    KL_COUNT(1, 100),
                                    .doc = "sines and cosines of V",
                                    KL_BELOW(kl_wave_table)},
                                   {.name = "gaussians",
                                    KL_MAPS_AT(potential_keys, gaussians),
                                    KL_COUNT(1, 100),
                                    .doc = "Gaussians of V",
                                    KL_BELOW(kl_gaussian_table)},
                                   {0}};
static const kl_key file_table[] = {
    {.name = "file",
     KL_STRING_AT(potential_keys, file),
     .doc = "text file of m^d values of V at -box/2 + i box/m, last axis fastest, alone"},
    {0}};

typedef struct top_keys {
    kl_node *potential, *interaction;
} top_keys;
const kl_key kl_potential_map[] = {{.name = "potential",
                                    KL_MAP_AT(top_keys, potential),
                                    .fallback = "{}",
                                    .doc = "V(x), a sum of all that is given; {}: none",
                                    KL_BELOW(sum_table, file_table, kl_checksum_table)},
                                   {0}};
const kl_key kl_interaction_map[] = {
    {.name = "interaction",
     KL_MAP_AT(top_keys, interaction),
     .fallback = "{}",
     .doc = "V(x - y) between two particles, a sum of all that is given; V(-x) = V(x); {}: none",
     KL_BELOW(sum_table)},
    {0}};

kl_status kl_keys_gaussians(const kl_nodes *gaussians, int64_t dimension, kl_smooth *out,
                            kl_error *err)
{
    kl_smooth_gaussian *all;
    KL_TRY(kl_alloc((size_t)gaussians->n, sizeof *all, "potential", &all, err));
    out->gaussian = all;
    out->ngaussians = gaussians->n;
    for (int i = 0; i < gaussians->n; i++) {
        gaussian_keys keys = {0};
        KL_TRY(kl_config_read(gaussians->v[i], kl_gaussian_table, &keys, err));
        KL_TRY(
            kl_keys_vector(gaussians->v[i], "center", &keys.center, dimension, all[i].center, err));
        all[i].width = keys.width;
        all[i].amplitude = keys.amplitude;
    }
    return KL_OK;
}

static kl_status read_sum(kl_node *node, int64_t dimension, potential_keys *keys, kl_smooth *out,
                          kl_error *err)
{
    KL_TRY(kl_config_read(node, sum_table, keys, err));
    KL_TRY(kl_keys_terms(&keys->terms, dimension, 0, &out->sum, err));
    KL_TRY(kl_keys_waves(&keys->waves, dimension, &out->sum, err));
    return kl_keys_gaussians(&keys->gaussians, dimension, out, err);
}

kl_status kl_keys_potential(kl_node *root, int64_t dimension, double side, double accuracy,
                            kl_smooth *out, kl_error *err)
{
    top_keys top;
    potential_keys keys = {0};
    *out = (kl_smooth){.dimension = (int)dimension};
    KL_TRY(kl_config_read(root, kl_potential_map, &top, err));
    KL_TRY(kl_config_read(top.potential, file_table, &keys, err));
    KL_TRY(read_sum(top.potential, dimension, &keys, out, err));
    if (keys.file && (keys.terms.n || keys.waves.n || keys.gaussians.n))
        return kl_config_fail(top.potential, "file", err, "goes without terms, waves, gaussians");
    if (!keys.file)
        return KL_OK;
    kl_keys_sum_free(&out->sum);
    KL_TRY(kl_values_file(top.potential, "file", keys.file, (int)dimension, side, accuracy,
                          &out->sum, err));
    return kl_input_file(top.potential, "file", keys.file, err);
}

static kl_status check_even(const potential_keys *keys, const kl_smooth *v, kl_error *err)
{
    for (int t = 0; t < v->sum.nterms; t++) {
        const int *n = v->sum.term[t].power;
        if ((n[0] + n[1] + n[2]) % 2)
            return kl_config_fail(keys->terms.v[t], "power", err,
                                  "degree %d is not allowed: must be even, for V(-x) = V(x)",
                                  n[0] + n[1] + n[2]);
    }
    for (int w = 0; w < v->sum.nwaves; w++)
        if (v->sum.wave[w].sine != 0)
            return kl_config_fail(keys->waves.v[w], "sine", err,
                                  "%g is not allowed: must be 0, for V(-x) = V(x)",
                                  v->sum.wave[w].sine);
    for (int k = 0; k < v->ngaussians; k++)
        for (int j = 0; j < v->dimension; j++)
            if (v->gaussian[k].center[j] != 0)
                return kl_config_fail(keys->gaussians.v[k], "center", err,
                                      "%g is not allowed: must be 0, for V(-x) = V(x)",
                                      v->gaussian[k].center[j]);
    return KL_OK;
}

kl_status kl_keys_interaction(kl_node *root, int64_t dimension, kl_smooth *out, kl_error *err)
{
    top_keys top;
    potential_keys keys = {0};
    *out = (kl_smooth){.dimension = (int)dimension};
    KL_TRY(kl_config_read(root, kl_interaction_map, &top, err));
    KL_TRY(read_sum(top.interaction, dimension, &keys, out, err));
    return check_even(&keys, out, err);
}

void kl_keys_smooth_free(kl_smooth *f)
{
    kl_keys_sum_free(&f->sum);
    free((void *)f->gaussian);
    *f = (kl_smooth){0};
}
