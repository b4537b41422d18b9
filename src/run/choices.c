#include "run/choices.h"

#include "base/memory.h"
#include "kinlim/results.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

kl_status kl_choices_record(const kl_system *system, const void *run, kl_results *results,
                            kl_error *err)
{
    char text[KL_NAME] = "", *all;
    if (system->chosen)
        system->chosen(run, text);
    const char *old = kl_results_get(results, "choices");
    if (!text[0] || (old && strstr(old, text)))
        return KL_OK;
    const size_t size = strlen(text) + (old ? strlen(old) : 0) + 3;
    KL_TRY(kl_alloc(size, 1, "provenance", &all, err));
    snprintf(all, size, "%s%s%s", old ? old : "", old ? "; " : "", text);
    const kl_status status = kl_results_set(results, "choices", all, err);
    free(all);
    return status;
}
