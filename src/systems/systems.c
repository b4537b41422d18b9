#include "systems/system.h"

#include "systems/anderson.h"

#include <stdio.h>
#include <string.h>

const kl_system *const kl_systems[] = {&kl_system_anderson, NULL};

kl_status kl_system_find(kl_node *root, const char *name, const kl_system **out, kl_error *err)
{
    char known[256] = "";
    for (int i = 0; kl_systems[i]; i++) {
        if (strcmp(kl_systems[i]->name, name) == 0) {
            *out = kl_systems[i];
            return KL_OK;
        }
        size_t used = strlen(known);
        snprintf(known + used, sizeof known - used, "%s%s", i ? ", " : "", kl_systems[i]->name);
    }
    return kl_config_fail(root, "system", err, "%s is not allowed: must be one of %s", name, known);
}
