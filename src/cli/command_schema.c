/* kinlim schema: what a study may say, for editors and for people. Reads no study. */
#include "cli/cli.h"

#include "config/schema.h"
#include "contract/find.h"
#include "study/keys.h"
#include "study/study.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

/* ---- JSON Schema ---- */

static kl_status print_schemas(int n, const kl_system *const *systems, bool one, kl_error *err)
{
    kl_study_kind *kinds = calloc((size_t)n, sizeof *kinds);
    kl_study_keys **keys = calloc((size_t)n, sizeof *keys);
    kl_status status =
        kinds && keys ? KL_OK : kl_fail(err, KL_ENVIRONMENT, "schema: no memory for the keys");
    for (int i = 0; status == KL_OK && i < n; i++) {
        status = kl_study_keys_create(systems[i], &keys[i], err);
        if (status == KL_OK)
            kinds[i] = (kl_study_kind){systems[i]->name, systems[i]->summary, keys[i]->tables};
    }
    if (status == KL_OK && one)
        kl_schema_of_kind(kinds, stdout);
    else if (status == KL_OK)
        kl_schema_of_all(n, kinds, stdout);
    for (int i = 0; keys && i < n; i++)
        free(keys[i]);
    free(keys);
    free(kinds);
    return status;
}

/* ---- Markdown ---- */

/* The pipeline's keys, which are the same for all systems of a kind of ensemble. */
static void print_common(const kl_system *const *systems, kl_ensemble ensemble)
{
    static const char *const title[] = {[KL_INDEPENDENT] =
                                            "Every study of independent realizations",
                                        [KL_DETERMINISTIC] = "Every study that is deterministic",
                                        [KL_LOCKSTEP] = "Every study of ensembles in lockstep"};
    const kl_key *tables[8];
    int n = 0;
    for (int i = 0; systems[i]; i++) {
        const kl_system *other = systems[i]->alternative;
        const bool is_other = other && other->ensemble == ensemble;
        if (systems[i]->ensemble != ensemble && !is_other)
            continue;
        if (n == 0)
            printf("\n## %s\n\nThat is: ", title[ensemble]);
        printf("%s`%s`%s", n++ ? ", " : "", systems[i]->name,
               is_other ? " where its keys say so" : "");
        kl_study_tables(is_other ? other : systems[i], tables);
    }
    if (n == 0)
        return;
    printf(".\n\n");
    kl_key_reference(tables, stdout);
}

static kl_status print_section(const kl_system *system, kl_error *err)
{
    kl_study_keys *keys;
    KL_TRY(kl_study_keys_create(system, &keys, err));
    printf("\n## `%s`\n\n%s\n\n", system->name, system->summary);
    kl_key_reference(keys->tables + keys->common, stdout);
    free(keys);
    return KL_OK;
}

static kl_status print_reference(const kl_system *const *systems, kl_error *err)
{
    static const kl_ensemble order[] = {KL_DETERMINISTIC, KL_INDEPENDENT, KL_LOCKSTEP};
    printf(
        "# Keys of a study\n\n"
        "Written by `kinlim schema --markdown` from the tables that the program reads by. What\n"
        "keys mean together: [study.md](study.md); how the file is read:\n"
        "[study-syntax.md](study-syntax.md). `list[].key` is a key of each map of a list; a key\n"
        "that comes twice takes either value. Where a default is empty there is none.\n");
    for (size_t i = 0; i < sizeof order / sizeof *order; i++)
        print_common(systems, order[i]);
    for (int i = 0; systems[i]; i++)
        KL_TRY(print_section(systems[i], err));
    return KL_OK;
}

/* ---- the command ---- */

static kl_status unknown_system(const kl_system *const *systems, const char *name, kl_error *err)
{
    char known[512];
    kl_system_names(systems, known, sizeof known);
    return kl_fail(err, KL_INPUT, "schema: %.100s is not allowed: must be one of %s",
                   kl_cli_shown(name), known);
}

static kl_status schema_main(int argc, char **argv, const kl_system *const *systems, kl_error *err)
{
    enum { MARKDOWN = KL_LONG_OPTION };
    static const struct option options[] = {{"markdown", no_argument, NULL, MARKDOWN}, {0}};
    bool markdown = false;
    int n = 0;
    for (int code; (code = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        if (code != MARKDOWN)
            return kl_cli_refused(&kl_command_schema, argv, code, err);
        markdown = true;
    }
    if (argc - optind > 1)
        return kl_fail(err, KL_INPUT, "schema: one system only: see kinlim schema --help");
    const bool named = optind < argc;
    const kl_system *const one[] = {named ? kl_system_find(systems, argv[optind]) : NULL, NULL};
    if (named && !one[0])
        return unknown_system(systems, argv[optind], err);
    const kl_system *const *shown = named ? one : systems;
    while (shown[n])
        n++;
    return markdown ? print_reference(shown, err) : print_schemas(n, shown, named, err);
}

const kl_command kl_command_schema = {
    .name = "schema",
    .usage = "kinlim schema [SYSTEM] [--markdown]",
    .help =
        "Prints the JSON Schema of a study, of any system or of one, by which editors complete\n"
        "and check it.\n\n"
        "  --markdown  a reference of the keys instead, as docs/keys.md\n",
    .main = schema_main};
