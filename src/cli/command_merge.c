#include "cli/cli.h"

#include "kinlim/study.h"

#include <getopt.h>
#include <stdlib.h>

static kl_status merge_main(int argc, char **argv, const kl_system *const *systems, kl_error *err)
{
    static const struct option options[] = {{0}};
    int code = getopt_long(argc, argv, ":", options, NULL);
    if (code != -1)
        return kl_cli_refused(&kl_command_merge, argv, code, err);
    if (argc - optind < 2)
        return kl_fail(err, KL_INPUT,
                       "merge: must have OUT.h5 and at least one IN.h5: see kinlim merge "
                       "--help");
    for (int i = optind; i < argc; i++)
        KL_TRY(kl_cli_named("merge", argv[i], err));
    char *command = kl_cli_join(argc, argv);
    if (!command)
        return kl_fail(err, KL_ENVIRONMENT, "no memory for the command line");
    kl_status status = kl_cli_start(NULL, err);
    if (status == KL_OK)
        status = kl_merge(MPI_COMM_WORLD, argv[optind], argc - optind - 1,
                          (const char *const *)argv + optind + 1, command, systems, err);
    free(command);
    return status;
}

const kl_command kl_command_merge = {
    "merge", "kinlim merge OUT.h5 IN.h5 [IN.h5 ...]",
    "Joins disjoint realization ranges of one study. Overlap must be identical; gaps are named;\n"
    "a missing reference is computed.\n",
    true, merge_main};
