#include "cli/cli.h"

#include "base/stop.h"
#include "kinlim/study.h"
#include "kinlim_build.h"
#include "run/log.h"
#include "systems/systems.h"

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
    "  --groups G               G groups of ranks, each sharing one realization\n"
    "  --max-walltime HH:MM:SS  stop and save in time (exit code 75); default: before the limit\n"
    "                           of the SLURM job, where SLURM tells it (SLURM_JOB_END_TIME)\n"
    "  --checkpoint SECONDS     least time between checkpoints of a realization in flight\n"
    "                           (default: chosen so that they take under 1% of the time)\n"
    "  --quiet                  no progress\n"
    "  --log FILE               append what happens to FILE, a JSON object a line\n"
    "  --petsc \"OPTIONS\"        options for PETSc, which solves kinetic limits: -log_view,\n"
    "                           -ts_monitor\n"
    "  --json                   with --dry-run: the plan as JSON\n\n"
    "Use mpiexec -n N or srun for N ranks.\n";

typedef struct arguments {
    kl_run_options options;
    const char *study;
    const char **set;
    int nset;
    bool dry_run;
    const char *log, *petsc;
} arguments;

/* "A:B:..." as n whole numbers of at most 18 digits, so that none overflows. */
static bool read_numbers(const char *text, int n, long long *out)
{
    for (int i = 0; i < n; i++) {
        const size_t digits = strspn(text, "0123456789");
        if (digits == 0 || digits > 18 || text[digits] != (i + 1 < n ? ':' : 0))
            return false;
        out[i] = strtoll(text, NULL, 10);
        text += digits + 1;
    }
    return true;
}

static kl_status parse_range(const char *text, kl_run_options *options, kl_error *err)
{
    long long range[2];
    if (!read_numbers(text, 2, range) || range[1] <= range[0])
        return kl_fail(err, KL_INPUT,
                       "--realizations: %.100s is not allowed: must be A:B with 0 <= A < B",
                       kl_cli_shown(text));
    options->first = range[0];
    options->last = range[1];
    return KL_OK;
}

static kl_status parse_walltime(const char *text, double *seconds, kl_error *err)
{
    long long time[3]; /* hours, minutes, seconds */
    if (!read_numbers(text, 3, time) || time[0] > 999999 || time[1] > 59 || time[2] > 59 ||
        time[0] + time[1] + time[2] == 0)
        return kl_fail(err, KL_INPUT,
                       "--max-walltime: %.100s is not allowed: must be HH:MM:SS, 00:00:01 to "
                       "999999:59:59",
                       kl_cli_shown(text));
    *seconds = 3600.0 * (double)time[0] + 60.0 * (double)time[1] + (double)time[2];
    return KL_OK;
}

static kl_status parse_seconds(const char *text, double *seconds, kl_error *err)
{
    char *end;
    *seconds = strtod(text, &end);
    if (end == text || *end || !(*seconds > 0) || *seconds > 1e6)
        return kl_fail(err, KL_INPUT,
                       "--checkpoint: %.100s is not allowed: must be seconds in (0, 1e6]",
                       kl_cli_shown(text));
    return KL_OK;
}

enum {
    OUTPUT = KL_LONG_OPTION,
    SET,
    RESUME,
    REALIZATIONS,
    DRY_RUN,
    GROUPS,
    WALLTIME,
    CHECKPOINT,
    QUIET,
    LOG,
    PETSC,
    JSON
};

static kl_status parse_option(int code, char **argv, arguments *a, kl_error *err)
{
    long long number;
    switch (code) {
    case 'o':
    case OUTPUT:
        a->options.output = optarg;
        return kl_cli_named("-o", optarg, err);
    case SET:
        a->set[a->nset++] = optarg;
        return KL_OK;
    case RESUME:
        a->options.resume = true;
        return KL_OK;
    case REALIZATIONS:
        return parse_range(optarg, &a->options, err);
    case DRY_RUN:
        a->dry_run = true;
        return KL_OK;
    case GROUPS:
        KL_TRY(kl_cli_integer("--groups", optarg, 1, 1 << 30, &number, err));
        a->options.groups = (int)number;
        return KL_OK;
    case WALLTIME:
        return parse_walltime(optarg, &a->options.max_walltime, err);
    case CHECKPOINT:
        return parse_seconds(optarg, &a->options.checkpoint, err);
    case QUIET:
        a->options.quiet = true;
        return KL_OK;
    case LOG:
        a->log = optarg;
        return kl_cli_named("--log", optarg, err);
    case PETSC:
        a->petsc = optarg;
        return optarg[0] == '-' ? KL_OK
                                : kl_fail(err, KL_INPUT,
                                          "--petsc: %.100s is not allowed: must be options of "
                                          "PETSc, e.g. \"-log_view\"",
                                          kl_cli_shown(optarg));
    case JSON:
        a->options.json = true;
        return KL_OK;
    default:
        return kl_cli_refused(&kl_command_run, argv, code, err);
    }
}

