/* Snapshots never overwrite what this run has not made: see output.h. Local.
 *
 * Before a snapshot is written, its file is made, empty, and JOURNAL/claim-POINT gets its device
 * and inode. An attempt that goes on removes the file if it is still that one, or empty as a kill
 * between the two leaves it.
 */
#include "run/output.h"

#include "results/snapshot.h"

#include "ensemble/journal.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

void kl_output_snapshot(const kl_output *output, int point, const char *ending, char *path,
                        size_t size)
{
    int length = (int)strlen(output->file);
    if (length > 3 && strcmp(output->file + length - 3, ".h5") == 0)
        length -= 3;
    snprintf(path, size, "%.*s-snapshot-%d%s", length, output->file, point, ending);
}

bool kl_output_wants_snapshot(const kl_study *study, const kl_output *output,
                              const kl_results *results, int point)
{
    char path[4200];
    if (study->snapshot < 0 || !study->system->snapshot)
        return false;
    kl_output_snapshot(output, point, ".xdmf", path, sizeof path);
    return !results->done[(int64_t)point * results->nrealizations + study->snapshot] ||
           access(path, F_OK) != 0;
}

/* Of a file: "DEVICE INODE". */
static void identity(const struct stat *info, char text[64])
{
    snprintf(text, 64, "%" PRIuMAX " %" PRIuMAX "\n", (uintmax_t)info->st_dev,
             (uintmax_t)info->st_ino);
}

static bool is_ours(const kl_output *output, int point, const struct stat *info)
{
    char name[32], now[64], *then = NULL;
    snprintf(name, sizeof name, "claim-%d", point);
    identity(info, now);
    const bool same =
        kl_journal_get(output->journal, name, &then, NULL) == KL_OK && strcmp(then, now) == 0;
    free(then);
    return same;
}

/* Looks at what is there of a snapshot and, if `clear`, removes it. */
static kl_status look(const kl_output *output, int point, bool clear, kl_error *err)
{
    char file[4200], xdmf[4200];
    struct stat info;
    kl_output_snapshot(output, point, ".h5", file, sizeof file);
    kl_output_snapshot(output, point, ".xdmf", xdmf, sizeof xdmf);
    const bool there = lstat(file, &info) == 0;
    const bool ours = there && S_ISREG(info.st_mode) && is_ours(output, point, &info);
    const bool empty = there && S_ISREG(info.st_mode) && info.st_size == 0;
    const char *taken = there && !ours && !empty           ? file
                        : !ours && lstat(xdmf, &info) == 0 ? xdmf
                                                           : NULL;
    if (taken)
        return kl_fail(err, KL_INPUT, "%s exists: a snapshot never overwrites: move it away",
                       taken);
    const char *const names[] = {file, xdmf};
    for (int i = 0; clear && i < 2; i++)
        if (unlink(names[i]) != 0 && errno != ENOENT)
            return kl_fail(err, KL_ENVIRONMENT, "%s: %s", names[i], strerror(errno));
    return KL_OK;
}

kl_status kl_output_clear_snapshots(const kl_study *study, const kl_output *output,
                                    const kl_results *results, kl_error *err)
{
    for (int clear = 0; clear < 2; clear++)
        for (int p = 0; p < results->npoints; p++)
            if (kl_output_wants_snapshot(study, output, results, p))
                KL_TRY(look(output, p, clear, err));
    return KL_OK;
}

kl_status kl_output_claim_snapshot(const kl_output *output, int point, kl_error *err)
{
    char path[4200], name[32], text[64];
    struct stat info;
    kl_output_snapshot(output, point, "", path, sizeof path);
    KL_TRY(kl_snapshot_reserve(path, err));
    kl_output_snapshot(output, point, ".h5", path, sizeof path);
    if (lstat(path, &info) != 0)
        return kl_fail(err, KL_ENVIRONMENT, "%s: %s", path, strerror(errno));
    snprintf(name, sizeof name, "claim-%d", point);
    identity(&info, text);
    return kl_journal_put(output->journal, name, text, err);
}
