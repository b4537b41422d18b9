#include "run/room.h"

#include "base/file.h"
#include "ensemble/journal.h"
#include "run/collect.h"
#include "run/record.h"
#include "statistics/forest.h"

#include <dirent.h>
#include <math.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

enum {
    FRAME = 32,     /* of a record in the journal */
    TEXTS = 100000, /* in the results: names, attributes, the study */
    ROW = 130       /* of the summary, in it, roughly */
};

static double records(const kl_study *study, double batches)
{
    double bytes = 0;
    for (int p = 0; p < study->description->points.n; p++)
        bytes += batches * (FRAME + (double)kl_record_bytes(study, p));
    return bytes;
}

/* Subtrees of n realizations from 0 on. */
static int subtrees(int64_t n)
{
    int count = 0;
    for (; n > 0; n &= n - 1)
        count++;
    return count;
}

/* Moments, one realization and limit of every field. */
static double fields(const kl_study *study, int64_t realizations)
{
    const double each = KL_FOREST_ORDERS * subtrees(realizations) + 2;
    double cells = 0;
    for (int p = 0; p < study->description->points.n; p++)
        for (int f = 0; f < study->description->nfields; f++)
            cells += (double)kl_record_cells(study, p, f);
    return sizeof(double) * each * cells * study->stations.n;
}

/* Mean, its error, bias, moments about the mean and about the limit of every number. */
static double summary(const kl_study *study)
{
    const kl_description *about = study->description;
    const double rows = 3 + 2 * study->orders.n + (study->solve_limits ? 2 * about->nlimits : 0);
    return ROW * rows * about->points.n * study->stations.n * about->nquantities;
}

kl_room kl_room_needed(const kl_study *study, int64_t batches, int ranks)
{
    kl_room room = {.records = records(study, (double)batches),
                    .samples = kl_collect_in_file(study, ranks) ? kl_collect_disk(study) : 0,
                    .results = TEXTS + summary(study) + kl_collect_disk(study) +
                               fields(study, batches * study->members),
                    .free = INFINITY};
    if (study->finer)
        room.records += records(study->finer, (double)study->finer->batches);
    return room;
}

static double size_of(const char *path)
{
    struct stat info;
    return stat(path, &info) == 0 && S_ISREG(info.st_mode) ? (double)info.st_size : 0;
}

/* Of the files of a journal. */
static double bytes_there(const char *journal)
{
    char path[8192];
    double bytes = 0;
    DIR *folder = opendir(journal);
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        snprintf(path, sizeof path, "%s/%s", journal, entry->d_name);
        bytes += size_of(path);
    }
    if (folder)
        closedir(folder);
    return bytes;
}

static double free_bytes(const kl_output *output, char *folder, size_t size)
{
    struct statvfs disk;
    kl_file_folder(output->file, folder, size);
    return statvfs(folder, &disk) == 0 ? (double)disk.f_bavail * (double)disk.f_frsize : INFINITY;
}

void kl_room_look(const kl_output *output, kl_room *room)
{
    room->free =
        free_bytes(output, room->folder, sizeof room->folder) + bytes_there(output->journal);
}

void kl_room_warning(const kl_room *room, char *text, size_t size)
{
    const double need = room->records + room->samples + room->results;
    text[0] = 0;
    if (need > room->free)
        snprintf(text, size, "%.200s: not enough room: %.3g GB are needed, %.3g GB are free",
                 room->folder, 1e-9 * need, 1e-9 * room->free);
}

kl_status kl_room_check(const kl_study *study, const kl_output *out, kl_error *err)
{
    char folder[sizeof out->file];
    const double copies = out->had_journal ? 2 : 3, need = copies * kl_collect_disk(study);
    const double there = free_bytes(out, folder, sizeof folder);
    if (!kl_collect_in_file(study, 1) || need <= there)
        return KL_OK;
    return kl_fail(
        err, KL_ENVIRONMENT,
        "%s: not enough room: the samples of %lld realizations need %.3g GB for a while, "
        "%.3g GB is free: ask for fewer realizations, times or observables",
        folder, (long long)kl_study_realizations(study), 1e-9 * need, 1e-9 * there);
}
