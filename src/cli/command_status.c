/* kinlim status: how far a run is, while it runs or after it. */
#include "cli/cli.h"

#include "base/clock.h"
#include "config/json.h"
#include "run/layout.h"
#include "run/limits.h"
#include "run/look.h"
#include "run/unfinished.h"
#include "summary/summary.h"

#include <dirent.h>
#include <getopt.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static const char *const state_name[] = {
    [KL_RUN_DONE] = "done", [KL_RUN_STOPPED] = "stopped", [KL_RUN_RUNNING] = "running"};

/* Points that have a limit. */
static int solved(const kl_results *r, int limit)
{
    int n = 0;
    for (int p = 0; p < r->npoints; p++)
        n += kl_limits_solved(r, limit, p);
    return n;
}

/* Of a finished run as the tables say, so that samples are not looked at; *row: where to look from.
 */
static bool mean_of_rows(const kl_results *r, int point, int time, int quantity, int *row,
                         kl_estimate *mean)
{
    for (int i = 0; i < r->nrows; i++, (*row)++) {
        const kl_row *at = &r->row[*row % r->nrows];
        const bool here = at->time == r->time[time] || (isnan(at->time) && isnan(r->time[time]));
        if (at->point != point || !here || strcmp(at->statistic, "mean") != 0 ||
            strcmp(at->observable, r->quantity[quantity].observable) != 0 ||
            strcmp(at->part, r->quantity[quantity].part) != 0)
            continue;
        *mean = (kl_estimate){at->value, at->low, at->high};
        return true;
    }
    return false;
}

static bool mean_of(const kl_look *look, int point, int time, int quantity, double *y, int *row,
                    kl_estimate *mean)
{
    if (look->state == KL_RUN_DONE)
        return mean_of_rows(look->results, point, time, quantity, row, mean);
    return kl_summary_mean(look->results, point, time, quantity, y, mean);
}

/* ---- JSON ---- */

static void put_means(const kl_look *look, int point, double *y, kl_json *json)
{
    const kl_results *r = look->results;
    int row = 0;
    kl_json_open(json, "means", '[');
    for (int it = 0; it < r->ntimes; it++)
        for (int q = 0; q < r->nquantities; q++) {
            kl_estimate mean;
            if (!mean_of(look, point, it, q, y, &row, &mean))
                continue;
            kl_json_open(json, NULL, '{');
            kl_json_number(json, "time", r->time[it]);
            kl_json_string(json, "observable", r->quantity[q].observable);
            kl_json_string(json, "part", r->quantity[q].part);
            kl_json_number(json, "value", mean.value);
            kl_json_number(json, "low", mean.low);
            kl_json_number(json, "high", mean.high);
            kl_json_close(json, '}');
        }
    kl_json_close(json, ']');
}

static void put_points(const kl_look *look, double *y, kl_json *json)
{
    const kl_results *r = look->results;
    kl_json_open(json, "points", '[');
    for (int p = 0; p < r->npoints; p++) {
        int done, asked;
        kl_results_count(r, p, &done, &asked);
        kl_json_open(json, NULL, '{');
        kl_layout_json_point(r->column, r->ncolumns, r->point + (ptrdiff_t)p * r->ncolumns, json);
        kl_json_integer(json, "done", done);
        kl_json_integer(json, "total", asked);
        kl_json_number(json, "rate", kl_look_rate(look, p));
        put_means(look, p, y, json);
        kl_json_close(json, '}');
    }
    kl_json_close(json, ']');
}

static void put_run(const kl_look *look, kl_json *json)
{
    const kl_pulse *pulse = &look->pulse;
    char start[32], last[32];
    kl_utc(pulse->began, start);
    kl_utc(pulse->now, last);
    kl_json_open(json, "run", '{');
    kl_json_string(json, "host", pulse->host);
    kl_json_integer(json, "process", pulse->pid);
    kl_json_integer(json, "ranks", pulse->ranks);
    kl_json_string(json, "start", start);
    kl_json_string(json, "last_sign", last);
    kl_json_string(json, "doing", pulse->doing);
    kl_json_close(json, '}');
}

