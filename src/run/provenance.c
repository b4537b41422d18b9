#include "run/provenance.h"

#include "run/makers.h"

#include "base/clock.h"
#include "base/cpu.h"
#include "kinlim_build.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

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
    snprintf(text, sizeof text, "%d", layout->machine.ranks);
    KL_TRY(kl_results_set(results, "ranks", text, err));
    snprintf(text, sizeof text, "%d", layout->ngroups);
    KL_TRY(kl_results_set(results, "groups", text, err));
    if (options->command)
        KL_TRY(kl_results_set(results, "command", options->command, err));
    kl_timestamp(end);
    KL_TRY(kl_results_set(results, "start", start, err));
    KL_TRY(kl_results_set(results, "end", end, err));
    return kl_makers_record(results, err);
}
