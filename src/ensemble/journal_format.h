/* What the parts of the journal share; private to it. Local. */
#ifndef KL_ENSEMBLE_JOURNAL_FORMAT_H
#define KL_ENSEMBLE_JOURNAL_FORMAT_H

#include "kinlim/status.h"

#include <stdint.h>

enum {
    KL_RECORD_MAGIC = 0x6b6c6a32,    /* "klj2" */
    KL_RECORD_MAGIC_0_1 = 0x6b6c6a31 /* of formats up to 0.1.0 */
};

typedef struct kl_record_frame {
    uint32_t magic, type;
    uint64_t size;
    uint32_t payload_sum, reserved[2], head_sum; /* checksums; head_sum: of the bytes before it */
} kl_record_frame;

/* KL_ENVIRONMENT, by errno. */
kl_status kl_journal_fail(const char *path, kl_error *err);

/* The names of the files in a folder that begin so, sorted: attempts in order. */
typedef struct kl_names {
    int n;
    char **name;
} kl_names;
kl_status kl_names_find(const char *path, const char *start, kl_names *out, kl_error *err);
void kl_names_destroy(kl_names *names);

/* The attempt of a file of records; -1: another file. */
int kl_journal_attempt_of(const char *name);

#endif
