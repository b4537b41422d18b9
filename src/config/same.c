/* Two studies compared: keys in any order, numbers by value, a lone number
 * equal to a list of one. Local. */
#include "config/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct comparison {
    char *difference;
    size_t size;
} comparison;

static bool is_number(kl_scalar_type type)
{
    return type == KL_IS_INT || type == KL_IS_REAL;
}

static bool same_integer(const kl_node *a, const kl_node *b)
{
    bool negative_a, negative_b;
    uint64_t x, y;
    if (!kl_scalar_integer(a, &negative_a, &x) || !kl_scalar_integer(b, &negative_b, &y))
        return strtod(a->text, NULL) == strtod(b->text, NULL);
    return x == y && (negative_a == negative_b || x == 0);
}

static bool same_scalar(const kl_node *a, const kl_node *b)
{
    kl_scalar_type type = kl_scalar_classify(a), other = kl_scalar_classify(b);
    if (type == KL_IS_INT && other == KL_IS_INT)
        return same_integer(a, b);
    if (is_number(type) && is_number(other))
        return strtod(a->text, NULL) == strtod(b->text, NULL);
    if (type != other)
        return false;
    if (type == KL_IS_EMPTY)
        return true;
    if (type == KL_IS_BOOL)
        return (a->text[0] | 32) == (b->text[0] | 32);
    return a->length == b->length && memcmp(a->text, b->text, a->length) == 0;
}

static void put_side(char *out, size_t size, const kl_node *node, const char *where)
{
    enum { SHOWN = 80 };
    char shown[SHOWN];
    kl_writer w = {0};
    if (node)
        kl_write_flow(&w, node, SHOWN);
    if (w.text && !w.failed)
        kl_escape(shown, sizeof shown, w.text, w.used);
    else
        snprintf(shown, sizeof shown, "%s", node ? "a value" : "nothing");
    free(w.text);
    kl_put(out, size, "%s %s", shown, where);
}

/* Writes "path: a here, b there"; one of the two may be NULL. Returns false. */
static bool differ(const comparison *c, const kl_node *a, const kl_node *b)
{
    char path[KL_MAX_MESSAGE] = "", sides[256] = "", text[2 * KL_MAX_MESSAGE];
    if (c->size == 0)
        return false;
    kl_node_path(a ? a : b, path, sizeof path);
    put_side(sides, sizeof sides, a, "here, ");
    put_side(sides, sizeof sides, b, "there");
    snprintf(text, sizeof text, "%s%s%s", path, *path ? ": " : "", sides);
    kl_escape(c->difference, c->size, text, strlen(text));
    return false;
}

static const kl_node *unwrap(const kl_node *node)
{
    bool one = node->kind == KL_LIST && node->count == 1 && node->items[0]->kind == KL_SCALAR;
    return one ? node->items[0] : node;
}

static bool same_node(const comparison *c, const kl_node *a, const kl_node *b);

static bool same_list(const comparison *c, const kl_node *a, const kl_node *b)
{
    for (int i = 0; i < a->count && i < b->count; i++)
        if (!same_node(c, a->items[i], b->items[i]))
            return false;
    if (a->count > b->count)
        return differ(c, a->items[b->count], NULL);
    if (a->count < b->count)
        return differ(c, NULL, b->items[a->count]);
    return true;
}

static bool same_map(const comparison *c, const kl_node *a, const kl_node *b)
{
    for (int i = 0; i < a->count; i++) {
        const kl_node *item = a->items[i];
        const kl_node *other = kl_node_find(b, item->key, strlen(item->key));
        if (item->is_free || (other && other->is_free))
            continue;
        if (!other)
            return differ(c, item, NULL);
        if (!same_node(c, item, other))
            return false;
    }
    for (int i = 0; i < b->count; i++) {
        const kl_node *item = b->items[i];
        if (!item->is_free && !kl_node_find(a, item->key, strlen(item->key)))
            return differ(c, NULL, item);
    }
    return true;
}

static bool same_node(const comparison *c, const kl_node *a, const kl_node *b)
{
    if (a->kind == KL_LIST && b->kind == KL_LIST)
        return same_list(c, a, b);
    if (a->kind == KL_MAP && b->kind == KL_MAP)
        return same_map(c, a, b);
    const kl_node *x = unwrap(a), *y = unwrap(b);
    if (x->kind == KL_SCALAR && y->kind == KL_SCALAR && same_scalar(x, y))
        return true;
    return differ(c, a, b);
}

bool kl_config_same(const kl_config *a, const kl_config *b, char *difference, size_t size)
{
    const comparison c = {difference, size};
    return same_node(&c, kl_config_root((kl_config *)a), kl_config_root((kl_config *)b));
}
