#include "parts/split_keys.h"

#include <math.h>
#include <stdbool.h>

typedef struct split_keys {
    int method;
    double tolerance;
} split_keys;
static const char *const methods[] = {[KL_SPLIT_STRANG] = "strang",
                                      [KL_SPLIT_CHIN4] = "chin4",
                                      [KL_SPLIT_HARMONIC] = "harmonic",
                                      NULL};
static const kl_key split_table[] = {
    {.name = "method",
     KL_CHOICE_AT(split_keys, method, methods),
     .fallback = "chin4",
     .doc = "splitting of order 2, of order 4, or exact for parabolas"},
    {.name = "tolerance",
     KL_REAL_AT(split_keys, tolerance),
     KL_RANGE(1e-12, 0.1),
     .fallback = "1.0e-8",
     .doc = "l2 error of psi at the last time by the steps in time; the grid follows it"},
    {0}};

typedef struct top_keys {
    kl_node *propagator;
} top_keys;
const kl_key kl_split_map[] = {{.name = "propagator",
                                KL_MAP_AT(top_keys, propagator),
                                .fallback = "{}",
                                .doc = "time evolution",
                                KL_BELOW(split_table)},
                               {0}};

kl_status kl_keys_split(kl_node *root, kl_split_keys *out, kl_error *err)
{
    top_keys top;
    split_keys keys;
    KL_TRY(kl_config_read(root, kl_split_map, &top, err));
    KL_TRY(kl_config_read(top.propagator, split_table, &keys, err));
    *out = (kl_split_keys){.method = (kl_split_method)keys.method, .tolerance = keys.tolerance};
    return KL_OK;
}

/* The axis of a monomial a x_j^n, n = 1, 2; -1: it is none. */
static int axis_of(const kl_phase_term *term, int *power)
{
    int axis = -1;
    *power = 0;
    for (int j = 0; j < 3; j++) {
        axis = term->power[j] > 0 ? j : axis;
        *power += term->power[j];
    }
    return axis >= 0 && *power <= 2 && term->power[axis] == *power ? axis : -1;
}

kl_status kl_keys_harmonic(kl_node *root, const kl_smooth *potential, kl_split_keys *out,
                           kl_error *err)
{
    double square[3] = {0}, slope[3] = {0};
    bool parabolas = potential->sum.nwaves == 0 && potential->ngaussians == 0;
    if (out->method != KL_SPLIT_HARMONIC)
        return KL_OK;
    for (int t = 0; t < potential->sum.nterms; t++) {
        int power;
        const int axis = axis_of(&potential->sum.term[t], &power);
        parabolas = parabolas && axis >= 0;
        if (axis >= 0)
            (power == 2 ? square : slope)[axis] += potential->sum.term[t].coefficient;
    }
    for (int j = 0; j < 3; j++)
        parabolas = parabolas && square[j] >= 0 && (square[j] > 0 || slope[j] == 0);
    if (!parabolas)
        return kl_config_fail(root, "propagator.method", err,
                              "harmonic goes with potentials of terms a x_j^2 + b x_j, a > 0, "
                              "alone");
    for (int j = 0; j < 3; j++) {
        out->omega[j] = sqrt(2 * square[j]);
        out->center[j] = square[j] > 0 ? -slope[j] / (2 * square[j]) : 0;
    }
    return KL_OK;
}
