#include "run/look.h"

#include "base/file.h"
#include "ensemble/journal.h"
#include "run/collect.h"
#include "run/until.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool is_study(const char *name)
{
    const size_t n = strlen(name);
    return (n > 5 && strcmp(name + n - 5, ".yaml") == 0) ||
           (n > 4 && strcmp(name + n - 4, ".yml") == 0);
}

/* The results file that is meant. */
static kl_status find_file(const char *name, kl_look *out, kl_error *err)
{
    enum { SPARE = 96 };
    char results[4096];
    const char *base = strrchr(name, '/');
    base = base ? base + 1 : name;
    if (is_study(name))
        snprintf(results, sizeof results, "%.*s.h5", (int)(strrchr(base, '.') - base), base);
    else
        snprintf(results, sizeof results, "%s", name);
    KL_TRY(kl_file_resolve(results, out->file, sizeof out->file - SPARE, err));
    snprintf(out->journal, sizeof out->journal, "%.*s.journal", (int)(sizeof out->journal - SPARE),
             out->file);
    struct stat info;
    out->has_file = stat(out->file, &info) == 0;
    out->has_journal = kl_journal_exists(out->journal);
    if (!out->has_file && !out->has_journal)
        return kl_fail(err, KL_INPUT, "%s: there are neither results nor a run", out->file);
    return KL_OK;
}

/* What an earlier run has published, if it is of the same shape. */
static void add_file(kl_look *look)
{
    kl_results *old = NULL;
    if (look->has_file && kl_results_read(look->file, &old, NULL) == KL_OK)
        kl_collect_results(old, look->file, look->results, NULL);
    kl_results_destroy(&old);
}

/* Samples so far: the file's and the journal's, whose last record may be half there. */
static kl_status read_journal(const kl_system *const *systems, kl_look *look, kl_error *err)
{
    char *text = NULL;
    KL_TRY(kl_journal_study(look->journal, &text, err));
    kl_status status = kl_study_read(look->journal, text, 0, NULL, systems, &look->study, err);
    free(text);
    if (status == KL_OK)
        status = kl_collect_create(look->study, NULL, &look->results, err);
    if (status != KL_OK)
        return status;
    add_file(look);
    KL_TRY(kl_collect_journal(look->study, look->journal, 0, look->results, err));
    look->has_pulse = kl_pulse_read(look->journal, &look->pulse);
    return kl_until_plan(look->study, look->results, NULL, NULL, err);
}

static kl_status look_once(const char *name, const kl_system *const *systems, kl_look *out,
                           kl_error *err)
{
    *out = (kl_look){0};
    KL_TRY(find_file(name, out, err));
    if (out->has_journal) {
        const bool held = kl_journal_holder(out->journal, &out->holder);
        out->state = held ? KL_RUN_RUNNING : KL_RUN_STOPPED;
        return read_journal(systems, out, err);
    }
    KL_TRY(kl_results_read(out->file, &out->results, err));
    out->state = KL_RUN_DONE;
    return KL_OK;
}

/* A run that ends publishes its file and removes its journal between two looks; one that begins
 * has its study in it a moment after the folder. */
kl_status kl_look_at(const char *name, const kl_system *const *systems, kl_look *out, kl_error *err)
{
    enum { TRIES = 5 };
    kl_status status = KL_OK;
    for (int i = 0; i < TRIES; i++) {
        status = look_once(name, systems, out, err);
        if (status == KL_OK || !out->has_journal)
            return status;
        kl_look_end(out);
        usleep(100 * 1000);
    }
    return status;
}

void kl_look_end(kl_look *look)
{
    kl_results_destroy(&look->results);
    kl_study_destroy(&look->study);
}

/* Cost done in a second. */
static double pace(const kl_look *look)
{
    const kl_pulse *p = &look->pulse;
    const bool known = look->state == KL_RUN_RUNNING && look->has_pulse && p->cost_done > 0;
    return known && p->seconds > 0 ? p->cost_done / p->seconds : NAN;
}

double kl_look_rate(const kl_look *look, int point)
{
    int done, asked;
    if (!look->study)
        return NAN;
    kl_results_count(look->results, point, &done, &asked);
    if (done == asked)
        return NAN;
    return pace(look) / look->study->system->cost(look->study->self, point, 1).seconds;
}

double kl_look_seconds_left(const kl_look *look)
{
    return fmax(0, look->pulse.cost_total - look->pulse.cost_done) / pace(look);
}
