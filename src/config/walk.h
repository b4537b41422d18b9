/* Walking the tables of one map. Private to this room. Local. */
#ifndef KL_CONFIG_WALK_H
#define KL_CONFIG_WALK_H

#include "kinlim/config.h"

/* All rows of all tables of a map, in order. */
#define KL_EACH_KEY(tables, key)                                                                   \
    for (const kl_key *const *in_##key = (tables); *in_##key; in_##key++)                          \
        for (const kl_key *key = *in_##key; key->name; key++)

/* The first row whose name is the `length` bytes at `name`; NULL if there is none. */
const kl_key *kl_key_find(const kl_key *const *tables, const char *name, size_t length);
/* Whether no row before has its name. */
bool kl_key_is_first(const kl_key *const *tables, const kl_key *key);

/* kl_key.when. The row it names, NULL if it has no condition (or one on a key that the tables do
 * not have). *on_words: whether it asks for some of its words, kl_key_allows(), or for its
 * presence alone. */
const kl_key *kl_key_condition(const kl_key *const *tables, const kl_key *key, bool *on_words);
bool kl_key_allows(const kl_key *key, const char *word);

#endif
