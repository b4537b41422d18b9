/* The layout of RESULTS.h5 as far as writer and reader share it; all of it is
 * described in docs/file-format.md.
 */
#ifndef KL_RESULTS_FORMAT_H
#define KL_RESULTS_FORMAT_H

#include "kinlim/results.h"

#include <stddef.h>

#define KL_FORMAT "kinlim-results"
enum { KL_FORMAT_VERSION = 2, KL_QUANTITY_NAME = KL_NAME + 4 };

/* A root attribute that is no provenance pair. */
bool kl_schema_reserved(const char *attribute);

/* The members of kl_row as variables of /summary. */
typedef enum kl_row_kind { KL_ROW_INT, KL_ROW_REAL, KL_ROW_TEXT } kl_row_kind;

typedef struct kl_row_member {
    const char *name, *long_name;
    kl_row_kind kind;
    size_t offset, width; /* width: of a text, its final zero included */
} kl_row_member;

enum { KL_ROW_MEMBERS = 10 };
extern const kl_row_member kl_row_members[KL_ROW_MEMBERS];

#endif
