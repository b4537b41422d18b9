#include "run/makers.h"

#include "base/memory.h"
#include "kinlim_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void kl_makers_own(char text[KL_BUILD])
{
    kl_build_text(KINLIM_VERSION, KINLIM_GIT_REVISION, KINLIM_COMPILER, text);
}

static const char attempts[] = "# attempts from %d: %255[^\n]";

/* The comment lines at the beginning of the text, one after the other; NULL at their end. */
static const char *next_comment(const char *line)
{
    const char *end = line ? strchr(line, '\n') : NULL;
    return end && end[1] == '#' ? end + 1 : NULL;
}

void kl_makers_attempt(const char *study, int attempt, char build[KL_BUILD])
{
    char text[KL_BUILD];
    int first;
    snprintf(build, KL_BUILD, "kinlim of a revision that is not recorded");
    for (const char *line = study; line; line = next_comment(line))
        if (sscanf(line, attempts, &first, text) == 2 && first <= attempt)
            memcpy(build, text, sizeof text);
}

kl_status kl_makers_attempts(const char *study, int attempt, char **out, kl_error *err)
{
    char now[KL_BUILD], before[KL_BUILD];
    size_t used = 0, size = (study ? strlen(study) : 0) + KL_BUILD + 64;
    KL_TRY(kl_alloc(size, 1, "provenance", out, err));
    for (const char *line = study; line; line = next_comment(line))
        if (strncmp(line, "# attempts from ", 16) == 0) {
            const size_t length = strcspn(line, "\n") + 1;
            memcpy(*out + used, line, length);
            used += length;
        }
    kl_makers_own(now);
    kl_makers_attempt(*out, attempt, before);
    if (strcmp(now, before) != 0)
        snprintf(*out + used, size - used, "# attempts from %d: %s\n", attempt, now);
    return KL_OK;
}

void kl_makers_warn(const kl_results *results, const char *build)
{
    char *list = kl_results_made_by_others(results, build) ? kl_results_list_builds(results) : NULL;
    if (list)
        fprintf(stderr, "kinlim: warning: not all realizations are made by %s: %s\n", build, list);
    free(list);
}

kl_status kl_makers_record(kl_results *results, kl_error *err)
{
    char own[KL_BUILD];
    kl_results_own_build(results, own);
    if (!kl_results_made_by_others(results, own))
        return KL_OK;
    char *list = kl_results_list_builds(results);
    if (!list)
        return kl_fail(err, KL_ENVIRONMENT, "no memory for the provenance");
    kl_status status = kl_results_set(results, "builds", list, err);
    free(list);
    return status;
}
