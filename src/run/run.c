/* A run from beginning to end: layout, output, limits, realizations, statistics, results; and the
 * dry one. */
#include "run/forecast.h"
#include "run/limits.h"
#include "run/log.h"
#include "run/loop.h"
#include "run/provenance.h"
#include "run/summarise.h"
#include "run/until.h"

#include "base/clock.h"
#include "base/stop.h"
#include "summary/summary.h"
#include "run/collect.h"

#include <stdio.h>
#include <string.h>

typedef struct run {
    const kl_study *study;
    const kl_run_options *options;
    MPI_Comm comm;
    int rank;
    kl_layout layout;
    kl_output output; /* open on rank 0; paths on every rank */
    kl_loop loop;
    kl_pulse pulse; /* rank 0 */
} run;

/* ---- before the realizations ---- */

/* The study's warning number i, or NULL behind the last; `text` is room for it. Of several points
 * that give cause for the same one, the first does; "" for the others. */
static const char *warning(const kl_study *study, int i, char *text, size_t size)
{
    const kl_description *about = study->description;
    int earlier = 0;
    if (i > about->nwarnings)
        return NULL;
    if (i == about->nwarnings)
        return kl_moments_warning(study, text, size) ? text : "";
    while (strcmp(about->warning[earlier], about->warning[i]) != 0)
        earlier++;
    return earlier == i ? about->warning[i] : "";
}

static void warn(const kl_study *study, kl_log *log)
{
    char text[512];
    const char *words;
    for (int i = 0; (words = warning(study, i, text, sizeof text)); i++) {
        if (!words[0])
            continue;
        fprintf(stderr, "kinlim: warning: %s\n", words);
        kl_log_warning(log, words);
    }
}

/* The whole plan, as an object's members. */
static void put_plan(const kl_study *study, const kl_layout *layout, const kl_run_options *options,
                     kl_json *json)
{
    char text[512];
    const char *words;
    kl_layout_json(study, layout, options, json);
    kl_json_open(json, "warnings", '[');
    for (int i = 0; (words = warning(study, i, text, sizeof text)); i++)
        if (words[0])
            kl_json_string(json, NULL, words);
    kl_room_warning(&layout->room, text, sizeof text);
    if (text[0])
        kl_json_string(json, NULL, text);
    kl_json_close(json, ']');
}

static void log_plan(const run *r)
{
    kl_json *json = kl_log_begin(r->options->log, "plan");
    if (json)
        put_plan(r->study, &r->layout, r->options, json);
    kl_log_end(r->options->log);
}

static void say_idle(const run *r)
{
    char text[128];
    kl_layout_idle(&r->layout, text, sizeof text);
    if (text[0] && !r->options->quiet)
        fprintf(stderr, "kinlim: %s\n", text);
}

/* Rank 0: takes the place of the output, and from there what is done already. */
static kl_status open_output(run *r, kl_error *err)
{
    KL_TRY(kl_output_check(r->study, r->options->output, r->options->resume, &r->output, err));
    kl_room_look(&r->output, &r->layout.room);
    KL_TRY(kl_room_check(r->study, &r->output, err));
    KL_TRY(kl_output_open(r->study, r->options->output, r->options->resume, r->layout.machine.ranks,
                          &r->output, &r->loop.results, err));
    warn(r->study, r->options->log);
    say_idle(r);
    r->loop.attempt = kl_journal_next_attempt(r->output.journal);
    kl_pulse_begin(&r->pulse, r->output.journal, r->layout.machine.ranks);
    r->loop.pulse = &r->pulse;
    log_plan(r);
    return KL_OK;
}

/* Each solved limit is on disk before the next one. A stop leaves the rest open. */
static kl_status solve_limits(run *r, kl_error *err)
{
    kl_journal journal = {.file = -1};
    kl_limits_run limits = {.comm = r->comm,
                            .deadline = r->loop.deadline,
                            .quiet = r->options->quiet,
                            .log = r->options->log,
                            .pulse = r->rank == 0 ? &r->pulse : NULL};
    kl_status status = KL_OK;
    if (r->study->description->nlimits == 0 || !r->study->solve_limits || r->layout.beside > 0)
        return KL_OK;
    if (r->rank == 0) {
        status = kl_journal_open(r->output.journal, r->loop.attempt, 0, NULL, &journal, err);
        limits.journal = &journal;
    }
    KL_TRY(kl_agree(r->comm, status, err));
    status = kl_limits_solve(r->study, &limits, r->loop.results, err);
    const kl_status closed = kl_journal_close(&journal, status == KL_OK ? err : NULL);
    r->loop.attempt++;
    status = kl_agree(r->comm, status == KL_OK ? closed : status, err);
    r->loop.stopped = status == KL_STOPPED;
    return r->loop.stopped ? KL_OK : status;
}

