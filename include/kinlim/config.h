/* The study file: a YAML subset with line numbers, typed key tables with
 * ranges, and one-line errors. Knows no physics. All functions are local; the
 * caller gives every rank the same text, so every rank comes to the same end.
 *
 * Errors are KL_INPUT and read
 *     study.yaml:14: eta: -0.3 is not allowed: must be in (0, 2]
 * (file, line, key path, value, what is allowed). The key path is dotted, list
 * items counted from 0: `observables.2.position.width`.
 *
 * The tree is the resolved study: a default is inserted into it when a table
 * that declares it is read, so kl_config_emit() afterwards gives every key.
 */
#ifndef KINLIM_CONFIG_H
#define KINLIM_CONFIG_H

#include "kinlim/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

typedef struct kl_config kl_config;
typedef struct kl_node kl_node; /* owned by its kl_config */

typedef struct kl_reals {
    int n;
    double *v;
} kl_reals; /* owned by the kl_config */
typedef struct kl_ints {
    int n;
    int64_t *v;
} kl_ints; /* owned by the kl_config */
typedef struct kl_nodes {
    int n;
    kl_node **v;
} kl_nodes; /* owned by the kl_config */

typedef enum kl_key_type {                 /* type of the field that is filled */
                           KL_KEY_INT,     /* int64_t */
                           KL_KEY_UINT64,  /* uint64_t, all 64 bits */
                           KL_KEY_REAL,    /* double, finite */
                           KL_KEY_BOOL,    /* bool: true or false */
                           KL_KEY_STRING,  /* const char *, one line, not empty, owned by the
                                              kl_config */
                           KL_KEY_CHOICE,  /* int: the index into `choices` */
                           KL_KEY_CHOICES, /* kl_ints: indices, all different; a single word is a
                                              list of one */
                           KL_KEY_INTS,    /* kl_ints; a single number is a list of one */
                           KL_KEY_REALS,   /* kl_reals; a single number is a list of one */
                           KL_KEY_MATRIX,  /* kl_reals, row major: a list of equally long lists */
                           KL_KEY_MAP,     /* kl_node *: a map, read by a table of its own; NULL if
                                              absent */
                           KL_KEY_MAPS,    /* kl_nodes: a list of maps */
                           KL_KEY_NODE /* kl_node *: anything, the caller looks; NULL if absent */
} kl_key_type;

enum { /* kl_key.flags */
       KL_REQUIRED = 1,
       KL_INCREASING = 2, /* a list must be strictly increasing */
       KL_DISTINCT = 4,   /* no number of a list may come twice */
       KL_FREE = 8        /* samples do not depend on this key, nor on any below it */
};

enum { /* kl_key.range, set by KL_RANGE() and its kin */
       KL_RANGED = 1,
       KL_LOW_OPEN = 2, /* the range excludes `low` */
       KL_HIGH_OPEN = 4 /* the range excludes `high` */
};

typedef struct kl_key kl_key;
struct kl_key {
    const char *name;
    kl_key_type type;
    size_t offset; /* of the field in the struct to fill */
    unsigned flags;
    unsigned range; /* of the number, or of each number of a list or matrix */
    double low, high;
    int min_count, max_count;   /* of a list (rows of a matrix); 0 and 0: one or more,
                                 * n and 0: n or more */
    const char *const *choices; /* KL_KEY_CHOICE, KL_KEY_CHOICES: NULL-terminated */
    const char *fallback;       /* the default as YAML text; NULL: none, the field stays */
    const char *doc;            /* one line: meaning and unit */

    /* What follows describes the whole tree of keys to who has no study (config/schema.h);
     * kl_config_read() does not look at it. */
    const kl_key *const *below; /* KL_KEY_MAP, KL_KEY_MAPS, or KL_KEY_NODE where it may be a map:
                                 * the tables that read it, NULL-terminated. Together they know all
                                 * its keys; a name that comes twice may be either */
    const char *when;           /* the key goes with others of its map only: "shape=gaussian,bump",
                                 * where that choice is one of these words; "envelope", where that
                                 * key is given. NULL: with all */
    const char *one_of;         /* exactly one of the keys of a map that say the same here must be
                                 * given. NULL: none */
};
/* A table ends with a kl_key whose name is NULL. Its rows are written as
 *     {.name = "eta", KL_REALS_AT(point_keys, eta), .flags = KL_REQUIRED | KL_DISTINCT,
 *      KL_RANGE_ABOVE(0, 2), .doc = "strengths of disorder, one point each"},
 * where KL_REALS_AT does not compile unless point_keys.eta is a kl_reals. */
#define KL_AT(kind, ctype, type_, member)                                                          \
    .type = kind,                                                                                  \
    .offset = offsetof(type_, member) + 0 * sizeof(_Generic(((type_ *)0)->member, ctype : 0))
#define KL_INT_AT(type_, member)    KL_AT(KL_KEY_INT, int64_t, type_, member)
#define KL_UINT64_AT(type_, member) KL_AT(KL_KEY_UINT64, uint64_t, type_, member)
#define KL_REAL_AT(type_, member)   KL_AT(KL_KEY_REAL, double, type_, member)
#define KL_BOOL_AT(type_, member)   KL_AT(KL_KEY_BOOL, bool, type_, member)
#define KL_STRING_AT(type_, member) KL_AT(KL_KEY_STRING, const char *, type_, member)
#define KL_CHOICE_AT(type_, member, words)                                                         \
    KL_AT(KL_KEY_CHOICE, int, type_, member), .choices = words
