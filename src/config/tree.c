/* The tree: memory, nodes, key paths, and the one form of every message. Local. */
#include "config/tree.h"

#include "base/memory.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct block {
    struct block *next;
    size_t used, size;
    max_align_t bytes[];
} block;

struct kl_config {
    block *blocks; /* the newest first */
    kl_node *root;
};

enum { BLOCK_BYTES = 32768 };

kl_status kl_config_create(const char *file, kl_config **out, kl_error *err)
{
    kl_config *config;
    KL_TRY(kl_alloc(1, sizeof *config, "study file", &config, err));
    kl_node *root;
    kl_status status = kl_tree_alloc(config, 1, sizeof *root, &root, err);
    if (status == KL_OK) {
        *root = (kl_node){.config = config, .kind = KL_MAP};
        status = kl_tree_copy(config, file, strlen(file), &root->file, err);
    }
    config->root = root;
    if (status != KL_OK)
        kl_config_destroy(&config);
    *out = config;
    return status;
}

void kl_config_destroy(kl_config **config)
{
    if (!config || !*config)
        return;
    for (block *b = (*config)->blocks, *next; b; b = next) {
        next = b->next;
        free(b);
    }
    free(*config);
    *config = NULL;
}

kl_status kl_tree_alloc(kl_config *config, size_t count, size_t size, void *out, kl_error *err)
{
    const size_t unit = sizeof(max_align_t);
    size_t bytes;
    *(void **)out = NULL;
    if (__builtin_mul_overflow(count, size, &bytes) || bytes > SIZE_MAX / 2)
        return kl_fail(err, KL_ENVIRONMENT, "study file: no memory for %zu x %zu bytes", count,
                       size);
    bytes = (bytes + unit - 1) / unit * unit;
    block *b = config->blocks;
    if (!b || b->size - b->used < bytes) {
        size_t room = bytes > BLOCK_BYTES ? bytes : BLOCK_BYTES;
        KL_TRY(kl_alloc(1, sizeof *b + room, "study file", &b, err));
        b->size = room;
        b->next = config->blocks;
        config->blocks = b;
    }
    *(void **)out = (char *)b->bytes + b->used;
    b->used += bytes;
    return KL_OK;
}

kl_status kl_tree_copy(kl_config *config, const char *text, size_t length, const char **out,
                       kl_error *err)
{
    char *copy;
    *out = NULL;
    KL_TRY(kl_tree_alloc(config, length + 1, 1, &copy, err));
    if (length)
        memcpy(copy, text, length);
    *out = copy;
    return KL_OK;
}

kl_status kl_node_append(kl_node *parent, const char *key, kl_node *child, kl_error *err)
{
    if (parent->count == parent->capacity) {
        int capacity = parent->capacity ? 2 * parent->capacity : 4;
        kl_node **items;
        KL_TRY(kl_tree_alloc(parent->config, (size_t)capacity, sizeof *items, &items, err));
        if (parent->count)
            memcpy(items, parent->items, (size_t)parent->count * sizeof *items);
        parent->items = items;
        parent->capacity = capacity;
    }
    child->parent = parent;
    child->key = key;
    child->index = parent->count;
    parent->items[parent->count++] = child;
    return KL_OK;
}

kl_node *kl_config_root(kl_config *config)
{
    return config->root;
}

void kl_config_set_root(kl_config *config, kl_node *root)
{
    config->root = root;
}

kl_node *kl_node_find(const kl_node *map, const char *key, size_t length)
{
    if (map->kind == KL_MAP)
        for (int i = 0; i < map->count; i++)
            if (strncmp(map->items[i]->key, key, length) == 0 && !map->items[i]->key[length])
                return map->items[i];
    return NULL;
}

int kl_node_index(const char *text, size_t length)
{
    int index = 0;
    if (length == 0 || length > 9)
        return -1;
    for (size_t i = 0; i < length; i++) {
        if (text[i] < '0' || text[i] > '9')
            return -1;
        index = 10 * index + (text[i] - '0');
    }
    return index;
}

int kl_node_depth(const kl_node *node)
{
    int depth = 1;
    while ((node = node->parent))
        depth++;
    return depth;
}

bool kl_config_has(const kl_node *node, const char *key)
{
    return kl_node_find(node, key, strlen(key)) != NULL;
}

bool kl_config_is_map(const kl_node *node)
{
    return node->kind == KL_MAP;
}

bool kl_config_is_list(const kl_node *node)
{
    return node->kind == KL_LIST;
}

void kl_node_path(const kl_node *node, char *out, size_t size)
{
    if (node->parent)
        kl_node_path(node->parent, out, size);
    const char *dot = *out ? "." : "";
    if (node->key)
        kl_put(out, size, "%s%s", dot, node->key);
    else if (node->parent)
        kl_put(out, size, "%s%d", dot, node->index);
}

/* The node at the dotted path below `node`, or the last one on the way to it. */
static const kl_node *last_on_path(const kl_node *node, const char *path)
{
    while (*path) {
        size_t length = strcspn(path, ".");
        const kl_node *next = kl_node_find(node, path, length);
        int index = kl_node_index(path, length);
        if (node->kind == KL_LIST && index >= 0 && index < node->count)
            next = node->items[index];
        if (!next)
            break;
        node = next;
        path += length + (path[length] == '.');
    }
    return node;
}

kl_status kl_config_fail(const kl_node *node, const char *key, kl_error *err, const char *format,
                         ...)
{
    enum { FILE_SHOWN = 200, PATH_SHOWN = 300 };
    char path[(KL_MAX_KEY + 1) * (KL_MAX_DEPTH + 2)] = "", shown[PATH_SHOWN], line[16] = "";
    char text[KL_MAX_MESSAGE], raw[2 * KL_MAX_MESSAGE], message[KL_MAX_MESSAGE + 1];
    const kl_node *at = key ? last_on_path(node, key) : node;
    kl_node_path(node, path, sizeof path);
    if (key)
        kl_put(path, sizeof path, "%s%s", *path ? "." : "", key);
    kl_escape(shown, sizeof shown, path, strlen(path));
    if (at->line)
        snprintf(line, sizeof line, ":%d", at->line);
    const char *file = at->file, *cut = "";
    if (strlen(file) > FILE_SHOWN) {
        file += strlen(file) - FILE_SHOWN;
        while ((*file & 0xC0) == 0x80)
            file++;
        cut = "...";
    }
    va_list args;
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    snprintf(raw, sizeof raw, "%s%s%s: %s%s%s", cut, file, line, shown, *shown ? ": " : "", text);
    kl_escape(message, sizeof message, raw, strlen(raw));
    return kl_fail(err, KL_INPUT, "%s", message);
}
