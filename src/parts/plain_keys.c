#include "parts/plain_keys.h"

#include <string.h>

typedef struct place_keys {
    double width;
    kl_reals center;
} place_keys;

const kl_key kl_width_table[] = {{.name = "width",
                                  KL_REAL_AT(place_keys, width),
                                  .flags = KL_REQUIRED,
                                  KL_RANGE_ABOVE(0, 1e6),
                                  .when = "shape=gaussian,bump",
                                  .doc = "macroscopic"},
                                 {0}};
const kl_key kl_center_table[] = {{.name = "center",
                                   KL_REALS_AT(place_keys, center),
                                   KL_RANGE(-1e6, 1e6),
                                   .when = "shape=gaussian,bump,delta",
                                   .doc = "macroscopic; default: the origin"},
                                  {0}};

kl_status kl_keys_width(kl_node *node, double *width, kl_error *err)
{
    place_keys keys;
    KL_TRY(kl_config_read(node, kl_width_table, &keys, err));
    *width = keys.width;
    return KL_OK;
}

kl_status kl_keys_center(kl_node *node, int64_t dimension, double center[3], kl_error *err)
{
    place_keys keys = {0};
    KL_TRY(kl_config_read(node, kl_center_table, &keys, err));
    return kl_keys_vector(node, "center", &keys.center, dimension, center, err);
}

kl_status kl_keys_count(const kl_node *node, const char *key, int n, int64_t dimension,
                        kl_error *err)
{
    if (n == dimension)
        return KL_OK;
    return kl_config_fail(node, key, err, "%d numbers are not allowed: must be %d, the dimension",
                          n, (int)dimension);
}

kl_status kl_keys_vector(const kl_node *node, const char *key, const kl_reals *list,
                         int64_t dimension, double out[3], kl_error *err)
{
    memset(out, 0, 3 * sizeof *out);
    if (list->n == 0)
        return KL_OK;
    KL_TRY(kl_keys_count(node, key, list->n, dimension, err));
    memcpy(out, list->v, (size_t)list->n * sizeof *out);
    return KL_OK;
}

kl_status kl_keys_integers(const kl_node *node, const char *key, const kl_ints *list,
                           int64_t dimension, int out[3], kl_error *err)
{
    KL_TRY(kl_keys_count(node, key, list->n, dimension, err));
    for (int j = 0; j < list->n; j++)
        out[j] = (int)list->v[j];
    return KL_OK;
}

kl_status kl_keys_name(const kl_node *node, const char *name, int longest, kl_error *err)
{
    static const char letters[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-";
    if (name[0] == 0 || strlen(name) > (size_t)longest || strspn(name, letters) != strlen(name))
        return kl_config_fail(node, "name", err,
                              "%s is not allowed: must be 1 to %d letters, digits, _ or -", name,
                              longest);
    return KL_OK;
}