static kl_status prepare(run *r, kl_error *err)
{
    KL_TRY(kl_layout_choose(r->study, r->comm, r->options, &r->layout, err));
    KL_TRY(kl_stop_early(r->comm, err));
    kl_status status = r->rank == 0 ? open_output(r, err) : KL_OK;
    KL_TRY(kl_agree(r->comm, status, err));
    MPI_Bcast(&r->loop.attempt, 1, MPI_INT, 0, r->comm);
    /* Every rank needs the paths. */
    MPI_Bcast(r->output.file, (int)sizeof r->output.file, MPI_BYTE, 0, r->comm);
    MPI_Bcast(r->output.journal, (int)sizeof r->output.journal, MPI_BYTE, 0, r->comm);
    return solve_limits(r, err);
}

/* ---- after them ---- */

/* The results file, by all ranks if it is large. */
static kl_status publish(run *r, const char *start, const kl_results *view, kl_error *err)
{
    kl_status status = KL_OK;
    if (r->rank == 0)
        status = kl_provenance(r->study, &r->layout, r->options, start, r->loop.results, err);
    KL_TRY(kl_agree(r->comm, status, err));
    return kl_output_finish(&r->output, r->comm, r->rank == 0 ? r->loop.results : view,
                            !r->loop.stopped, err);
}

/* The summary, and the file. Collective. */
static kl_status finish(run *r, const char *start, kl_error *err)
{
    kl_results *view = NULL;
    kl_status status = KL_OK;
    if (r->rank == 0) {
        kl_pulse_doing(&r->pulse, "statistics");
        status = kl_until_plan(r->study, r->loop.results, NULL, NULL, err);
    }
    KL_TRY(kl_agree(r->comm, status, err));
    status = kl_run_summarise(r->study, r->comm, r->output.journal, r->loop.results, &view, err);
    if (status == KL_OK)
        status = publish(r, start, view, err);
    kl_results_destroy(&view);
    return status;
}

static kl_status say_stopped(const run *r, kl_error *err)
{
    int64_t counts[2] = {0};
    if (r->rank == 0) {
        counts[0] = kl_results_done(r->loop.results);
        counts[1] = kl_results_asked(r->loop.results);
    }
    MPI_Bcast(counts, 2, MPI_INT64_T, 0, r->comm);
    return kl_fail(err, KL_STOPPED,
                   "stopped with %lld/%lld realizations done and saved: run again with "
                   "--resume",
                   (long long)counts[0], (long long)counts[1]);
}

static kl_status run_all(run *r, kl_error *err)
{
    char start[32];
    kl_timestamp(start);
    KL_TRY(prepare(r, err));
    if (!r->loop.stopped)
        KL_TRY(kl_loop_run(&r->loop, err));
    KL_TRY(finish(r, start, err));
    return r->loop.stopped ? say_stopped(r, err) : KL_OK;
}

kl_status kl_study_run(kl_study *study, MPI_Comm comm, const kl_run_options *options, kl_error *err)
{
    run r = {.study = study, .options = options, .comm = comm, .output.lock = -1};
    r.loop = (kl_loop){
        .study = study, .options = options, .comm = comm, .layout = &r.layout, .output = &r.output};
    MPI_Comm_rank(comm, &r.rank);
    if (options->max_walltime > 0)
        r.loop.deadline = kl_clock() + options->max_walltime;
    kl_stop_on_signals();
    const kl_status status = run_all(&r, err);
    kl_layout_destroy(&r.layout);
    kl_results_destroy(&r.loop.results);
    if (r.rank == 0)
        kl_output_close(&r.output);
    return status;
}

/* Rank 0. */
static void print_plan(const kl_study *study, const kl_layout *layout,
                       const kl_run_options *options, const kl_results *forecast)
{
    char text[512];
    if (options->json) {
        kl_json json = {.out = stdout};
        kl_json_open(&json, NULL, '{');
        put_plan(study, layout, options, &json);
        kl_forecast_json(study, forecast, &json);
        kl_json_close(&json, '}');
    } else {
        kl_layout_print(study, layout, options);
        kl_forecast_print(study, forecast);
        warn(study, NULL);
        kl_room_warning(&layout->room, text, sizeof text);
        if (text[0])
            fprintf(stderr, "kinlim: warning: %s\n", text);
    }
}

kl_status kl_study_dry_run(kl_study *study, MPI_Comm comm, const kl_run_options *options,
                           kl_error *err)
{
    int rank;
    kl_layout layout;
    kl_output output;
    kl_results *forecast = NULL;
    MPI_Comm_rank(comm, &rank);
    KL_TRY(kl_layout_choose(study, comm, options, &layout, err));
    kl_status status = KL_OK;
    if (rank == 0)
        status = kl_output_check(study, options->output, options->resume, &output, err);
    if (rank == 0 && status == KL_OK)
        kl_room_look(&output, &layout.room);
    status = kl_agree(comm, status, err);
    if (status == KL_OK)
        status = kl_forecast_make(study, comm, &forecast, err);
    if (status == KL_OK && rank == 0)
        print_plan(study, &layout, options, forecast);
    kl_results_destroy(&forecast);
    kl_layout_destroy(&layout);
    return status;
}
