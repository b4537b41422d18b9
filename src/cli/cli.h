/* The commands of the program; one file each. */
#ifndef KL_CLI_CLI_H
#define KL_CLI_CLI_H

#include "base/error.h"

typedef struct kl_command {
    const char *name, *usage, *help;
    kl_status (*main)(int argc, char **argv, kl_error *err); /* collective over MPI_COMM_WORLD */
} kl_command;

extern const kl_command kl_command_run, kl_command_export, kl_command_merge, kl_command_info;

/* The words of a command line, joined by blanks; malloc'ed, NULL without memory. */
char *kl_cli_join(int argc, char **argv);

/* A whole word as an integer in [low, high]; KL_INPUT names the option. */
kl_status kl_cli_integer(const char *option, const char *text, long long low, long long high,
                         long long *out, kl_error *err);

/* What getopt_long() refused, as KL_INPUT. */
kl_status kl_cli_refused(const kl_command *command, char **argv, int option_code, kl_error *err);

/* Before MPI_Finalize: no library that is loaded now is unmapped before the process ends. */
void kl_cli_keep_plugins(void);

#endif
