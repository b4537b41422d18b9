/* Which program made which realization: see results.h. Local. */
#include "kinlim/results.h"

#include "kinlim/status.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static const char *known(const char *text)
{
    return text && text[0] ? text : "not recorded";
}

void kl_build_text(const char *version, const char *revision, const char *compiler,
                   char text[KL_BUILD])
{
    snprintf(text, KL_BUILD, "kinlim %.40s, revision %.80s, %.100s", known(version),
             known(revision), compiler ? compiler : "compiler not recorded");
}

void kl_results_own_build(const kl_results *r, char text[KL_BUILD])
{
    kl_build_text(kl_results_get(r, "version"), kl_results_get(r, "git_revision"),
                  kl_results_get(r, "compiler"), text);
}

kl_status kl_results_build(kl_results *r, const char *text, int *index, kl_error *err)
{
    for (*index = 0; *index < r->nbuilds; ++*index)
        if (strcmp(r->build[*index], text) == 0)
            return KL_OK;
    char **longer = realloc(r->build, ((size_t)r->nbuilds + 1) * sizeof *longer);
    if (longer) {
        r->build = longer;
        longer[r->nbuilds] = strdup(text);
    }
    if (!longer || !longer[r->nbuilds])
        return kl_fail(err, KL_ENVIRONMENT, "provenance: no memory for a build");
    r->nbuilds++;
    return KL_OK;
}

int64_t kl_results_made(const kl_results *r, int build)
{
    int64_t made = 0;
    for (int64_t i = 0; i < (int64_t)r->npoints * r->nrealizations; i++)
        made += r->done[i] && r->maker[i] == build;
    return made;
}

bool kl_results_made_by_others(const kl_results *r, const char *text)
{
    for (int b = 0; b < r->nbuilds; b++)
        if (strcmp(r->build[b], text) != 0 && kl_results_made(r, b) > 0)
            return true;
    return false;
}

char *kl_results_list_builds(const kl_results *r)
{
    const size_t size = (size_t)(r->nbuilds + 1) * (KL_BUILD + 64);
    char *text = calloc(size, 1);
    size_t used = 0;
    for (int b = 0; text && b < r->nbuilds; b++) {
        const int64_t made = kl_results_made(r, b);
        if (made > 0)
            used += (size_t)snprintf(text + used, size - used, "%s%.*s: %" PRId64 " realizations",
                                     used ? "; " : "", KL_BUILD, r->build[b], made);
    }
    return text;
}