static void put_limits(const kl_results *r, kl_json *json)
{
    kl_json_open(json, "limits", '[');
    for (int i = 0; i < r->nlimits; i++) {
        kl_json_open(json, NULL, '{');
        kl_json_string(json, "name", r->limit[i].name);
        kl_json_integer(json, "solved", solved(r, i));
        kl_json_integer(json, "total", r->npoints);
        kl_json_close(json, '}');
    }
    kl_json_close(json, ']');
}

static void print_json(const kl_look *look, double *y)
{
    const kl_results *r = look->results;
    kl_json json = {.out = stdout};
    kl_json_open(&json, NULL, '{');
    kl_json_string(&json, "results", look->file);
    kl_json_string(&json, "state", state_name[look->state]);
    kl_json_string(&json, "system", r->system);
    kl_json_integer(&json, "done", kl_results_done(r));
    kl_json_integer(&json, "total", kl_results_asked(r));
    kl_json_number(&json, "seconds_left", kl_look_seconds_left(look));
    if (look->has_pulse)
        put_run(look, &json);
    if (look->has_journal)
        kl_unfinished_json(look->journal, &json);
    put_limits(r, &json);
    put_points(look, y, &json);
    kl_json_close(&json, '}');
}

/* ---- text ---- */

static void print_duration(double seconds)
{
    if (seconds < 100)
        printf("%.0f s", seconds);
    else if (seconds < 6000)
        printf("%.0f min", seconds / 60);
    else
        printf("%.1f h", seconds / 3600);
}

static void print_head(const kl_look *look)
{
    const kl_results *r = look->results;
    const kl_pulse *pulse = &look->pulse;
    char start[32];
    kl_utc(pulse->began, start);
    printf("%s: %s, %lld/%lld realizations", look->file, state_name[look->state],
           (long long)kl_results_done(r), (long long)kl_results_asked(r));
    if (isfinite(kl_look_seconds_left(look))) {
        printf(", ");
        print_duration(kl_look_seconds_left(look));
        printf(" left");
    }
    printf("\n");
    if (look->has_pulse)
        printf("%s on %s, %lld rank%s, since %s: %s\n",
               look->state == KL_RUN_RUNNING ? "at work" : "last at work", pulse->host,
               (long long)pulse->ranks, pulse->ranks == 1 ? "" : "s", start, pulse->doing);
    for (int i = 0; i < r->nlimits; i++)
        printf("limit %s: %d of %d points\n", r->limit[i].name, solved(r, i), r->npoints);
}

static void print_point(const kl_look *look, int point)
{
    const kl_results *r = look->results;
    const double rate = kl_look_rate(look, point);
    int done, asked;
    kl_results_count(r, point, &done, &asked);
    printf("\n");
    for (int c = 0; c < r->ncolumns; c++) {
        const double value = r->point[point * r->ncolumns + c];
        char word[KL_NAME];
        if (kl_column_word(&r->column[c], value, word))
            printf("%s = %s, ", r->column[c].name, word);
        else
            printf("%s = %.6g, ", r->column[c].name, value);
    }
    printf("%d/%d realizations", done, asked);
    if (isfinite(rate))
        printf(", %.3g/s", rate);
    printf("\n");
}

static void print_means(const kl_look *look, int point, double *y)
{
    const kl_results *r = look->results;
    int row = 0;
    for (int it = 0; it < r->ntimes; it++)
        for (int q = 0; q < r->nquantities; q++) {
            kl_estimate mean;
            if (!mean_of(look, point, it, q, y, &row, &mean))
                continue;
            if (isfinite(r->time[it]))
                printf("  %s = %-8g", r->time_symbol[0] ? r->time_symbol : "T", r->time[it]);
            printf("  %-20s %-3s %14.6g", r->quantity[q].observable, r->quantity[q].part,
                   mean.value);
            if (isfinite(mean.low))
                printf("  [%.6g, %.6g]", mean.low, mean.high);
            printf("\n");
        }
}

static void print_text(const kl_look *look, double *y)
{
    print_head(look);
    if (look->has_journal)
        kl_unfinished_print(look->journal, stdout);
    for (int p = 0; p < look->results->npoints; p++) {
        print_point(look, p);
        print_means(look, p, y);
    }
}

