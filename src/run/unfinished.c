/* What an unfinished run has left in its journal, as text. */
#include "run/checkpoint.h"
#include "run/unfinished.h"

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

typedef struct in_flight {
    int n;
    kl_checkpoint_place *place; /* [n] */
} in_flight;

static bool same_item(const kl_checkpoint_place *a, const kl_checkpoint_place *b)
{
    return a->point == b->point && a->batch == b->batch;
}

/* One for both generations of an item: they follow each other. */
static void find_in_flight(const char *journal, in_flight *out)
{
    char path[4400];
    struct dirent **file = NULL;
    kl_checkpoint_place here;
    const int n = scandir(journal, &file, is_checkpoint, alphasort);
    *out = (in_flight){0, n > 0 ? calloc((size_t)n, sizeof *out->place) : NULL};
    for (int i = 0; i < n; i++) {
        snprintf(path, sizeof path, "%s/%s", journal, file[i]->d_name);
        free(file[i]);
        if (!out->place || !kl_checkpoint_look(path, &here))
            continue;
        kl_checkpoint_place *last = out->n ? &out->place[out->n - 1] : NULL;
        if (!last || !same_item(last, &here))
            out->place[out->n++] = here;
        else if (last->station < here.station)
            *last = here;
    }
    free(file);
}

void kl_unfinished_print(const char *journal, FILE *out)
{
    in_flight all;
    find_in_flight(journal, &all);
    for (int i = 0; i < all.n; i++)
        fprintf(out, "in_flight: point %d, realization %lld, after %d of its times\n",
                all.place[i].point, (long long)all.place[i].batch, all.place[i].station + 1);
    free(all.place);
}

void kl_unfinished_json(const char *journal, kl_json *json)
{
    in_flight all;
    find_in_flight(journal, &all);
    kl_json_open(json, "in_flight", '[');
    for (int i = 0; i < all.n; i++) {
        kl_json_open(json, NULL, '{');
        kl_json_integer(json, "point", all.place[i].point);
        kl_json_integer(json, "realization", all.place[i].batch);
        kl_json_integer(json, "times_done", all.place[i].station + 1);
        kl_json_close(json, '}');
    }
    kl_json_close(json, ']');
    free(all.place);
}

kl_status kl_study_unfinished(const char *results, bool *found, FILE *out, kl_error *err)
{
    char place[4000], journal[4096];
    int64_t records[2] = {0, 0}; /* of samples, of limits */
    int damaged;
    KL_TRY(kl_file_resolve(results, place, sizeof place, err));
    snprintf(journal, sizeof journal, "%s.journal", place);
    *found = kl_journal_exists(journal);
    if (!*found)
        return KL_OK;
    KL_TRY(kl_journal_read(journal, 0, count_record, records, &damaged, err));
    fprintf(out, "journal: %lld realizations\n", (long long)records[0]);
    if (records[1] > 0)
        fprintf(out, "limits: %lld\n", (long long)records[1]);
    kl_unfinished_print(journal, out);
    return KL_OK;
}
