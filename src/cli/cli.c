/* kinlim: one command line, one exit code, one line on standard error. */
#include "cli/cli.h"

#include "base/stop.h"
#include "kinlim/study.h"
#include "systems/systems.h"
#include "kinlim_build.h"

#include <errno.h>
#include <getopt.h>
#include <mpi.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

const kl_command *const kl_commands[] = {
    &kl_command_run,    &kl_command_export, &kl_command_merge,      &kl_command_info,
    &kl_command_status, &kl_command_schema, &kl_command_completion, NULL};

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

const char *kl_cli_shown(const char *word)
{
    return *word ? word : "\"\"";
}

kl_status kl_cli_named(const char *what, const char *name, kl_error *err)
{
    return *name ? KL_OK : kl_fail(err, KL_INPUT, "%s: an empty name is not allowed", what);
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
                       kl_cli_shown(text), low, high);
    return KL_OK;
}

kl_status kl_cli_refused(const kl_command *command, char **argv, int option_code, kl_error *err)
{
    const char *word = argv[optind - 1], *what = "no such option";
    const char letter[] = {'-', (char)optopt, 0};
    if (option_code == ':')
        what = "needs a value";
    else if (optopt >= KL_LONG_OPTION)
        what = "takes no value";
    else if (optopt) /* one of several letters: optind is not beyond the word yet */
        word = letter;
    return kl_fail(err, KL_INPUT, "%.100s: %s: see kinlim %s --help", word, what, command->name);
}

static void print_help(void)
{
    printf("kinlim " KINLIM_VERSION ": see kinetic limits of quantum dynamics happen\n\nusage:\n");
    for (int i = 0; kl_commands[i]; i++)
        printf("  %s\n", kl_commands[i]->usage);
    printf("  kinlim --help, --version [--json]; kinlim COMMAND --help\n\n"
           "exit codes: 0 done; 2 wrong input; 3 the environment (disk, memory, permission);\n"
           "4 a bug; 75 stopped early, everything finished is saved: run again with --resume\n");
}

static void print_command_help(const kl_command *command)
{
    printf("usage: %s\n\n%s", command->usage, command->help);
}

static bool is_help(const char *word)
{
    return strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0;
}

/* argv[1], as a command; NULL if it is none. */
static const kl_command *find_command(int argc, char **argv)
{
    for (int i = 0; argc > 1 && kl_commands[i]; i++)
        if (strcmp(kl_commands[i]->name, argv[1]) == 0)
            return kl_commands[i];
    return NULL;
}

static bool asks_for_help(int argc, char **argv)
{
    for (int i = 2; i < argc; i++)
        if (is_help(argv[i]))
            return true;
    return false;
}

/* What is no command. */
static kl_status answer(int argc, char **argv, kl_error *err)
{
    if (argc < 2)
        return kl_fail(err, KL_INPUT, "no command given: see kinlim --help");
    const bool version = strcmp(argv[1], "--version") == 0;
    const bool json = version && argc == 3 && strcmp(argv[2], "--json") == 0;
    if ((version || is_help(argv[1])) && argc > 2 && !json)
        return kl_fail(err, KL_INPUT, "%.100s: no such word after %s: see kinlim --help",
                       kl_cli_shown(argv[2]), argv[1]);
    if (json)
        printf("{\"version\": \"%s\", \"git_revision\": \"%s\"}\n", KINLIM_VERSION,
               KINLIM_GIT_REVISION);
    else if (is_help(argv[1]))
        print_help();
    else if (version)
        printf("kinlim %s (%s)\n", KINLIM_VERSION, KINLIM_GIT_REVISION);
    else
        return kl_fail(err, KL_INPUT, "%.100s: no such command: see kinlim --help",
                       kl_cli_shown(argv[1]));
    return KL_OK;
}

/* ---- with and without MPI ---- */

/* By what launchers tell the processes that they start; NULL: there is no launcher. */
static const char *launched_rank(void)
{
    static const char *const variables[] = {"OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK",
                                            "SLURM_PROCID"};
    for (size_t i = 0; i < sizeof variables / sizeof *variables; i++)
        if (getenv(variables[i]))
            return getenv(variables[i]);
    return NULL;
}

static bool is_first_rank(void)
{
    const char *rank = launched_rank();
    return !rank || atoi(rank) == 0;
}

/* Open MPI ends the process where TMPDIR cannot be written to; without it, it takes /tmp. */
static void drop_useless_tmpdir(void)
{
    const char *folder = getenv("TMPDIR");
    if (folder && access(folder, W_OK | X_OK) != 0)
        unsetenv("TMPDIR");
}

/* Without a launcher Open MPI starts a daemon, which only serves to start more processes and takes
 * half the time of a start; and folders for temporary files, of one name for all such processes
 * once they have no daemon. One rank needs neither. */
static void start_alone(void)
{
    if (launched_rank())
        return;
    setenv("OMPI_MCA_ess_singleton_isolated", "1", 0);
    setenv("OMPI_MCA_orte_create_session_dirs", "0", 0);
    /* Files of pointers into files that ranks share, of which there are none, would be there. */
    setenv("OMPI_MCA_sharedfp", "^sm,lockedfile", 0);
}

kl_status kl_cli_start(const char *petsc, kl_error *err)
{
    drop_useless_tmpdir();
    start_alone();
    MPI_Init(NULL, NULL);
    KL_TRY(kl_systems_begin(petsc, err));
    return kl_stop_early(MPI_COMM_WORLD, err);
}

/* What is still to be written of standard output; nothing is left for a library to fail at. */
static kl_status flush_output(kl_error *err)
{
    if (fflush(stdout) == 0 && !ferror(stdout))
        return KL_OK;
    __fpurge(stdout);
    return kl_fail(err, KL_ENVIRONMENT, "standard output: writing failed");
}

/* The one line: nothing in it, a path for example, makes it two. */
static void print_error(kl_error *err)
{
    for (char *c = err->message; *c; c++)
        if ((unsigned char)*c < ' ' || *c == 0x7F)
            *c = '?';
    fprintf(stderr, "%s\n", err->message);
}

static kl_status report(kl_status status, kl_error *err)
{
    const kl_status flushed = flush_output(status == KL_OK ? err : NULL);
    if (status == KL_OK)
        status = flushed;
    if (status != KL_OK)
        print_error(err);
    return status;
}

static kl_status end_together(kl_status status, kl_error *err)
{
    int rank;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    status = kl_agree(MPI_COMM_WORLD, status, err);
    if (rank == 0)
        status = report(status, err);
    MPI_Bcast(&status, 1, MPI_INT, 0, MPI_COMM_WORLD);
    kl_end();
    kl_cli_keep_plugins();
    MPI_Finalize();
    return status;
}

int kl_cli_main(int argc, char **argv, const kl_system *const *systems)
{
    int started;
    kl_error err = {0};
    kl_status status = KL_OK;
    const kl_command *command = find_command(argc, argv);
    const bool help = asks_for_help(argc, argv), first = is_first_rank();
    const bool parallel = command && command->parallel && !help;
    signal(SIGXFSZ, SIG_IGN); /* a limit on the size of files is an error like a full disk */
    if (parallel)
        kl_stop_on_signals();
    else if (!first)
        return 0;
    opterr = 0;
    if (command && help)
        print_command_help(command);
    else
        status =
            command ? command->main(argc - 1, argv + 1, systems, &err) : answer(argc, argv, &err);
    MPI_Initialized(&started);
    if (started)
        return (int)end_together(status, &err);
    /* Of wrong usage the first rank speaks, and its exit code is the launcher's. */
    return first ? (int)report(status, &err) : 0;
}
