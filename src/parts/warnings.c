#include "parts/warnings.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

kl_status kl_warnings_add(kl_warnings *warnings, kl_error *err, const char *format, ...)
{
    void *more = realloc(warnings->text, (size_t)(warnings->n + 1) * sizeof *warnings->text);
    va_list arguments;
    if (!more)
        return kl_fail(err, KL_ENVIRONMENT, "warnings: no memory");
    warnings->text = more;
    va_start(arguments, format);
    vsnprintf(warnings->text[warnings->n++], sizeof *warnings->text, format, arguments);
    va_end(arguments);
    return KL_OK;
}

void kl_warnings_free(kl_warnings *warnings)
{
    free(warnings->text);
    *warnings = (kl_warnings){0};
}
