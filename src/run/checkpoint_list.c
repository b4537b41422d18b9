/* Which items have checkpoints. */
#include "run/checkpoint.h"

#include "base/memory.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_item(const void *a, const void *b)
{
    const kl_checkpoint_item *x = a, *y = b;
    if (x->finer != y->finer)
        return x->finer < y->finer ? -1 : 1;
    if (x->point != y->point)
        return x->point < y->point ? -1 : 1;
    return (x->batch > y->batch) - (x->batch < y->batch);
}

/* "checkpoint-P-K-G", "checkpoint-finer-P-K-G", with .part or without. */
static bool read_name(const char *name, kl_checkpoint_item *out)
{
    static const char start[] = "checkpoint-", finer[] = "finer-";
    long long point, batch;
    int generation;
    if (strncmp(name, start, sizeof start - 1) != 0)
        return false;
    name += sizeof start - 1;
    const bool is_finer = strncmp(name, finer, sizeof finer - 1) == 0;
    if (sscanf(name + (is_finer ? sizeof finer - 1 : 0), "%lld-%lld-%d", &point, &batch,
               &generation) != 3)
        return false;
    *out = (kl_checkpoint_item){is_finer, point, batch};
    return true;
}

static kl_status add(kl_checkpoint_list *list, kl_checkpoint_item item, kl_error *err)
{
    kl_checkpoint_item *longer = realloc(list->item, (size_t)(list->n + 1) * sizeof *longer);
    if (!longer)
        return kl_fail(err, KL_ENVIRONMENT, "no memory for the list of checkpoints");
    list->item = longer;
    list->item[list->n++] = item;
    return KL_OK;
}

static kl_status read_folder(const char *journal, kl_checkpoint_list *out, kl_error *err)
{
    DIR *folder = opendir(journal);
    if (!folder)
        return kl_fail(err, KL_ENVIRONMENT, "%s: %s", journal, strerror(errno));
    kl_status status = KL_OK;
    kl_checkpoint_item item;
    for (struct dirent *entry; status == KL_OK && (entry = readdir(folder)) != NULL;)
        if (read_name(entry->d_name, &item))
            status = add(out, item, err);
    closedir(folder);
    if (out->n > 0)
        qsort(out->item, (size_t)out->n, sizeof *out->item, by_item);
    return status;
}

kl_status kl_checkpoint_find(const char *journal, MPI_Comm comm, kl_checkpoint_list *out,
                             kl_error *err)
{
    int rank;
    *out = (kl_checkpoint_list){0};
    MPI_Comm_rank(comm, &rank);
    kl_status status = kl_agree(comm, rank == 0 ? read_folder(journal, out, err) : KL_OK, err);
    if (status != KL_OK)
        return status;
    MPI_Bcast(&out->n, 1, MPI_INT64_T, 0, comm);
    if (rank != 0)
        status = kl_alloc((size_t)out->n, sizeof *out->item, "checkpoints", &out->item, err);
    KL_TRY(kl_agree(comm, status, err));
    for (int64_t i = 0; i < out->n; i++) /* few: one a group at the most */
        MPI_Bcast(&out->item[i], 3, MPI_INT64_T, 0, comm);
    return KL_OK;
}

void kl_checkpoint_list_destroy(kl_checkpoint_list *list)
{
    free(list->item);
    *list = (kl_checkpoint_list){0};
}

bool kl_checkpoint_listed(const kl_checkpoint_list *list, bool finer, int point, int64_t batch)
{
    const kl_checkpoint_item item = {finer, point, batch};
    return list->n > 0 && bsearch(&item, list->item, (size_t)list->n, sizeof item, by_item) != NULL;
}
