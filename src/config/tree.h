/* The tree of a study file and what the files of this room share. Private.
 *
 * Nodes, keys and texts live in blocks that kl_config_destroy() frees at once;
 * nothing is freed singly. A node knows where it was written. All local.
 */
#ifndef KL_CONFIG_TREE_H
#define KL_CONFIG_TREE_H

#include "kinlim/config.h"

enum {
    KL_MAX_BYTES = 16000000, /* of a study file */
    KL_MAX_DEPTH = 16,       /* of nested maps and lists, the root included */
    KL_MAX_KEY = 100,        /* bytes of a key */
    KL_MAX_MESSAGE = 1000    /* bytes of an error message */
};

typedef enum kl_kind { KL_SCALAR, KL_LIST, KL_MAP } kl_kind;

struct kl_node {
    kl_config *config;
    kl_node *parent;  /* NULL: the root */
    const char *key;  /* in the parent map; NULL in a list and for the root */
    int index;        /* in the parent, from 0 */
    int line;         /* from 1; 0: no line (--set) */
    const char *file; /* the name used in messages */
    kl_kind kind;
    bool quoted;      /* a scalar in quotes or a block scalar: always a string */
    bool known;       /* read by a table */
    bool is_free;     /* by a row with KL_FREE */
    const char *text; /* of a scalar, ends with a zero byte */
    size_t length;    /* of text */
    kl_node **items;  /* of a list or a map */
    int count, capacity;
    const char **names; /* of a map: the keys that tables have asked for */
    int name_count;
};

/* What a scalar is by the YAML 1.2 core schema, decimal numbers only. */
typedef enum kl_scalar_type {
    KL_IS_EMPTY,     /* nothing, ~, null */
    KL_IS_BOOL,      /* true, false */
    KL_IS_INT,       /* 12, -3 */
    KL_IS_REAL,      /* 0.5, .5, 1e-5 */
    KL_IS_NONFINITE, /* .inf, .nan, and nan, inf, infinity */
    KL_IS_HEX,       /* 0x1f, 0o17: refused as numbers */
    KL_IS_STRING
} kl_scalar_type;

/* tree.c */
kl_status kl_config_create(const char *file, kl_config **out, kl_error *err);
void kl_config_set_root(kl_config *config, kl_node *root);
/* count * size zeroed bytes that live as long as the config. */
kl_status kl_tree_alloc(kl_config *config, size_t count, size_t size, void *out, kl_error *err);
kl_status kl_tree_copy(kl_config *config, const char *text, size_t length, const char **out,
                       kl_error *err);
/* Puts `child` at the end of `parent`, a list, or a map where `key` names it. */
kl_status kl_node_append(kl_node *parent, const char *key, kl_node *child, kl_error *err);
/* The child of a map by its key; NULL if there is none or `map` is not a map. */
kl_node *kl_node_find(const kl_node *map, const char *key, size_t length);
/* The index that the digits of `text` name; -1 if it is not one. */
int kl_node_index(const char *text, size_t length);
/* Appends the dotted path; nothing for the root. */
void kl_node_path(const kl_node *node, char *out, size_t size);
int kl_node_depth(const kl_node *node); /* 1 for the root */

/* text.c: scalars and messages */
kl_scalar_type kl_scalar_classify(const kl_node *scalar);
/* The integer as sign and magnitude; false if the magnitude is above 2^64 - 1. */
bool kl_scalar_integer(const kl_node *scalar, bool *negative, uint64_t *magnitude);
/* The fewest digits, `least` or more, that read back as the same finite number, as %g writes
 * them. */
enum { KL_REAL_TEXT = 32 };
void kl_real_text(double value, int least, char text[KL_REAL_TEXT]);
/* Bytes of the UTF-8 character at `text`, 0 if it is not valid; *code is its number. */
int kl_utf8(const char *text, size_t left, uint32_t *code);
/* True for a character that a message or a plain text must not show as it is. */
bool kl_is_control(uint32_t code);
/* Copies to `out` as one printable line, cut with "..." if it is longer than size - 1. */
void kl_escape(char *out, size_t size, const char *text, size_t length);
/* The value as a message shows it, `typed` with its type: `"8" (a string)`, `a list`. */
void kl_node_show(const kl_node *node, bool typed, char *out, size_t size);
/* Appends to a text of fixed size. */
void kl_put(char *out, size_t size, const char *format, ...) __attribute__((format(printf, 3, 4)));

/* parse.c: parses one value. `place` gives its config, file, line, parent, key and index, for the
 * messages and the nodes; `above` maps and lists are around it. If none are, it is a file, which
 * counts its own lines. *out is NULL if there is no value. */
kl_status kl_parse_value(const kl_node *place, int above, const char *text, size_t length,
                         kl_node **out, kl_error *err);

/* allowed.c: what a table allows, in words */
void kl_count_limits(const kl_key *key, int *min, int *max);
void kl_allowed_range(const kl_key *key, char *out, size_t size);   /* "in (0, 2]", or "" */
void kl_allowed_element(const kl_key *key, char *out, size_t size); /* of a list */
void kl_allowed_value(const kl_key *key, char *out, size_t size);
/* The name closest to `text`, if it is close enough to be meant; NULL if none is. */
const char *kl_closest(const char *text, const char *const *names, int count);

/* emit.c: a growing text */
typedef struct kl_writer {
    char *text; /* malloc'ed, ends with a zero byte; NULL while empty */
    size_t used, capacity;
    bool failed; /* no memory; nothing is added from then on */
    bool json;   /* every string in quotes: flow is JSON, where numbers are finite */
} kl_writer;

/* The node on one line, as in [0.4, 0.3]; stops adding items beyond `enough` bytes. */
void kl_write_flow(kl_writer *w, const kl_node *node, size_t enough);

#endif
