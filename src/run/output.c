#include "run/output.h"

#include "base/cpu.h"
#include "base/file.h"
#include "base/memory.h"
#include "ensemble/journal.h"
#include "run/collect.h"
#include "run/limits.h"
#include "run/makers.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static kl_status check_folder(const char *folder, kl_error *err)
{
    struct stat info;
    if (stat(folder, &info) != 0)
        return kl_fail(err, errno == EACCES ? KL_ENVIRONMENT : KL_INPUT, "%s: %s", folder,
                       strerror(errno));
    if (!S_ISDIR(info.st_mode))
        return kl_fail(err, KL_INPUT, "%s: not a folder", folder);
    if (access(folder, W_OK | X_OK) != 0)
        return kl_fail(err, KL_ENVIRONMENT, "%s: %s", folder, strerror(errno));
    return KL_OK;
}

/* The results have companions with longer names: the journal, *.part, snapshots of `points`. */
static kl_status check_length(const kl_output *out, const char *folder, int points, kl_error *err)
{
    char snapshot[4200];
    const char *slash = strrchr(out->file, '/'), *name = slash ? slash + 1 : out->file;
    const long most = pathconf(folder, _PC_NAME_MAX);
    const size_t allowed = most > 0 ? (size_t)most : 255;
    size_t longest = strlen(name) + strlen(".journal");
    kl_output_snapshot(out, points, ".xdmf", snapshot, sizeof snapshot);
    const size_t of_snapshot = strlen(snapshot) - (size_t)(name - out->file);
    if (points > 0 && of_snapshot > longest)
        longest = of_snapshot;
    if (longest > allowed)
        return kl_fail(err, KL_INPUT,
                       "%.64s...: a name of %zu bytes is not allowed: must be at most %zu, so that "
                       "there is one for the files beside it",
                       name, strlen(name), allowed - (longest - strlen(name)));
    return KL_OK;
}

/* The place of the output, links followed: the folder is there and can be written. */
static kl_status find_place(const char *path, int snapshots, kl_output *out, kl_error *err)
{
    enum { SPARE = 96 }; /* for the names of files in the journal */
    char folder[sizeof out->file];
    *out = (kl_output){.lock = -1};
    KL_TRY(kl_file_resolve(path, out->file, sizeof out->file - SPARE, err));
    const size_t length = strlen(out->file);
    if (length == 0 || out->file[length - 1] == '/')
        return kl_fail(err, KL_INPUT, "-o: %s is not the name of a file", out->file);
    snprintf(out->journal, sizeof out->journal, "%.*s.journal", (int)length, out->file);
    kl_file_folder(out->file, folder, sizeof folder);
    KL_TRY(check_length(out, folder, snapshots, err));
    return check_folder(folder, err);
}

static kl_status fail_exists(const char *path, kl_error *err)
{
    return kl_fail(err, KL_INPUT, "%s exists: --resume continues it, -o names another", path);
}

kl_status kl_output_check(const kl_study *study, const char *path, bool resume, kl_output *out,
                          kl_error *err)
{
    struct stat info;
    char name[4096];
    snprintf(name, sizeof name, "%s.h5", study->name);
    const int snapshots = study->snapshot >= 0 ? study->description->points.n : 0;
    KL_TRY(find_place(path ? path : name, snapshots, out, err));
    out->had_journal = kl_journal_exists(out->journal);
    out->had_file = stat(out->file, &info) == 0;
    if (out->had_file && S_ISDIR(info.st_mode))
        return kl_fail(err, KL_INPUT, "%s: is a folder", out->file);
    if ((out->had_file || out->had_journal) && !resume)
        return fail_exists(out->had_file ? out->file : out->journal, err);
    return KL_OK;
}

/* The first line of a merge's study: its journal has limits alone. */
static const char merge_mark[] = "# of a merge: limits\n";

static bool is_of_merge(const char *study)
{
    return strncmp(study, merge_mark, strlen(merge_mark)) == 0;
}

static bool has_merge(const char *journal)
{
    char *study = NULL;
    const bool has = kl_journal_study(journal, &study, NULL) == KL_OK && is_of_merge(study);
    free(study);
    return has;
}

/* What a merge may not overwrite. A run that was killed before its first record left nothing. */
static kl_status nothing_there(const kl_output *out, kl_error *err)
{
    if (access(out->file, F_OK) == 0)
        return kl_fail(err, KL_INPUT, "%s exists: merge never overwrites", out->file);
    if (!kl_journal_empty(out->journal) && !has_merge(out->journal))
        return kl_fail(err, KL_INPUT, "%s exists: an unfinished run, which run --resume continues",
                       out->journal);
    return KL_OK;
}

kl_status kl_output_take(const char *path, kl_output *out, kl_error *err)
{
    KL_TRY(find_place(path, 0, out, err));
    KL_TRY(nothing_there(out, err));
    KL_TRY(kl_journal_lock(out->journal, &out->lock, err));
    KL_TRY(nothing_there(out, err)); /* another may have ended between the two */
    out->had_journal = !kl_journal_empty(out->journal);
    return KL_OK;
}

