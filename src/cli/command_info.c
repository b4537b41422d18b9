#include "cli/cli.h"

#include "base/cpu.h"
#include "config/schema.h"
#include "contract/find.h"
#include "kinlim_build.h"
#include "kinlim/results.h"
#include "kinlim/study.h"
#include "study/keys.h"
#include "systems/systems.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static void print_build(const kl_system *const *systems)
{
    char text[512];
    printf("kinlim           %s\ngit_revision     %s\ncompiler         %s\nflags            %s\n"
           "instruction_set  %s\n",
           KINLIM_VERSION, KINLIM_GIT_REVISION, KINLIM_COMPILER, KINLIM_FLAGS,
           kl_cpu_instruction_set_name());
    for (int i = 0; kl_systems_library(i, text, sizeof text); i++) {
        char *value = strchr(text, '=');
        *value++ = 0;
        printf("%-16s %s\n", text, value);
    }
    kl_system_names(systems, text, sizeof text);
    printf("systems          %s\n", text);
}

static kl_status print_system(const kl_system *system, kl_error *err)
{
    static const char *const ensemble[] = {[KL_INDEPENDENT] = "independent realizations",
                                           [KL_DETERMINISTIC] = "deterministic",
                                           [KL_LOCKSTEP] = "ensembles in lockstep"};
    const kl_station_kind *stations = &system->stations;
    kl_study_keys *keys;
    KL_TRY(kl_study_keys_create(system, &keys, err));
    printf("%s: %s\n", system->name, system->summary);
    if (system->source)
        printf("source: %s\n", system->source);
    printf("ensemble: %s\n", ensemble[system->ensemble]);
    if (stations->key)
        printf("stations: `%s`: %s, %s\n", stations->key, stations->symbol, stations->long_name);
    printf("\n");
    kl_key_reference(keys->tables, stdout);
    free(keys);
    return KL_OK;
}

static kl_status print_file(const char *path, kl_error *err)
{
    kl_results *results = NULL;
    bool unfinished;
    KL_TRY(kl_study_unfinished(path, &unfinished, stdout, err));
    if (unfinished && access(path, F_OK) != 0)
        return KL_OK;
    KL_TRY(kl_results_read(path, &results, err));
    kl_status status = kl_results_print_info(results, stdout, err);
    kl_results_destroy(&results);
    return status;
}

static kl_status info_main(int argc, char **argv, const kl_system *const *systems, kl_error *err)
{
    static const struct option options[] = {{0}};
    int code = getopt_long(argc, argv, ":", options, NULL);
    if (code != -1)
        return kl_cli_refused(&kl_command_info, argv, code, err);
    if (argc - optind > 1)
        return kl_fail(err, KL_INPUT, "info: one results file only: see kinlim info --help");
    if (optind < argc) {
        const kl_system *system = kl_system_find(systems, argv[optind]);
        KL_TRY(kl_cli_named("info", argv[optind], err));
        return system && access(argv[optind], F_OK) != 0 ? print_system(system, err)
                                                         : print_file(argv[optind], err);
    }
    print_build(systems);
    return KL_OK;
}

const kl_command kl_command_info = {
    "info", "kinlim info [RESULTS.h5 | SYSTEM]",
    "Prints versions; with a file, where it comes from and how much "
    "of it is done,\nand what a run that goes on or was "
    "stopped has in its journal. With the name of a system: what it is, and its keys.\n",
    false, info_main};