#define KL_CHOICES_AT(type_, member, words)                                                        \
    KL_AT(KL_KEY_CHOICES, kl_ints, type_, member), .choices = words
#define KL_INTS_AT(type_, member)   KL_AT(KL_KEY_INTS, kl_ints, type_, member)
#define KL_REALS_AT(type_, member)  KL_AT(KL_KEY_REALS, kl_reals, type_, member)
#define KL_MATRIX_AT(type_, member) KL_AT(KL_KEY_MATRIX, kl_reals, type_, member)
#define KL_MAP_AT(type_, member)    KL_AT(KL_KEY_MAP, kl_node *, type_, member)
#define KL_MAPS_AT(type_, member)   KL_AT(KL_KEY_MAPS, kl_nodes, type_, member)
#define KL_NODE_AT(type_, member)   KL_AT(KL_KEY_NODE, kl_node *, type_, member)

/* [low, high], (low, high], [low, high) and (low, high); the ends may be infinite. */
#define KL_RANGE(from, to)       .range = KL_RANGED, .low = from, .high = to
#define KL_RANGE_ABOVE(from, to) .range = KL_RANGED | KL_LOW_OPEN, .low = from, .high = to
#define KL_RANGE_BELOW(from, to) .range = KL_RANGED | KL_HIGH_OPEN, .low = from, .high = to
#define KL_RANGE_OPEN(from, to)                                                                    \
    .range = KL_RANGED | KL_LOW_OPEN | KL_HIGH_OPEN, .low = from, .high = to

#define KL_COUNT(least, most) .min_count = least, .max_count = most

/* The tables of a map: KL_BELOW(one_table, another_table). */
#define KL_BELOW(...)                                                                              \
    .below = (const kl_key *const[])                                                               \
    {                                                                                              \
        __VA_ARGS__, NULL                                                                          \
    }

/* Parses YAML text of `length` bytes; `file` is the name used in messages.
 * Refuses: malformed YAML, invalid UTF-8, duplicate keys, anchors and aliases,
 * tags, more than one document, nesting deeper than 16, an empty document,
 * a root that is not a map, more than 16 MB. */
kl_status kl_config_parse(const char *file, const char *text, size_t length, kl_config **out,
                          kl_error *err);

/* Sets one key from "key.path=value" (value: YAML text). Replaces the whole
 * value at the path, or adds the key; maps on the way are made if missing; a
 * number in the path indexes a list, up to its end (which appends). Messages about the value name
 * `--set` as the file, without a line. */
kl_status kl_config_set(kl_config *config, const char *assignment, kl_error *err);

kl_node *kl_config_root(kl_config *config);
void kl_config_destroy(kl_config **config);

/* Reads the keys of `table` from the map `node` into the struct at `into`.
 * Several tables may read the same map; kl_config_check_unknown() then reports
 * keys that none of them knows. */
kl_status kl_config_read(kl_node *node, const kl_key *table, void *into, kl_error *err);

/* KL_INPUT if a string comes twice as the value of `key` in the maps of a list; naming the first
 * one that is there already. Maps without the key are passed over. */
kl_status kl_config_distinct(const kl_nodes *maps, const char *key, kl_error *err);

/* The first key of the whole tree that no table has read, in file order:
 * KL_INPUT with the closest known key, if one is close, and all keys allowed
 * in that map. Subtrees below a KL_KEY_NODE that is a scalar count as read. */
kl_status kl_config_check_unknown(kl_config *config, kl_error *err);

/* Fails with KL_INPUT for `key` of the map `node` (its line if it has the key,
 * else the map's), or for the node itself if key is NULL; `key` may be a dotted
 * path. The message is "file:line: path: " and then the formatted text. */
kl_status kl_config_fail(const kl_node *node, const char *key, kl_error *err, const char *format,
                         ...) __attribute__((format(printf, 4, 5)));

/* True if the map has the key (given in the file or by a default). */
bool kl_config_has(const kl_node *node, const char *key);

/* Kind of a node, for KL_KEY_NODE. */
bool kl_config_is_map(const kl_node *node);
bool kl_config_is_list(const kl_node *node);

/* The whole tree as canonical YAML, keys in their order (defaults where they
 * were inserted, at the end of their map). malloc'ed. Every reader of YAML 1.1 or
 * 1.2 takes the scalars as we do: decimal integers, the shortest reals that read
 * back the same, with a point (1.0e-05), and quotes around words that are no
 * strings elsewhere (on, y, 2026-11-20). */
kl_status kl_config_emit(const kl_config *config, char **text, kl_error *err);

/* Compares two resolved studies but for what a table has read as KL_FREE in
 * either, and for the order of keys; numbers compare by value, and a lone value
 * equals a list of one. Returns true if equal; otherwise writes the first
 * differing key path of a (or b) with both values, e.g.
 * "eta.1: 0.3 here, 0.25 there". */
bool kl_config_same(const kl_config *a, const kl_config *b, char *difference, size_t size);

#ifdef __cplusplus
}
#endif

#endif
