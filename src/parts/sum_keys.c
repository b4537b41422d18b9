#include "parts/sum_keys.h"

#include "base/memory.h"
#include "parts/plain_keys.h"

#include <stdlib.h>

typedef struct term_keys {
    kl_ints power;
    double coefficient;
} term_keys;
const kl_key kl_term_table[] = {{.name = "power",
                                 KL_INTS_AT(term_keys, power),
                                 .flags = KL_REQUIRED,
                                 KL_RANGE(0, KL_PHASE_DEGREE),
                                 .doc = "n of prod_j X_j^n_j"},
                                {.name = "coefficient",
                                 KL_REAL_AT(term_keys, coefficient),
                                 .flags = KL_REQUIRED,
                                 KL_RANGE(-1e6, 1e6),
                                 .doc = "its factor"},
                                {0}};

typedef struct wave_keys {
    kl_reals wave;
    double sine, cosine;
} wave_keys;
const kl_key kl_wave_table[] = {{.name = "wave",
                                 KL_REALS_AT(wave_keys, wave),
                                 .flags = KL_REQUIRED,
                                 KL_RANGE(-1e3, 1e3),
                                 .doc = "q of sin, cos(2 pi q.X): waves per macroscopic length"},
                                {.name = "sine",
                                 KL_REAL_AT(wave_keys, sine),
                                 KL_RANGE(-1e6, 1e6),
                                 .fallback = "0",
                                 .doc = "factor of sin(2 pi q.X)"},
                                {.name = "cosine",
                                 KL_REAL_AT(wave_keys, cosine),
                                 KL_RANGE(-1e6, 1e6),
                                 .fallback = "0",
                                 .doc = "factor of cos(2 pi q.X)"},
                                {0}};

typedef struct phase_keys {
    kl_reals hessian;
    kl_nodes terms, waves;
} phase_keys;
const kl_key kl_phase_table[] = {{.name = "hessian",
                                  KL_MATRIX_AT(phase_keys, hessian),
                                  KL_RANGE(-1e3, 1e3),
                                  .doc = "A, symmetric; default: 0"},
                                 {.name = "terms",
                                  KL_MAPS_AT(phase_keys, terms),
                                  KL_COUNT(1, 100),
                                  .doc = "monomials of S",
                                  KL_BELOW(kl_term_table)},
                                 {.name = "waves",
                                  KL_MAPS_AT(phase_keys, waves),
                                  KL_COUNT(1, 100),
                                  .doc = "sines and cosines of S",
                                  KL_BELOW(kl_wave_table)},
                                 {0}};

const kl_key kl_weight_table[] = {{.name = "weight",
                                   KL_REAL_AT(kl_weight_keys, weight),
                                   KL_RANGE_ABOVE(0, 1e6),
                                   .fallback = "1",
                                   .doc = "amplitude; weights count relative to each other"},
                                  {.name = "angle",
                                   KL_REAL_AT(kl_weight_keys, angle),
                                   KL_RANGE(-1, 1),
                                   .fallback = "0",
                                   .doc = "of the amplitude, in turns"},
                                  {0}};

/* A symmetric matrix; absent: it stays. */
static kl_status read_hessian(const kl_node *node, const kl_reals *list, int64_t dimension,
                              double hessian[3][3], kl_error *err)
{
    const int d = (int)dimension;
    if (list->n == 0)
        return KL_OK;
    if (list->n != d * d)
        return kl_config_fail(node, "hessian", err, "must be %d x %d numbers, the dimension", d, d);
    for (int i = 0; i < d; i++)
        for (int j = 0; j < d; j++) {
            hessian[i][j] = list->v[i * d + j];
            if (hessian[i][j] != list->v[j * d + i])
                return kl_config_fail(node, "hessian", err,
                                      "entries %d,%d and %d,%d differ: must be "
                                      "symmetric",
                                      i, j, j, i);
        }
    return KL_OK;
}

kl_status kl_keys_terms(const kl_nodes *terms, int64_t dimension, int room, kl_phase_sum *sum,
                        kl_error *err)
{
    kl_phase_term *all;
    KL_TRY(kl_alloc((size_t)(room + terms->n), sizeof *all, "phase", &all, err));
    sum->term = all;
    sum->nterms = room + terms->n;
    for (int t = 0; t < terms->n; t++) {
        kl_phase_term *term = &all[room + t];
        term_keys keys = {0};
        int degree = 0;
        KL_TRY(kl_config_read(terms->v[t], kl_term_table, &keys, err));
        KL_TRY(kl_keys_count(terms->v[t], "power", keys.power.n, dimension, err));
        for (int j = 0; j < keys.power.n; j++)
            degree += term->power[j] = (int)keys.power.v[j];
        if (degree < 1 || degree > KL_PHASE_DEGREE)
            return kl_config_fail(terms->v[t], "power", err,
                                  "degree %d is not allowed: must be in [1, %d]", degree,
                                  KL_PHASE_DEGREE);
        term->coefficient = keys.coefficient;
    }
    return KL_OK;
}

kl_status kl_keys_waves(const kl_nodes *waves, int64_t dimension, kl_phase_sum *sum, kl_error *err)
{
    kl_phase_wave *wave;
    KL_TRY(kl_alloc((size_t)waves->n, sizeof *wave, "phase", &wave, err));
    sum->wave = wave;
    sum->nwaves = waves->n;
    for (int w = 0; w < waves->n; w++) {
        wave_keys keys = {0};
        KL_TRY(kl_config_read(waves->v[w], kl_wave_table, &keys, err));
        KL_TRY(kl_keys_vector(waves->v[w], "wave", &keys.wave, dimension, wave[w].wave, err));
        if (wave[w].wave[0] == 0 && wave[w].wave[1] == 0 && wave[w].wave[2] == 0)
            return kl_config_fail(waves->v[w], "wave", err, "0 is not allowed: S would not change");
        wave[w].sine = keys.sine;
        wave[w].cosine = keys.cosine;
    }
    return KL_OK;
}

kl_status kl_keys_phase(kl_node *node, int64_t dimension, int room, double hessian[3][3],
                        kl_phase_sum *sum, const char **bent, kl_error *err)
{
    phase_keys keys = {0};
    KL_TRY(kl_config_read(node, kl_phase_table, &keys, err));
    KL_TRY(read_hessian(node, &keys.hessian, dimension, hessian, err));
    KL_TRY(kl_keys_terms(&keys.terms, dimension, room, sum, err));
    KL_TRY(kl_keys_waves(&keys.waves, dimension, sum, err));
    *bent = keys.terms.n ? "terms" : keys.waves.n ? "waves" : keys.hessian.n ? "hessian" : NULL;
    return KL_OK;
}

void kl_keys_sum_free(kl_phase_sum *sum)
{
    free((void *)sum->term);
    free((void *)sum->wave);
    *sum = (kl_phase_sum){0};
}
