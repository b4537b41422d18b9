/* The limit of a study, the Vlasov equation (classical/vlasov.h), which knows no wave function. */
#include "systems/vlasov/vlasov_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>

typedef struct limit_keys {
    double accuracy;
} limit_keys;
const kl_key vlasov_limits_table[] = {{.name = "limit_tolerance",
                                       KL_REAL_AT(limit_keys, accuracy),
                                       .flags = KL_FREE,
                                       KL_RANGE(1e-12, 0.1),
                                       .fallback = "1.0e-8",
                                       .doc = "absolute error of the reference, relative above 1"},
                                      {0}};

kl_status vlasov_read_limits(vlasov *v, kl_node *root, kl_error *err)
{
    limit_keys keys;
    KL_TRY(kl_config_read(root, vlasov_limits_table, &keys, err));
    v->tolerance = keys.accuracy;
    return KL_OK;
}
