/* What an unfinished run has left in its journal, as text. */
#include "run/checkpoint.h"

#include "base/file.h"
#include "ensemble/journal.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int is_checkpoint(const struct dirent *entry)
{
    return strncmp(entry->d_name, "checkpoint-", 11) == 0 && !strstr(entry->d_name, ".part");
}

static kl_status count_record(void *context, uint32_t type, const void *payload, size_t size,
                              kl_error *err)
{
    (void)payload;
    (void)size;
    (void)err;
    int64_t *count = context;
    count[0] += type == KL_RECORD_SAMPLE || type == KL_RECORD_FINER;
    count[1] += type == KL_RECORD_LIMIT;
    return KL_OK;
}

/* One line for both generations of an item: they follow each other. */
static void put_checkpoints(const char *journal, struct dirent **file, int n, FILE *out)
{
    char path[4400];
    kl_checkpoint_place here, last = {.station = -2};
    for (int i = 0; i <= n; i++) {
        if (i < n) {
            snprintf(path, sizeof path, "%s/%s", journal, file[i]->d_name);
            if (!kl_checkpoint_look(path, &here))
                continue;
        }
        const bool same = i < n && here.point == last.point && here.batch == last.batch;
        if (last.station > -2 && !same)
            fprintf(out, "in_flight: point %d, realization %lld, after %d of its times\n",
                    last.point, (long long)last.batch, last.station + 1);
        if (i < n && !(same && last.station > here.station))
            last = here;
    }
}

kl_status kl_study_unfinished(const char *results, bool *found, FILE *out, kl_error *err)
{
    char place[4000], journal[4096];
    struct dirent **file = NULL;
    int64_t records[2] = {0, 0}; /* of samples, of limits */
    int damaged;
    KL_TRY(kl_file_resolve(results, place, sizeof place, err));
    snprintf(journal, sizeof journal, "%s.journal", place);
    *found = kl_journal_exists(journal);
    if (!*found)
        return KL_OK;
    KL_TRY(kl_journal_read(journal, count_record, records, &damaged, err));
    fprintf(out, "journal: %lld realizations\n", (long long)records[0]);
    if (records[1] > 0)
        fprintf(out, "limits: %lld\n", (long long)records[1]);
    const int n = scandir(journal, &file, is_checkpoint, alphasort);
    put_checkpoints(journal, file, n, out);
    for (int i = 0; i < n; i++)
        free(file[i]);
    free(file);
    return KL_OK;
}
