#include "contract/find.h"

#include <stdio.h>
#include <string.h>

const kl_system *kl_system_find(const kl_system *const *systems, const char *name)
{
    for (int i = 0; systems[i]; i++)
        if (strcmp(systems[i]->name, name) == 0)
            return systems[i];
    return NULL;
}

void kl_system_names(const kl_system *const *systems, char *text, size_t size)
{
    size_t used = 0;
    text[0] = 0;
    for (int i = 0; systems[i] && used < size; i++)
        used += (size_t)snprintf(text + used, size - used, "%s%s", i ? ", " : "", systems[i]->name);
}