/* ---- the command ---- */

typedef struct arguments {
    const char *name;
    bool json, watch;
} arguments;

/* Looks once; *running: and there will be more to see. */
static kl_status look_once(const arguments *a, const kl_system *const *systems, bool *running,
                           kl_error *err)
{
    kl_look look = {0};
    kl_status status = kl_look_at(a->name, systems, &look, err);
    double *y = status == KL_OK ? calloc((size_t)look.results->nrealizations + 1, sizeof *y) : NULL;
    if (status == KL_OK && !y)
        status = kl_fail(err, KL_ENVIRONMENT, "status: no memory");
    if (status == KL_OK && a->watch && !a->json && isatty(STDOUT_FILENO))
        printf("\033[H\033[J");
    if (status == KL_OK && a->json)
        print_json(&look, y);
    else if (status == KL_OK)
        print_text(&look, y);
    *running = status == KL_OK && look.state == KL_RUN_RUNNING;
    free(y);
    kl_look_end(&look);
    return status;
}

static int is_journal(const struct dirent *entry)
{
    const size_t n = strlen(entry->d_name);
    return n > 8 && strcmp(entry->d_name + n - 8, ".journal") == 0;
}

static int is_results(const struct dirent *entry)
{
    const size_t n = strlen(entry->d_name);
    return n > 3 && strcmp(entry->d_name + n - 3, ".h5") == 0;
}

/* Without a name: the one run of this folder, else its one file of results. */
static kl_status find_here(char *name, size_t size, kl_error *err)
{
    static int (*const is[])(const struct dirent *) = {is_journal, is_results};
    static const char *const what[] = {"runs", "files of results"};
    for (int i = 0; i < 2; i++) {
        struct dirent **entry = NULL;
        const int n = scandir(".", &entry, is[i], alphasort);
        if (n > 0)
            snprintf(name, size, "%.*s",
                     (int)(strlen(entry[0]->d_name) - (i == 0 ? strlen(".journal") : 0)),
                     entry[0]->d_name);
        for (int k = 0; k < n; k++)
            free(entry[k]);
        free(entry);
        if (n > 1)
            return kl_fail(err, KL_INPUT, "status: there are %d %s here: name one of them", n,
                           what[i]);
        if (n == 1)
            return KL_OK;
    }
    return kl_fail(err, KL_INPUT, "status: there are neither results nor a run here");
}

enum { JSON = KL_LONG_OPTION, WATCH };

static kl_status status_main(int argc, char **argv, const kl_system *const *systems, kl_error *err)
{
    static const struct option options[] = {
        {"json", no_argument, NULL, JSON}, {"watch", no_argument, NULL, WATCH}, {0}};
    arguments a = {0};
    char here[512];
    bool running = true;
    for (int code; (code = getopt_long(argc, argv, ":", options, NULL)) != -1;) {
        if (code != JSON && code != WATCH)
            return kl_cli_refused(&kl_command_status, argv, code, err);
        a.json = a.json || code == JSON;
        a.watch = a.watch || code == WATCH;
    }
    if (argc - optind > 1)
        return kl_fail(err, KL_INPUT,
                       "status: one results file or study only: see kinlim status --help");
    a.name = optind < argc ? argv[optind] : here;
    KL_TRY(kl_cli_named("status", optind < argc ? argv[optind] : "here", err));
    if (optind == argc)
        KL_TRY(find_here(here, sizeof here, err));
    KL_TRY(look_once(&a, systems, &running, err));
    while (a.watch && running) {
        fflush(stdout);
        sleep(2);
        KL_TRY(look_once(&a, systems, &running, err));
    }
    return KL_OK;
}

const kl_command kl_command_status = {
    "status", "kinlim status [RESULTS.h5 | STUDY.yaml] [--json] [--watch]",
    "Prints how far a run is and its means so far, while it runs or after it, without\n"
    "disturbing it. Without a name: of the one run in this folder.\n\n"
    "  --json    for programs: one object; with --watch one after the other\n"
    "  --watch   again every two seconds, until nothing runs\n",
    false, status_main};
