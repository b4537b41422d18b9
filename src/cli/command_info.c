#include "cli/cli.h"

#include "base/cpu.h"
#include "config/json.h"
#include "config/schema.h"
#include "contract/find.h"
#include "kinlim_build.h"
#include "kinlim/results.h"
#include "kinlim/study.h"
#include "run/layout.h"
#include "study/keys.h"
#include "systems/systems.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* One of the texts about the build; json NULL: a line of text. */
static void put(const char *name, const char *value, kl_json *json)
{
    if (json)
        kl_json_string(json, name, value);
    else
        printf("%-16s %s\n", name, value);
}

static void put_build(kl_json *json)
{
    char text[512];
    put("kinlim", KINLIM_VERSION, json);
    put("git_revision", KINLIM_GIT_REVISION, json);
    put("compiler", KINLIM_COMPILER, json);
    put("flags", KINLIM_FLAGS, json);
    put("instruction_set", kl_cpu_instruction_set_name(), json);
    for (int i = 0; kl_systems_library(i, text, sizeof text); i++) {
        char *value = strchr(text, '=');
        *value++ = 0;
        put(text, value, json);
    }
}

static void print_build(const kl_system *const *systems, bool as_json)
{
    char text[512];
    kl_json json = {.out = stdout};
    if (!as_json) {
        put_build(NULL);
        kl_system_names(systems, text, sizeof text);
        put("systems", text, NULL);
        return;
    }
    kl_json_open(&json, NULL, '{');
    put_build(&json);
    kl_json_open(&json, "systems", '[');
    for (int i = 0; systems[i]; i++)
        kl_json_string(&json, NULL, systems[i]->name);
    kl_json_close(&json, ']');
    kl_json_close(&json, '}');
}

/* ---- of a system ---- */

static kl_status print_system_json(const kl_system *system)
{
    static const char *const ensemble[] = {[KL_INDEPENDENT] = "independent",
                                           [KL_DETERMINISTIC] = "deterministic",
                                           [KL_LOCKSTEP] = "lockstep"};
    kl_json json = {.out = stdout};
    kl_json_open(&json, NULL, '{');
    kl_json_string(&json, "name", system->name);
    kl_json_string(&json, "summary", system->summary);
    if (system->source)
        kl_json_string(&json, "source", system->source);
    kl_json_string(&json, "ensemble", ensemble[system->ensemble]);
    if (system->stations.key)
        kl_json_string(&json, "stations", system->stations.key);
    kl_json_open(&json, "columns", '[');
    for (int i = 0; system->columns && system->columns[i].name[0]; i++)
        kl_json_string(&json, NULL, system->columns[i].name);
    kl_json_close(&json, ']');
    kl_json_close(&json, '}');
    return KL_OK;
}

/* The first columns of `kinlim export`. */
static void print_columns(const kl_column *column)
{
    static const char *const role[] = {[KL_PARAMETER] = "",
                                       [KL_SMALL] = ", rates are fitted in it",
                                       [KL_SIZE] = ", extrapolated to infinity",
                                       [KL_VARIANT] = ", compared; only with several",
                                       [KL_FOLLOWS] = ", follows from the others"};
    for (int i = 0; column && column[i].name[0]; i++)
        printf("%s`%s`: %s%s\n", i ? "         " : "columns: ", column[i].name, column[i].long_name,
               role[column[i].role]);
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
    printf("ensemble: %s%s%s\n", ensemble[system->ensemble], system->alternative ? ", or " : "",
           system->alternative ? ensemble[system->alternative->ensemble] : "");
    if (stations->key)
        printf("stations: `%s`: %s, %s\n", stations->key, stations->symbol, stations->long_name);
    print_columns(system->columns);
    printf("\n");
    kl_key_reference(keys->tables, stdout);
    free(keys);
    return KL_OK;
}

/* ---- of a file ---- */

static kl_status print_file_json(const char *path, kl_error *err)
{
    kl_results *r = NULL;
    kl_json json = {.out = stdout};
    KL_TRY(kl_results_read(path, &r, err));
    kl_json_open(&json, NULL, '{');
    kl_json_string(&json, "system", r->system);
    for (int i = 0; i < r->npairs; i++)
        kl_json_string(&json, r->pair[i].key, r->pair[i].value);
    kl_json_integer(&json, "done", kl_results_done(r));
    kl_json_integer(&json, "total", kl_results_asked(r));
    kl_json_open(&json, "points", '[');
    for (int p = 0; p < r->npoints; p++) {
        int done, asked;
        kl_results_count(r, p, &done, &asked);
        kl_json_open(&json, NULL, '{');
        kl_layout_json_point(r->column, r->ncolumns, r->point + (ptrdiff_t)p * r->ncolumns, &json);
        kl_json_integer(&json, "done", done);
        kl_json_integer(&json, "total", asked);
        kl_json_close(&json, '}');
    }
    kl_json_close(&json, ']');
    kl_json_close(&json, '}');
    kl_results_destroy(&r);
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

enum { JSON = KL_LONG_OPTION };

static kl_status info_main(int argc, char **argv, const kl_system *const *systems, kl_error *err)
{
    static const struct option options[] = {{"json", no_argument, NULL, JSON}, {0}};
    bool json = false;
    for (int code; (code = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        if (code != JSON)
            return kl_cli_refused(&kl_command_info, argv, code, err);
        json = true;
    }
    if (argc - optind > 1)
        return kl_fail(err, KL_INPUT, "info: one results file only: see kinlim info --help");
    if (optind < argc) {
        const kl_system *system = kl_system_find(systems, argv[optind]);
        KL_TRY(kl_cli_named("info", argv[optind], err));
        if (system && access(argv[optind], F_OK) != 0)
            return json ? print_system_json(system) : print_system(system, err);
        return json ? print_file_json(argv[optind], err) : print_file(argv[optind], err);
    }
    print_build(systems, json);
    return KL_OK;
}

const kl_command kl_command_info = {
    "info", "kinlim info [RESULTS.h5 | SYSTEM] [--json]",
    "Prints versions; with a file, where it comes from and how much of it is done,\nand what a run "
    "that goes on or was stopped has in its journal. With the name of a\nsystem: what it is, the "
    "first columns of its tables, and its keys.\n--json: the same for programs.\n",
    false, info_main};
