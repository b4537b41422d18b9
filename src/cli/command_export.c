#include "cli/cli.h"

#include "kinlim/results.h"

#include <getopt.h>

static kl_status export_file(const char *path, bool samples, kl_error *err)
{
    kl_results *results = NULL;
    KL_TRY(kl_results_read(path, &results, err));
    kl_status status = samples ? kl_results_export_samples(results, stdout, err)
                               : kl_results_export_summary(results, stdout, err);
    kl_results_destroy(&results);
    return status;
}

static kl_status export_main(int argc, char **argv, kl_error *err)
{
    static const struct option options[] = {{"samples", no_argument, NULL, 's'}, {0}};
    bool samples = false;
    int rank;
    for (int code; (code = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        if (code != 's')
            return kl_cli_refused(&kl_command_export, argv, code, err);
        samples = true;
    }
    if (optind + 1 != argc)
        return kl_fail(err, KL_INPUT, "export: %s: see kinlim export --help",
                       optind < argc ? "one results file only" : "no results file given");
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    return rank == 0 ? export_file(argv[optind], samples, err) : KL_OK;
}

const kl_command kl_command_export = {
    "export", "kinlim export RESULTS.h5 [--samples]",
    "Prints the summary (or, with --samples, every sample) as CSV.\n", export_main};
