/* What a study should be told before it runs; it grows as its parts are read. Local. */
#ifndef KL_PARTS_WARNINGS_H
#define KL_PARTS_WARNINGS_H

#include "kinlim/status.h"

typedef struct kl_warnings {
    int n;
    char (*text)[256]; /* [n]; as a kl_description wants them */
} kl_warnings;

/* KL_ENVIRONMENT: no memory. */
kl_status kl_warnings_add(kl_warnings *warnings, kl_error *err, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
void kl_warnings_free(kl_warnings *warnings);

#endif