static kl_status parse(int argc, char **argv, arguments *a, kl_error *err)
{
    static const struct option options[] = {{"output", required_argument, NULL, OUTPUT},
                                            {"set", required_argument, NULL, SET},
                                            {"resume", no_argument, NULL, RESUME},
                                            {"realizations", required_argument, NULL, REALIZATIONS},
                                            {"dry-run", no_argument, NULL, DRY_RUN},
                                            {"groups", required_argument, NULL, GROUPS},
                                            {"max-walltime", required_argument, NULL, WALLTIME},
                                            {"checkpoint", required_argument, NULL, CHECKPOINT},
                                            {"quiet", no_argument, NULL, QUIET},
                                            {"log", required_argument, NULL, LOG},
                                            {"petsc", required_argument, NULL, PETSC},
                                            {"json", no_argument, NULL, JSON},
                                            {0}};
    for (int code; (code = getopt_long(argc, argv, ":o:", options, NULL)) != -1;)
        KL_TRY(parse_option(code, argv, a, err));
    if (optind + 1 != argc)
        return kl_fail(err, KL_INPUT, "run: %s: see kinlim run --help",
                       optind < argc ? "one study file only" : "no study file given");
    if (a->options.json && !a->dry_run)
        return kl_fail(err, KL_INPUT, "--json: goes with --dry-run: status --json is for a run");
    if (a->log && a->dry_run)
        return kl_fail(err, KL_INPUT, "--log: does not go with --dry-run, which writes nothing");
    a->study = argv[optind];
    return kl_cli_named("run", a->study, err);
}

/* ---- the log ---- */

/* Rank 0; begins with the event `start`. Collective. */
static kl_status open_log(arguments *a, kl_error *err)
{
    int rank, ranks;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &ranks);
    const kl_status status =
        a->log && rank == 0 ? kl_log_open(a->log, &a->options.log, err) : KL_OK;
    KL_TRY(kl_agree(MPI_COMM_WORLD, status, err));
    kl_json *json = kl_log_begin(a->options.log, "start");
    if (json) {
        kl_json_string(json, "version", KINLIM_VERSION);
        kl_json_string(json, "git_revision", KINLIM_GIT_REVISION);
        kl_json_string(json, "command", a->options.command);
        kl_json_string(json, "study", a->study);
        kl_json_integer(json, "ranks", ranks);
    }
    kl_log_end(a->options.log);
    return KL_OK;
}

/* Ends it with the event `end`. */
static void close_log(arguments *a, kl_status status, const kl_error *err)
{
    kl_json *json = kl_log_begin(a->options.log, "end");
    if (json) {
        kl_json_integer(json, "exit_code", status);
        kl_json_string(json, "message", status == KL_OK ? "" : err->message);
    }
    kl_log_end(a->options.log);
    kl_log_close(&a->options.log);
}

/* ---- the study ---- */

/* Reads, plans, runs; a stop is looked for after each. */
static kl_status run_study(arguments *a, const kl_system *const *systems, kl_error *err)
{
    enum { MOST = 8 };
    char text[MOST][512];
    const char *libraries[MOST + 1] = {NULL};
    kl_study *study = NULL;
    for (int i = 0; i < MOST; i++)
        libraries[i] = kl_systems_library(i, text[i], sizeof text[i]);
    a->options.libraries = libraries;
    KL_TRY(kl_study_load(MPI_COMM_WORLD, a->study, a->nset, a->set, systems, &study, err));
    kl_status status = kl_stop_early(MPI_COMM_WORLD, err);
    if (status == KL_OK && !a->dry_run)
        status = kl_study_run(study, MPI_COMM_WORLD, &a->options, err);
    else if (status == KL_OK)
        status = kl_study_dry_run(study, MPI_COMM_WORLD, &a->options, err);
    kl_study_destroy(&study);
    return status == KL_OK && a->dry_run ? kl_stop_early(MPI_COMM_WORLD, err) : status;
}

static kl_status start_and_run(arguments *a, const kl_system *const *systems, kl_error *err)
{
    KL_TRY(kl_cli_start(a->petsc, err));
    KL_TRY(open_log(a, err));
    kl_status status = run_study(a, systems, err);
    if (a->log)
        status = kl_agree(MPI_COMM_WORLD, status, err);
    close_log(a, status, err);
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

static kl_status run_main(int argc, char **argv, const kl_system *const *systems, kl_error *err)
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
        status = start_and_run(&a, systems, err);
    free(a.set);
    free(command);
    return status;
}

const kl_command kl_command_run = {
    "run",
    "kinlim run STUDY.yaml [-o RESULTS.h5] [--set key.path=value]... [--resume]\n"
    "             [--realizations A:B] [--dry-run] [--groups G] [--max-walltime HH:MM:SS]\n"
    "             [--checkpoint SECONDS] [--quiet] [--log FILE] [--petsc OPTIONS] [--json]",
    help, true, run_main};