kl_status kl_output_begin_merge(const kl_study *study, const kl_output *out, kl_results *results,
                                kl_journal *records, kl_error *err)
{
    char *text = NULL;
    const size_t size = strlen(merge_mark) + strlen(study->resolved) + 1;
    const int attempt = kl_journal_next_attempt(out->journal);
    kl_status status = KL_OK;
    if (attempt > 0)
        status = kl_collect_journal(study, out->journal, 0, results, err);
    if (status == KL_OK)
        status = kl_alloc(size, 1, "study", &text, err);
    if (status == KL_OK) {
        snprintf(text, size, "%s%s", merge_mark, study->resolved);
        status = kl_journal_create(out->journal, text, err);
    }
    if (status == KL_OK)
        status = kl_journal_open(out->journal, attempt, 0, NULL, records, err);
    free(text);
    return status;
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

/* keep: the attempts so far are gone on with. */
static kl_status write_study(const kl_study *study, const kl_output *output, bool keep,
                             kl_error *err)
{
    char stamp[64], *old = NULL, *attempts = NULL, *text = NULL;
    stamp_of(stamp, sizeof stamp);
    kl_status status = keep ? kl_journal_study(output->journal, &old, err) : KL_OK;
    if (status == KL_OK)
        status = kl_makers_attempts(old, kl_journal_next_attempt(output->journal), &attempts, err);
    if (status == KL_OK) {
        const size_t size = strlen(stamp) + strlen(attempts) + strlen(study->resolved) + 1;
        status = kl_alloc(size, 1, "study", &text, err);
        if (status == KL_OK)
            snprintf(text, size, "%s%s%s", stamp, attempts, study->resolved);
    }
    if (status == KL_OK)
        status = kl_journal_create(output->journal, text, err);
    free(old);
    free(attempts);
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
    if (status == KL_OK && is_of_merge(text))
        status = kl_fail(err, KL_INPUT, "%s: of a merge that was stopped: run that again",
                         output->journal);
    if (status == KL_OK)
        status = same_study(study, output->journal, text, keep, err);
    stamp_of(stamp, sizeof stamp);
    if (status == KL_OK && strncmp(text, stamp, strlen(stamp)) != 0)
        status = fail_instruction_set(output->journal, "another instruction set", err);
    if (status == KL_OK && *keep)
        status = kl_collect_journal(study, output->journal, 0, results, err);
    free(text);
    return status;
}

/* What an earlier run has left. */
static kl_status collect(const kl_study *study, kl_output *out, kl_results *results, bool *keep,
                         kl_error *err)
{
    *keep = false;
    if (out->had_file)
        KL_TRY(collect_file(study, out, results, err));
    if (out->had_journal)
        KL_TRY(collect_journal(study, out, results, keep, err));
    return out->had_journal && !*keep ? kl_journal_clear(out->journal, err) : KL_OK;
}

kl_status kl_output_open(const kl_study *study, const char *path, bool resume, int ranks,
                         kl_output *out, kl_results **results, kl_error *err)
{
    bool keep = false;
    char build[KL_BUILD];
    KL_TRY(kl_output_check(study, path, resume, out, err));
    KL_TRY(kl_journal_lock(out->journal, &out->lock, err));
    /* Another run may have ended between the two. */
    const bool file = access(out->file, F_OK) == 0, journal = !kl_journal_empty(out->journal);
    if (!resume && (file || journal))
        return fail_exists(file ? out->file : out->journal, err);
    out->had_file = file;
    out->had_journal = out->had_journal || journal;
    KL_TRY(kl_collect_create(study, kl_collect_in_file(study, ranks) ? out->journal : NULL, results,
                             err));
    KL_TRY(collect(study, out, *results, &keep, err));
    KL_TRY(kl_output_clear_snapshots(study, out, *results, err));
    kl_makers_own(build);
    kl_makers_warn(*results, build);
    return write_study(study, out, keep, err);
}

static kl_status write_results(kl_output *output, MPI_Comm comm, const kl_results *results,
                               int rank, kl_error *err)
{
    kl_error why = {0};
    kl_status status = KL_OK;
    if (rank == 0 && !kl_journal_is_locked(output->journal, output->lock))
        status = kl_fail(err, KL_ENVIRONMENT, "%s: was removed or moved during the run",
                         output->journal);
    KL_TRY(kl_agree(comm, status, err));
    status = kl_results_write_by_all(results, output->file, comm, &why);
    if (status != KL_OK) /* not of the user's: the place was good at the start */
        return kl_fail(err, status == KL_INPUT ? KL_ENVIRONMENT : status, "%s", why.message);
    return KL_OK;
}

kl_status kl_output_finish(kl_output *output, MPI_Comm comm, const kl_results *results,
                           bool complete, kl_error *err)
{
    kl_error why = {0};
    int rank;
    MPI_Comm_rank(comm, &rank);
    KL_TRY(write_results(output, comm, results, rank, err));
    if (rank == 0 && complete && kl_journal_remove(output->journal, &output->lock, &why) != KL_OK)
        fprintf(stderr, "kinlim: warning: the results are whole, but their journal stays: %s\n",
                why.message);
    return KL_OK;
}

void kl_output_close(kl_output *output)
{
    if (output->lock >= 0 && !output->had_journal && kl_journal_exists(output->journal) &&
        kl_journal_empty(output->journal))
        kl_journal_remove(output->journal, &output->lock, NULL);
    kl_journal_unlock(&output->lock);
}
