/* The commands of the program; one file each. */
#ifndef KL_CLI_CLI_H
#define KL_CLI_CLI_H

#include "kinlim/system.h"

#include <stdbool.h>

/* The whole program: runs the command line with that table of systems and returns the exit code.
 * One line on standard error, from one rank, if that is not 0. MPI runs only while a parallel
 * command needs it: help, usage errors and reading files do without its temporary files and shared
 * memory. Once a process. */
int kl_cli_main(int argc, char **argv, const kl_system *const *systems);

typedef struct kl_command {
    const char *name, *usage, *help;
    /* On several ranks, and stopped by signals with KL_STOPPED. It reads its arguments, then calls
     * kl_cli_start(). Otherwise it is the first rank's alone, and MPI does not run. */
    bool parallel;
    kl_status (*main)(int argc, char **argv, const kl_system *const *systems, kl_error *err);
} kl_command;

extern const kl_command kl_command_run, kl_command_export, kl_command_merge, kl_command_info,
    kl_command_schema, kl_command_completion, kl_command_status;
extern const kl_command *const kl_commands[]; /* all; ends with NULL */

/* MPI and the libraries on it, until kl_main() ends them; KL_STOPPED if a signal came meanwhile.
 * Collective over what becomes MPI_COMM_WORLD. */
kl_status kl_cli_start(const char *petsc, kl_error *err);

/* The words of a command line, joined by blanks; malloc'ed, NULL without memory. */
char *kl_cli_join(int argc, char **argv);

/* KL_INPUT where a file's name is empty; `what`: whose it is, an option or a command. */
kl_status kl_cli_named(const char *what, const char *name, kl_error *err);

/* A word as it is shown in a message: "" if it is empty. */
const char *kl_cli_shown(const char *word);

/* A whole word as an integer in [low, high]; KL_INPUT names the option. */
kl_status kl_cli_integer(const char *option, const char *text, long long low, long long high,
                         long long *out, kl_error *err);

/* What getopt_long() refused, as KL_INPUT. The values of long options must be KL_LONG_OPTION or
 * more, so that they are told from letters. */
enum { KL_LONG_OPTION = 256 };
kl_status kl_cli_refused(const kl_command *command, char **argv, int option_code, kl_error *err);

/* Before MPI_Finalize: no library that is loaded now is unmapped before the process ends. */
void kl_cli_keep_plugins(void);

#endif
