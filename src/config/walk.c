#include "config/walk.h"

#include <string.h>

const kl_key *kl_key_find(const kl_key *const *tables, const char *name, size_t length)
{
    KL_EACH_KEY (tables, key)
        if (strncmp(key->name, name, length) == 0 && !key->name[length])
            return key;
    return NULL;
}

bool kl_key_is_first(const kl_key *const *tables, const kl_key *key)
{
    return kl_key_find(tables, key->name, strlen(key->name)) == key;
}

const kl_key *kl_key_condition(const kl_key *const *tables, const kl_key *key, bool *on_words)
{
    *on_words = false;
    if (!key->when)
        return NULL;
    const size_t length = strcspn(key->when, "=");
    *on_words = key->when[length] == '=';
    return kl_key_find(tables, key->when, length);
}

bool kl_key_allows(const kl_key *key, const char *word)
{
    const size_t length = strlen(word);
    for (const char *w = strchr(key->when, '='); w && *w; w += strcspn(w, ",")) {
        w++;
        if (strcspn(w, ",") == length && strncmp(w, word, length) == 0)
            return true;
    }
    return false;
}
