#include "cli/cli.h"

#include "kinlim/study.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static const char help[] =
    "Runs a study and writes its results.\n\n"
    "  -o RESULTS.h5            where to (default: the study's name with .h5, here)\n"
    "  --set key.path=value     change one key of the study; may be repeated\n"
    "  --resume                 continue what exists: more realizations, times or moments may\n"
    "                           be asked for; starts afresh where there is nothing\n"
    "  --realizations A:B       only realizations A..B-1 (job arrays; join them with merge)\n"
    "  --dry-run                print points, memory, time and layout; write nothing\n"
    "  --groups G               G groups of ranks, each sharing one lattice\n"
    "  --max-walltime HH:MM:SS  stop and save in time (exit code 75); default: before the limit\n"
    "                           of the SLURM job, where SLURM tells it (SLURM_JOB_END_TIME)\n"
    "  --checkpoint SECONDS     least time between checkpoints of a realization in flight\n"
    "                           (default: chosen so that they take under 1% of the time)\n"
    "  --quiet                  no progress\n\n"
    "Use mpiexec -n N or srun for N ranks.\n";

typedef struct arguments {
    kl_run_options options;
    const char *study;
    const char **set;
    int nset;
    bool dry_run;
} arguments;

static kl_status parse_range(const char *text, kl_run_options *options, kl_error *err)
{
    long long first, last;
    char rest;
    if (sscanf(text, "%lld:%lld%c", &first, &last, &rest) != 2 || first < 0 || last <= first)
        return kl_fail(err, KL_INPUT,
                       "--realizations: %.100s is not allowed: must be A:B with 0 <= A < B", text);
    options->first = first;
    options->last = last;
    return KL_OK;
}

static kl_status parse_walltime(const char *text, double *seconds, kl_error *err)
{
    int h, m, s;
    char rest;
    if (sscanf(text, "%d:%d:%d%c", &h, &m, &s, &rest) != 3 || h < 0 || m < 0 || m > 59 || s < 0 ||
        s > 59 || h + m + s == 0)
        return kl_fail(err, KL_INPUT, "--max-walltime: %.100s is not allowed: must be HH:MM:SS",
                       text);
    *seconds = 3600.0 * h + 60.0 * m + s;
    return KL_OK;
}

static kl_status parse_seconds(const char *text, double *seconds, kl_error *err)
{
    char *end;
    *seconds = strtod(text, &end);
    if (end == text || *end || !(*seconds > 0) || *seconds > 1e6)
        return kl_fail(err, KL_INPUT,
                       "--checkpoint: %.100s is not allowed: must be seconds in (0, 1e6]", text);
    return KL_OK;
}

static kl_status parse_option(int code, char **argv, arguments *a, kl_error *err)
{
    long long number;
    switch (code) {
    case 'o':
        a->options.output = optarg;
        return KL_OK;
    case 's':
        a->set[a->nset++] = optarg;
        return KL_OK;
    case 'r':
        a->options.resume = true;
        return KL_OK;
    case 'R':
        return parse_range(optarg, &a->options, err);
    case 'd':
        a->dry_run = true;
        return KL_OK;
    case 'g':
        KL_TRY(kl_cli_integer("--groups", optarg, 1, 1 << 30, &number, err));
        a->options.groups = (int)number;
        return KL_OK;
    case 'w':
        return parse_walltime(optarg, &a->options.max_walltime, err);
    case 'c':
        return parse_seconds(optarg, &a->options.checkpoint, err);
    case 'q':
        a->options.quiet = true;
        return KL_OK;
    default:
        return kl_cli_refused(&kl_command_run, argv, code, err);
    }
}

static kl_status parse(int argc, char **argv, arguments *a, kl_error *err)
{
    static const struct option options[] = {{"output", required_argument, NULL, 'o'},
                                            {"set", required_argument, NULL, 's'},
                                            {"resume", no_argument, NULL, 'r'},
                                            {"realizations", required_argument, NULL, 'R'},
                                            {"dry-run", no_argument, NULL, 'd'},
                                            {"groups", required_argument, NULL, 'g'},
                                            {"max-walltime", required_argument, NULL, 'w'},
                                            {"checkpoint", required_argument, NULL, 'c'},
                                            {"quiet", no_argument, NULL, 'q'},
                                            {0}};
    for (int code; (code = getopt_long(argc, argv, ":o:", options, NULL)) != -1;)
        KL_TRY(parse_option(code, argv, a, err));
    if (optind + 1 != argc)
        return kl_fail(err, KL_INPUT, "run: %s: see kinlim run --help",
                       optind < argc ? "one study file only" : "no study file given");
    a->study = argv[optind];
    return KL_OK;
}

static kl_status with_libraries(arguments *a, kl_error *err)
{
    kl_study *study = NULL;
    KL_TRY(kl_begin(err));
    kl_status status = kl_study_load(MPI_COMM_WORLD, a->study, a->nset, a->set, &study, err);
    if (status == KL_OK && a->dry_run)
        status = kl_study_dry_run(study, MPI_COMM_WORLD, &a->options, err);
    else if (status == KL_OK)
        status = kl_study_run(study, MPI_COMM_WORLD, &a->options, err);
    kl_study_destroy(&study);
    kl_end();
    return status;
}

/* Seconds until a run inside a SLURM job is to save: five minutes before the job's limit,
 * but not in the first half of its time. 0: no such job, or a clock that cannot be right. */
static double job_walltime(void)
{
    const char *end = getenv("SLURM_JOB_END_TIME"); /* since the epoch */
    const double left = end ? strtod(end, NULL) - (double)time(NULL) : 0;
    if (!(left > 0))
        return 0;
    return left > 600 ? left - 300 : left / 2;
}

static kl_status run_main(int argc, char **argv, kl_error *err)
{
    arguments a = {0};
    a.set = calloc((size_t)argc + 1, sizeof *a.set);
    char *command = kl_cli_join(argc, argv);
    if (!a.set || !command) {
        free(a.set);
        free(command);
        return kl_fail(err, KL_ENVIRONMENT, "no memory for the command line");
    }
    a.options.command = command;
    kl_status status = parse(argc, argv, &a, err);
    if (a.options.max_walltime == 0)
        a.options.max_walltime = job_walltime();
    if (status == KL_OK)
        status = with_libraries(&a, err);
    free(a.set);
    free(command);
    return status;
}

const kl_command kl_command_run = {
    "run",
    "kinlim run STUDY.yaml [-o RESULTS.h5] [--set key.path=value]... [--resume]\n"
    "             [--realizations A:B] [--dry-run] [--groups G] [--max-walltime HH:MM:SS]\n"
    "             [--checkpoint SECONDS] [--quiet]",
    help, run_main};
