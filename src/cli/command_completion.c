/* kinlim completion: what a shell completes, from the usage of the commands and the tables of
 * keys. */
#define _GNU_SOURCE /* program_invocation_short_name */
#include "cli/cli.h"

#include "config/schema.h"
#include "study/keys.h"

#include <ctype.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Every option that the text names. */
static void print_options(const char *text)
{
    while ((text = strchr(text, '-'))) {
        const size_t length = strspn(text, "-abcdefghijklmnopqrstuvwxyz");
        const bool starts = isspace((unsigned char)text[-1]) || strchr("[(", text[-1]);
        if (starts && length > 1 && !strchr("-", text[length - 1]))
            printf(" %.*s", (int)length, text);
        text += length;
    }
}

/* The paths of all systems; bash does not mind what comes twice. */
static kl_status print_paths(const kl_system *const *systems, kl_error *err)
{
    for (int i = 0; systems[i]; i++) {
        kl_study_keys *keys;
        KL_TRY(kl_study_keys_create(systems[i], &keys, err));
        kl_key_paths(keys->tables, stdout);
        free(keys);
        printf("system=%s\n", systems[i]->name);
    }
    return KL_OK;
}

static void print_words_of_commands(const kl_system *const *systems)
{
    printf("        '') words='--help --version");
    for (int i = 0; kl_commands[i]; i++)
        printf(" %s", kl_commands[i]->name);
    printf("' ;;\n");
    for (int i = 0; kl_commands[i]; i++) {
        const kl_command *command = kl_commands[i];
        const bool by_system = command == &kl_command_schema || command == &kl_command_info;
        printf("        %s) words='--help", command->name);
        print_options(command->usage);
        for (int s = 0; by_system && systems[s]; s++)
            printf(" %s", systems[s]->name);
        if (command == &kl_command_completion)
            printf(" bash");
        printf("' ;;\n");
    }
}

/* Bash splits words at = and : and replaces the last piece alone; so the words of the line are
 * taken from the line, and what stands before the last piece is taken off the answers. */
static kl_status print_bash(const char *program, const kl_system *const *systems, kl_error *err)
{
    char function[64];
    snprintf(function, sizeof function, "_%s", program);
    for (char *c = function; *c; c++)
        if (!isalnum((unsigned char)*c))
            *c = '_';
    printf("# Completion of %s for bash. Written by `%s completion bash`.\n\n"
           "%s() {\n"
           "    local line=${COMP_LINE:0:COMP_POINT} word words='' before head=''\n"
           "    word=${line##*[[:space:]]}\n"
           "    read -r -a before <<<\"${line%%\"$word\"}\"\n"
           "    if [ \"${before[${#before[@]} - 1]}\" = --set ]; then\n"
           "        words=$%s_keys\n"
           "        compopt -o nospace 2>/dev/null\n"
           "    else\n"
           "        case ${before[1]-} in\n",
           program, program, function, function);
    print_words_of_commands(systems);
    printf("        esac\n"
           "    fi\n"
           "    [[ $word != *[=:]* ]] || head=${word%%\"${word##*[=:]}\"}\n"
           "    mapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$word\" | sort -u)\n"
           "    COMPREPLY=(\"${COMPREPLY[@]#\"$head\"}\")\n"
           "}\n\n"
           "%s_keys='\n",
           function);
    KL_TRY(print_paths(systems, err));
    printf("'\n\ncomplete -o default -F %s '%s'\n", function, program);
    return KL_OK;
}

static kl_status completion_main(int argc, char **argv, const kl_system *const *systems,
                                 kl_error *err)
{
    static const struct option options[] = {{0}};
    const int code = getopt_long(argc, argv, ":", options, NULL);
    if (code != -1)
        return kl_cli_refused(&kl_command_completion, argv, code, err);
    if (argc - optind != 1 || strcmp(argv[optind], "bash") != 0)
        return kl_fail(err, KL_INPUT,
                       "completion: must name the shell, bash: see kinlim completion --help");
    return print_bash(program_invocation_short_name, systems, err);
}

const kl_command kl_command_completion = {
    .name = "completion",
    .usage = "kinlim completion bash",
    .help = "Prints what completes commands, options and the keys of --set in bash:\n"
            "  source <(kinlim completion bash)\n",
    .main = completion_main};
