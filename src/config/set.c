/* --set key.path=value: one value of the tree replaced or added. Local. */
#include "config/tree.h"

#include <string.h>

static kl_status refuse(const char *assignment, size_t length, const char *why, kl_error *err)
{
    char shown[128];
    kl_escape(shown, sizeof shown, assignment, length);
    return kl_fail(err, KL_INPUT, "--set: \"%s\" is not allowed: %s", shown, why);
}

/* Checks the path, `length` bytes of the assignment, and counts its words. */
static kl_status check_path(const char *path, size_t length, int *words, kl_error *err)
{
    const size_t all = strlen(path);
    size_t word = 0;
    *words = 1;
    for (size_t i = 0, n; i < length; i += n) {
        uint32_t code;
        n = (size_t)kl_utf8(path + i, length - i, &code);
        if (n == 0 || code < ' ' || code == 0x7F)
            return refuse(path, length, "the path must be text without control characters", err);
        if (code == '.' && word == 0)
            break;
        word = code == '.' ? 0 : word + n;
        *words += code == '.';
        if (word > KL_MAX_KEY)
            return refuse(path, length, "a key must not be longer than 100 bytes", err);
    }
    if (word == 0)
        return refuse(path, all, "must be key.path=value, with a word between the dots", err);
    if (*words >= KL_MAX_DEPTH)
        return refuse(path, length, "the path must have at most 15 words", err);
    return KL_OK;
}

static kl_status bad_index(const kl_node *place, const kl_node *list, const char *word,
                           size_t length, kl_error *err)
{
    return kl_config_fail(place, NULL, err,
                          "item %.*s is not allowed: must be 0 to %d (the list has %d items)",
                          (int)length, word, list->count, list->count);
}

/* The child that the word names in *node; NULL if it is to be added. */
static kl_status find_child(const kl_node *place, const kl_node *node, const char *word,
                            size_t length, kl_node **out, kl_error *err)
{
    char shown[128];
    *out = NULL;
    if (node->kind == KL_MAP) {
        *out = kl_node_find(node, word, length);
    } else if (node->kind == KL_LIST) {
        int index = kl_node_index(word, length);
        if (index < 0 || index > node->count)
            return bad_index(place, node, word, length, err);
        *out = index < node->count ? node->items[index] : NULL;
    } else {
        kl_node_show(node, false, shown, sizeof shown);
        return kl_config_fail(place, NULL, err, "%.*s is not allowed: it would be a key of %s",
                              (int)length, word, shown);
    }
    return KL_OK;
}

static kl_status add_child(kl_node *node, const char *word, size_t length, kl_node *child,
                           kl_error *err)
{
    const char *key = NULL;
    if (node->kind == KL_MAP)
        KL_TRY(kl_tree_copy(node->config, word, length, &key, err));
    return kl_node_append(node, key, child, err);
}

/* Follows the path, making maps where there is nothing, and puts the value at its end. */
static kl_status place_value(const kl_node *place, kl_node *value, kl_error *err)
{
    kl_node *node = kl_config_root(place->config), *child;
    const char *word = place->key;
    for (;;) {
        size_t length = strcspn(word, ".");
        bool last = word[length] == '\0';
        KL_TRY(find_child(place, node, word, length, &child, err));
        if (child && last) {
            value->parent = node;
            value->key = child->key;
            value->index = child->index;
            node->items[child->index] = value;
            return KL_OK;
        }
        if (!child && last)
            return add_child(node, word, length, value, err);
        if (!child) {
            KL_TRY(kl_tree_alloc(place->config, 1, sizeof *child, &child, err));
            *child = (kl_node){.config = place->config, .file = place->file, .kind = KL_MAP};
            KL_TRY(add_child(node, word, length, child, err));
        }
        node = child;
        word += length + 1;
    }
}

kl_status kl_config_set(kl_config *config, const char *assignment, kl_error *err)
{
    const char *equals = strchr(assignment, '=');
    kl_node place = {.config = config, .file = "--set"}, *value;
    int words;
    if (!equals)
        return refuse(assignment, strlen(assignment), "must be key.path=value", err);
    size_t length = (size_t)(equals - assignment);
    KL_TRY(check_path(assignment, length, &words, err));
    KL_TRY(kl_tree_copy(config, assignment, length, &place.key, err));
    if (strlen(equals + 1) > KL_MAX_BYTES)
        return kl_config_fail(&place, NULL, err, "the value must be at most 16 MB");
    KL_TRY(kl_parse_value(&place, words, equals + 1, strlen(equals + 1), &value, err));
    if (!value)
        return kl_config_fail(&place, NULL, err, "an empty value is not allowed");
    return place_value(&place, value, err);
}
