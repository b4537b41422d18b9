/* Keeps the launcher's plugins in memory until the process ends. Open MPI 4.1 unmaps
 * its plugins in MPI_Finalize, and a thread of one that is still unwinding then
 * finds its own code gone: a segmentation fault after all work is done, once in
 * some thousand starts on a busy machine. */
#define _GNU_SOURCE
#include "cli/cli.h"

#include <dlfcn.h>
#include <link.h>
#include <stdlib.h>
#include <string.h>

typedef struct names {
    int n;
    char *name[512];
} names;

static int note(struct dl_phdr_info *library, size_t size, void *context)
{
    names *all = context;
    (void)size;
    if (library->dlpi_name && library->dlpi_name[0] == '/' && all->n < 512)
        all->name[all->n++] = strdup(library->dlpi_name);
    return 0;
}

void kl_cli_keep_plugins(void)
{
    names all = {0};
    dl_iterate_phdr(note, &all);
    for (int i = 0; i < all.n; i++) {
        void *library =
            all.name[i] ? dlopen(all.name[i], RTLD_LAZY | RTLD_NOLOAD | RTLD_NODELETE) : NULL;
        if (library)
            dlclose(library);
        free(all.name[i]);
    }
}
