/* The public functions that know kinlim's own table of systems (kinlim/study.h). */
#include "cli/cli.h"
#include "kinlim/study.h"
#include "run/merge.h"
#include "study/load.h"
#include "systems/systems.h"

static const kl_system *const *table(const kl_system *const *systems)
{
    return systems ? systems : kl_systems;
}

kl_status kl_begin(kl_error *err)
{
    return kl_systems_begin(NULL, err);
}

void kl_end(void)
{
    kl_systems_end();
}

kl_status kl_study_load(MPI_Comm comm, const char *path, int nset, const char *const *set,
                        const kl_system *const *systems, kl_study **out, kl_error *err)
{
    return kl_study_read_file(comm, path, nset, set, table(systems), out, err);
}

kl_status kl_study_parse(const char *file, const char *text, int nset, const char *const *set,
                         const kl_system *const *systems, kl_study **out, kl_error *err)
{
    return kl_study_read(file, text, nset, set, table(systems), out, err);
}

kl_status kl_merge(MPI_Comm comm, const char *output, int n, const char *const *inputs,
                   const char *command, const kl_system *const *systems, kl_error *err)
{
    return kl_merge_files(comm, output, n, inputs, command, table(systems), err);
}

int kl_main(int argc, char **argv, const kl_system *const *systems)
{
    return kl_cli_main(argc, argv, table(systems));
}
