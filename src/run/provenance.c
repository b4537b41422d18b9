#include "run/provenance.h"

#include "base/cpu.h"
#include "base/memory.h"
#include "kinlim_build.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

void kl_timestamp(char text[32])
{
    time_t now = time(NULL);
    struct tm utc;
    gmtime_r(&now, &utc);
    strftime(text, 32, "%Y-%m-%dT%H:%M:%SZ", &utc);
}

void kl_provenance_build(char text[KL_BUILD])
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

void kl_provenance_attempt(const char *study, int attempt, char build[KL_BUILD])
{
    char text[KL_BUILD];
    int first;
    snprintf(build, KL_BUILD, "kinlim of a revision that is not recorded");
    for (const char *line = study; line; line = next_comment(line))
        if (sscanf(line, attempts, &first, text) == 2 && first <= attempt)
            memcpy(build, text, sizeof text);
}

kl_status kl_provenance_attempts(const char *study, int attempt, char **out, kl_error *err)
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
    kl_provenance_build(now);
    kl_provenance_attempt(*out, attempt, before);
    if (strcmp(now, before) != 0)
        snprintf(*out + used, size - used, "# attempts from %d: %s\n", attempt, now);
    return KL_OK;
}

void kl_provenance_warn(const kl_results *results, const char *build)
{
    char *list = kl_results_made_by_others(results, build) ? kl_results_list_builds(results) : NULL;
    if (list)
        fprintf(stderr, "kinlim: warning: not all realizations are made by %s: %s\n", build, list);
    free(list);
}

kl_status kl_provenance_builds(kl_results *results, kl_error *err)
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

kl_status kl_provenance(const kl_study *study, const kl_layout *layout,
                        const kl_run_options *options, const char *start, kl_results *results,
                        kl_error *err)
{
    char text[512], end[32];
    const struct {
        const char *key, *value;
    } fixed[] = {{"version", KINLIM_VERSION},
                 {"git_revision", KINLIM_GIT_REVISION},
                 {"compiler", KINLIM_COMPILER},
                 {"flags", KINLIM_FLAGS},
                 {"instruction_set", kl_cpu_instruction_set_name()}};
    for (size_t i = 0; i < sizeof fixed / sizeof *fixed; i++)
        KL_TRY(kl_results_set(results, fixed[i].key, fixed[i].value, err));
    for (int i = 0; options->libraries && options->libraries[i]; i++) {
        snprintf(text, sizeof text, "%s", options->libraries[i]);
        char *value = strchr(text, '=');
        *value++ = 0;
        KL_TRY(kl_results_set(results, text, value, err));
    }
    if (study->description->random) {
        snprintf(text, sizeof text, "%" PRIu64, study->description->seed);
        KL_TRY(kl_results_set(results, "seed", text, err));
    }
    if (gethostname(text, sizeof text) == 0)
        KL_TRY(kl_results_set(results, "host", text, err));
    snprintf(text, sizeof text, "%d", layout->ranks);
    KL_TRY(kl_results_set(results, "ranks", text, err));
    snprintf(text, sizeof text, "%d", layout->ngroups);
    KL_TRY(kl_results_set(results, "groups", text, err));
    if (options->command)
        KL_TRY(kl_results_set(results, "command", options->command, err));
    kl_timestamp(end);
    KL_TRY(kl_results_set(results, "start", start, err));
    KL_TRY(kl_results_set(results, "end", end, err));
    return kl_provenance_builds(results, err);
}
