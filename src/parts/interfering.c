#include "parts/interfering.h"

#include <stdio.h>

kl_status kl_interfering_tell(const kl_interfering *pair, kl_node *root, kl_warnings *warnings,
                              kl_error *err)
{
    const double *w = pair->weight;
    const double share = 2 * w[0] * w[1] / (w[0] * w[0] + w[1] * w[1]);
    const double limit = share * pair->limit, most = share * pair->most;
    char key[64];
    snprintf(key, sizeof key, "initial.packets.%d", pair->k);
    if (limit > 1e-3)
        return kl_config_fail(root, key, err,
                              "interferes with packet %d, %.2g of their weight, at every %s: "
                              "grad S is the same where both envelopes are large. Not more than "
                              "1e-3 is allowed",
                              pair->i, limit, pair->small);
    if (limit > 1e-6 || most > 1e-3)
        return kl_warnings_add(warnings, err,
                               "packets %d and %d interfere: about %.2g of their weight at %s %g, "
                               "%.2g in the limit, which the reference leaves out",
                               pair->i, pair->k, most, pair->small, pair->at, limit);
    return KL_OK;
}
