#include "contract/find.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
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

kl_status kl_system_open(const kl_system *system, kl_node *root, const kl_stations *stations,
                         void **self, kl_error *err)
{
    KL_TRY(kl_alloc(1, system->bytes, "study", self, err));
    return system->open(root, stations, *self, err);
}

void kl_system_close(const kl_system *system, void **self)
{
    if (*self && system->close)
        system->close(*self);
    free(*self);
    *self = NULL;
}

const kl_description *kl_system_describe(const kl_system *system, const void *self)
{
    return (const kl_description *)((const char *)self + system->description);
}
