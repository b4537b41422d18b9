/* The files of a journal's folder by their names. Local. */
#include "ensemble/journal_format.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

kl_status kl_journal_fail(const char *path, kl_error *err)
{
    return kl_fail(err, KL_ENVIRONMENT, "%s: %s", path, strerror(errno));
}

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

void kl_names_destroy(kl_names *list)
{
    for (int i = 0; i < list->n; i++)
        free(list->name[i]);
    free(list->name);
    *list = (kl_names){0};
}

static kl_status add_name(kl_names *list, const char *name, kl_error *err)
{
    char **longer = realloc(list->name, (size_t)(list->n + 1) * sizeof *longer);
    if (longer) {
        list->name = longer;
        longer[list->n] = strdup(name);
    }
    if (!longer || !longer[list->n])
        return kl_fail(err, KL_ENVIRONMENT, "no memory for the names of a journal's files");
    list->n++;
    return KL_OK;
}

kl_status kl_names_find(const char *path, const char *start, kl_names *list, kl_error *err)
{
    *list = (kl_names){0};
    DIR *folder = opendir(path);
    if (!folder)
        return kl_journal_fail(path, err);
    kl_status status = KL_OK;
    struct dirent *entry;
    for (errno = 0; status == KL_OK && (entry = readdir(folder)) != NULL; errno = 0)
        if (strncmp(entry->d_name, start, strlen(start)) == 0)
            status = add_name(list, entry->d_name, err);
    if (status == KL_OK && errno != 0)
        status = kl_journal_fail(path, err);
    closedir(folder);
    if (status != KL_OK)
        kl_names_destroy(list);
    else if (list->n)
        qsort(list->name, (size_t)list->n, sizeof *list->name, by_name);
    return status;
}

int kl_journal_attempt_of(const char *name)
{
    int attempt;
    return sscanf(name, "records-%d-", &attempt) == 1 ? attempt : -1;
}
