#include "parts/propagator.h"

#include <math.h>

typedef struct sub_map {
    kl_node *node;
} sub_map;

typedef struct propagator_keys {
    int method, precision;
    double tolerance;
} propagator_keys;

static const char *const methods[] = {"chebyshev", "strang", "fourth_order", NULL};
static const char *const precisions[] = {"single", "double", NULL};
typedef struct machine_keys {
    double cache;
} machine_keys;

const kl_key kl_machine_table[] = {{.name = "cache",
                                    KL_REAL_AT(machine_keys, cache),
                                    .flags = KL_FREE,
                                    KL_RANGE(0.01, 1e4),
                                    .doc = "MB of cache that a rank may count on"},
                                   {0}};
static const kl_key propagator_table[] = {{.name = "method",
                                           KL_CHOICE_AT(propagator_keys, method, methods),
                                           .fallback = "chebyshev",
                                           .doc = "of time evolution"},
                                          {.name = "precision",
                                           KL_CHOICE_AT(propagator_keys, precision, precisions),
                                           .fallback = "single",
                                           .doc = "of psi"},
                                          {.name = "tolerance",
                                           KL_REAL_AT(propagator_keys, tolerance),
                                           KL_RANGE_ABOVE(0, 0.1),
                                           .fallback = "1.0e-5",
                                           .doc = "relative l2 error of psi_t, rounding included"},
                                          {0}};
const kl_key kl_propagator_map[] = {{.name = "propagator",
                                     KL_MAP_AT(sub_map, node),
                                     .fallback = "{}",
                                     .doc = "time evolution",
                                     KL_BELOW(propagator_table)},
                                    {0}};

kl_status kl_keys_propagator(kl_node *root, kl_propagator *out, kl_error *err)
{
    sub_map map;
    propagator_keys keys;
    machine_keys machine = {0};
    KL_TRY(kl_config_read(root, kl_machine_table, &machine, err));
    KL_TRY(kl_config_read(root, kl_propagator_map, &map, err));
    KL_TRY(kl_config_read(map.node, propagator_table, &keys, err));
    *out = (kl_propagator){(kl_method)keys.method, (kl_precision)keys.precision, keys.tolerance,
                           (size_t)(machine.cache * 1048576)};
    return KL_OK;
}

kl_status kl_keys_tolerance(kl_node *root, const kl_propagator *propagator, double rounding,
                            kl_error *err)
{
    if (2 * rounding <= propagator->tolerance)
        return KL_OK;
    const double digit = pow(10, floor(log10(2 * rounding)) - 1); /* two digits, rounded up */
    const double least = digit * ceil(2 * rounding / digit);
    return kl_config_fail(root, "propagator.tolerance", err,
                          "%.3g cannot be reached in %s precision up to the last time: must be at "
                          "least %.2g%s",
                          propagator->tolerance, precisions[propagator->precision], least,
                          propagator->precision == KL_SINGLE ? ", or precision: double" : "");
}
