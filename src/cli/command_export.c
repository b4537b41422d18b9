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

enum { SAMPLES = KL_LONG_OPTION };

static kl_status export_main(int argc, char **argv, const kl_system *const *systems, kl_error *err)
{
    (void)systems;
    static const struct option options[] = {{"samples", no_argument, NULL, SAMPLES}, {0}};
    bool samples = false;
    for (int code; (code = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        if (code != SAMPLES)
            return kl_cli_refused(&kl_command_export, argv, code, err);
        samples = true;
    }
    if (optind + 1 != argc)
        return kl_fail(err, KL_INPUT, "export: %s: see kinlim export --help",
                       optind < argc ? "one results file only" : "no results file given");
    KL_TRY(kl_cli_named("export", argv[optind], err));
    return export_file(argv[optind], samples, err);
}

const kl_command kl_command_export = {
    "export", "kinlim export RESULTS.h5 [--samples]",
    "Prints the summary (or, with --samples, every sample) as CSV.\n", false, export_main};
