/* What tables say of all studies, for who has none at hand: a JSON Schema, a reference in
 * Markdown, key paths. All walk the tables of kl_key.below, are local, and write to `out`,
 * whose errors are the caller's to see (ferror).
 */
#ifndef KL_CONFIG_SCHEMA_H
#define KL_CONFIG_SCHEMA_H

#include "kinlim/config.h"

#include <stdio.h>

/* A kind of study: the word of its key `system`, and its tables, NULL-terminated; they must
 * have `system`. */
typedef struct kl_study_kind {
    const char *name, *summary;
    const kl_key *const *tables;
} kl_study_kind;

/* JSON Schema, draft 7 (http://json-schema.org/draft-07/schema; what most editors know), of a
 * study of one kind. It refuses what the tables refuse, but for: 8.0 is an integer in JSON, lists
 * may fall where they should increase, and rows of a matrix may differ in length. */
void kl_schema_of_kind(const kl_study_kind *kind, FILE *out);
/* Of a study of any of n kinds. */
void kl_schema_of_all(int n, const kl_study_kind *kinds, FILE *out);

/* The rows of a Markdown table: key, value, default, meaning; those below a map follow it, as
 * `map.key`, of a list of maps as `list[].key`. */
void kl_key_reference(const kl_key *const *tables, FILE *out);

/* Each path that --set takes, with "=", or with "=word" for each word of a choice, one a line;
 * items of lists of maps as 0. */
void kl_key_paths(const kl_key *const *tables, FILE *out);

#endif
