/* kinlim: one command line, one exit code, one line on standard error. */
#include "cli/cli.h"

#include "kinlim_build.h"

#include <errno.h>
#include <getopt.h>
#include <mpi.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const kl_command *const commands[] = {&kl_command_run, &kl_command_export, &kl_command_merge,
                                             &kl_command_info, NULL};

char *kl_cli_join(int argc, char **argv)
{
    size_t size = 1;
    for (int i = 0; i < argc; i++)
        size += strlen(argv[i]) + 1;
    char *text = calloc(size, 1);
    for (int i = 0; text && i < argc; i++) {
        strcat(text, i ? " " : "");
        strcat(text, argv[i]);
    }
    return text;
}

kl_status kl_cli_integer(const char *option, const char *text, long long low, long long high,
                         long long *out, kl_error *err)
{
    char *end;
    errno = 0;
    *out = strtoll(text, &end, 10);
    if (errno || end == text || *end || *out < low || *out > high)
        return kl_fail(err, KL_INPUT,
                       "%s: %.100s is not allowed: must be an integer in [%lld, %lld]", option,
                       text, low, high);
    return KL_OK;
}

kl_status kl_cli_refused(const kl_command *command, char **argv, int option_code, kl_error *err)
{
    return kl_fail(err, KL_INPUT, "%.100s: %s: see kinlim %s --help", argv[optind - 1],
                   option_code == ':' ? "needs a value" : "no such option", command->name);
}

static void print_help(void)
{
    printf("kinlim " KINLIM_VERSION ": see kinetic limits of quantum dynamics happen\n\nusage:\n");
    for (int i = 0; commands[i]; i++)
        printf("  %s\n", commands[i]->usage);
    printf("  kinlim --help, --version; kinlim COMMAND --help\n\n"
           "exit codes: 0 done; 2 wrong input; 3 the environment (disk, memory, permission);\n"
           "4 a bug; 75 stopped early, everything finished is saved: run again with --resume\n");
}

static kl_status dispatch(int argc, char **argv, bool speak, kl_error *err)
{
    if (argc < 2)
        return kl_fail(err, KL_INPUT, "no command given: see kinlim --help");
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        if (speak)
            print_help();
        return KL_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        if (speak)
            printf("kinlim %s (%s)\n", KINLIM_VERSION, KINLIM_GIT_REVISION);
        return KL_OK;
    }
    for (int i = 0; commands[i]; i++) {
        if (strcmp(commands[i]->name, argv[1]) != 0)
            continue;
        for (int a = 2; a < argc; a++)
            if (strcmp(argv[a], "--help") == 0 || strcmp(argv[a], "-h") == 0) {
                if (speak)
                    printf("usage: %s\n\n%s", commands[i]->usage, commands[i]->help);
                return KL_OK;
            }
        return commands[i]->main(argc - 1, argv + 1, err);
    }
    return kl_fail(err, KL_INPUT, "%.100s: no such command: see kinlim --help", argv[1]);
}

int main(int argc, char **argv)
{
    int rank;
    kl_error err = {0};
    signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is an error like a full disk */
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    opterr = 0;
    kl_status status = dispatch(argc, argv, rank == 0, &err);
    status = kl_agree(MPI_COMM_WORLD, status, &err);
    if (status == KL_OK && rank == 0 && (fflush(stdout) != 0 || ferror(stdout)))
        status = kl_fail(&err, KL_ENVIRONMENT, "standard output: writing failed");
    if (rank == 0 && status != KL_OK) {
        fflush(stdout);
        fprintf(stderr, "%s\n", err.message);
    }
    MPI_Bcast(&status, 1, MPI_INT, 0, MPI_COMM_WORLD);
    kl_cli_keep_plugins();
    MPI_Finalize();
    return (int)status;
}
