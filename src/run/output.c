#include "run/output.h"

#include "base/cpu.h"
#include "base/memory.h"
#include "ensemble/journal.h"
#include "run/collect.h"
#include "run/limits.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static kl_status check_folder(const char *path, kl_error *err)
{
    char folder[4096];
    struct stat info;
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder ? 1 : 0] = 0;
    else
        snprintf(folder, sizeof folder, ".");
    if (stat(folder, &info) != 0)
        return kl_fail(err, errno == EACCES ? KL_ENVIRONMENT : KL_INPUT, "%s: %s", folder,
                       strerror(errno));
    if (!S_ISDIR(info.st_mode))
        return kl_fail(err, KL_INPUT, "%s: not a folder", folder);
    if (access(folder, W_OK | X_OK) != 0)
        return kl_fail(err, KL_ENVIRONMENT, "%s: %s", folder, strerror(errno));
    return KL_OK;
}

static kl_status fail_exists(const char *path, kl_error *err)
{
    return kl_fail(err, KL_INPUT, "%s exists: --resume continues it, -o names another", path);
}

kl_status kl_output_check(const kl_study *study, const char *path, bool resume, kl_output *out,
                          kl_error *err)
{
    struct stat info;
    *out = (kl_output){.lock = -1};
    int length = path ? snprintf(out->file, sizeof out->file - 16, "%s", path)
                      : snprintf(out->file, sizeof out->file - 16, "%s.h5", study->name);
    if (length >= (int)sizeof out->file - 16)
        return kl_fail(err, KL_INPUT, "-o: the path is too long: at most %zu bytes",
                       sizeof out->file - 17);
    if (length == 0 || out->file[length - 1] == '/')
        return kl_fail(err, KL_INPUT, "-o: %s is not the name of a file", out->file);
    snprintf(out->journal, sizeof out->journal, "%.*s.journal", length, out->file);
    KL_TRY(check_folder(out->file, err));
    out->had_journal = kl_journal_exists(out->journal);
    out->had_file = stat(out->file, &info) == 0;
    if (out->had_file && S_ISDIR(info.st_mode))
        return kl_fail(err, KL_INPUT, "%s: is a folder", out->file);
    if ((out->had_file || out->had_journal) && !resume)
        return fail_exists(out->had_file ? out->file : out->journal, err);
    return KL_OK;
}

/* Reads the study that an output belongs to and compares. */
static kl_status same_study(const kl_study *study, const char *name, const char *text,
                            bool *same_times, kl_error *err)
{
    kl_study *old = NULL;
    KL_TRY(kl_study_read(name, text, 0, NULL, study->systems, &old, err));
    kl_status status = kl_study_same(study, old, name, err);
    *same_times = status == KL_OK && kl_study_same_stations(study, old);
    kl_study_destroy(&old);
    if (status == KL_OK && !*same_times)
        fprintf(stderr, "kinlim: %s is at other %s: its realizations are done again\n", name,
                study->system->stations.key);
    return status;
}

static kl_status fail_instruction_set(const char *name, const char *set, kl_error *err)
{
    return kl_fail(err, KL_INPUT,
                   "%s is from %s, this processor has %s: samples would not be the same to the bit",
                   name, set, kl_cpu_instruction_set_name());
}

static kl_status collect_file(const kl_study *study, kl_output *output, kl_results *results,
                              kl_error *err)
{
    kl_results *old = NULL;
    bool same_times = false;
    KL_TRY(kl_results_read(output->file, &old, err));
    kl_status status = same_study(study, output->file, old->study, &same_times, err);
    const char *set = kl_results_get(old, "instruction_set");
    if (status == KL_OK && set && strcmp(set, kl_cpu_instruction_set_name()) != 0)
        status = fail_instruction_set(output->file, set, err);
    if (status == KL_OK && same_times)
        status = kl_collect_results(old, output->file, results, err);
    if (status == KL_OK && same_times)
        status = kl_limits_copy(study, old, results, err);
    kl_results_destroy(&old);
    return status;
}

/* The first line of a journal's study, a comment: samples are compared to the bit. */
static void stamp_of(char *text, size_t size)
{
    snprintf(text, size, "# instruction_set: %s\n", kl_cpu_instruction_set_name());
}

static kl_status write_study(const kl_study *study, const kl_output *output, kl_error *err)
{
    char stamp[64], *text;
    stamp_of(stamp, sizeof stamp);
    const size_t size = strlen(stamp) + strlen(study->resolved) + 1;
    KL_TRY(kl_alloc(size, 1, "study", &text, err));
    snprintf(text, size, "%s%s", stamp, study->resolved);
    kl_status status = kl_journal_create(output->journal, text, err);
    free(text);
    return status;
}

/* *keep: the journal's records are of this study and its times. */
static kl_status collect_journal(const kl_study *study, const kl_output *output,
                                 kl_results *results, bool *keep, kl_error *err)
{
    char stamp[64], *text = NULL;
    *keep = false;
    kl_status status = kl_journal_study(output->journal, &text, err);
    if (status != KL_OK && kl_journal_next_attempt(output->journal) == 0)
        return KL_OK; /* killed before the study was in it: nothing to keep */
    if (status == KL_OK)
        status = same_study(study, output->journal, text, keep, err);
    stamp_of(stamp, sizeof stamp);
    if (status == KL_OK && strncmp(text, stamp, strlen(stamp)) != 0)
        status = fail_instruction_set(output->journal, "another instruction set", err);
    if (status == KL_OK && *keep)
        status = kl_collect_journal(study, output->journal, results, err);
    free(text);
    return status;
}

kl_status kl_output_open(const kl_study *study, const char *path, bool resume, kl_output *out,
                         kl_results *results, kl_error *err)
{
    bool keep = false;
    KL_TRY(kl_output_check(study, path, resume, out, err));
    KL_TRY(kl_journal_lock(out->journal, &out->lock, err));
    /* Another run may have ended between the two. */
    const bool file = access(out->file, F_OK) == 0, journal = !kl_journal_empty(out->journal);
    if (!resume && (file || journal))
        return fail_exists(file ? out->file : out->journal, err);
    out->had_file = file;
    out->had_journal = out->had_journal || journal;
    if (out->had_file)
        KL_TRY(collect_file(study, out, results, err));
    if (out->had_journal)
        KL_TRY(collect_journal(study, out, results, &keep, err));
    if (out->had_journal && !keep)
        KL_TRY(kl_journal_clear(out->journal, err));
    return write_study(study, out, err);
}

kl_status kl_output_finish(kl_output *output, const kl_results *results, bool complete,
                           kl_error *err)
{
    KL_TRY(kl_results_write(results, output->file, err));
    return complete ? kl_journal_remove(output->journal, err) : KL_OK;
}

void kl_output_close(kl_output *output)
{
    if (output->lock >= 0 && !output->had_journal && kl_journal_exists(output->journal) &&
        kl_journal_empty(output->journal))
        kl_journal_remove(output->journal, NULL);
    kl_journal_unlock(&output->lock);
}
