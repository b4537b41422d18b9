/* YAML text to a tree, from the events of libyaml. The subset: maps with plain
 * keys, lists and scalars; no anchors, aliases, tags or second document. Local. */
#include "config/tree.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

typedef struct parser {
    yaml_parser_t yaml;
    kl_node place; /* of the whole value: file, line, parent, key, index */
    int above;     /* maps and lists around the value */
    bool counts;   /* lines are counted; else all have the place's line */
    kl_node *stack[KL_MAX_DEPTH];
    int depth;
    const char *key; /* of the map on the stack's top, waiting for its value */
    int key_line;
    kl_node *root;
} parser;

static int line_of(const parser *p, const yaml_event_t *event)
{
    return p->counts ? (int)event->start_mark.line + 1 : p->place.line;
}

static kl_node *top(const parser *p)
{
    return p->depth ? p->stack[p->depth - 1] : NULL;
}

/* The place where the event's value would stand. */
static kl_node here(const parser *p, const yaml_event_t *event)
{
    kl_node node = p->place;
    kl_node *parent = top(p);
    if (parent) {
        node.parent = parent;
        node.key = p->key;
        node.index = parent->count;
    }
    node.line = p->key ? p->key_line : line_of(p, event);
    return node;
}

static kl_status refuse(const parser *p, const yaml_event_t *event, kl_error *err, const char *why)
{
    kl_node node = here(p, event);
    if (top(p) && top(p)->kind == KL_MAP && !p->key) {
        int line = node.line;
        node = *top(p);
        node.line = line;
    }
    return kl_config_fail(&node, NULL, err, "%s", why);
}

static kl_status add(parser *p, const yaml_event_t *event, kl_node **out, kl_error *err)
{
    kl_node *node, *parent = top(p);
    KL_TRY(kl_tree_alloc(p->place.config, 1, sizeof *node, &node, err));
    *node = here(p, event);
    if (parent)
        KL_TRY(kl_node_append(parent, p->key, node, err));
    else
        p->root = node;
    p->key = NULL;
    *out = node;
    return KL_OK;
}

static bool expects_key(const parser *p)
{
    return p->depth && top(p)->kind == KL_MAP && !p->key;
}

static kl_status take_key(parser *p, const yaml_event_t *event, kl_error *err)
{
    const char *text = (const char *)event->data.scalar.value;
    size_t length = event->data.scalar.length;
    if (length == 0)
        return refuse(p, event, err, "a key is empty");
    if (length > KL_MAX_KEY)
        return refuse(p, event, err, "a key is longer than 100 bytes");
    for (size_t i = 0; i < length; i++)
        if ((unsigned char)text[i] < ' ' || text[i] == 0x7F)
            return refuse(p, event, err, "a key has a control character");
    p->key_line = line_of(p, event);
    return kl_tree_copy(p->place.config, text, length, &p->key, err);
}

static kl_status take_scalar(parser *p, const yaml_event_t *event, kl_error *err)
{
    if (event->data.scalar.anchor)
        return refuse(p, event, err, "anchors (&name) are not allowed");
    if (event->data.scalar.tag)
        return refuse(p, event, err, "tags (!name) are not allowed");
    if (expects_key(p))
        return take_key(p, event, err);
    kl_node *node;
    KL_TRY(add(p, event, &node, err));
    node->kind = KL_SCALAR;
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    node->length = event->data.scalar.length;
    return kl_tree_copy(p->place.config, (const char *)event->data.scalar.value, node->length,
                        &node->text, err);
}

static kl_status take_start(parser *p, const yaml_event_t *event, kl_kind kind, kl_error *err)
{
    bool map = kind == KL_MAP;
    if (map ? event->data.mapping_start.anchor : event->data.sequence_start.anchor)
        return refuse(p, event, err, "anchors (&name) are not allowed");
    if (map ? event->data.mapping_start.tag : event->data.sequence_start.tag)
        return refuse(p, event, err, "tags (!name) are not allowed");
    if (expects_key(p))
        return refuse(p, event, err, "a key must be a word, not a list or a map");
    if (p->above + p->depth >= KL_MAX_DEPTH)
        return refuse(p, event, err, "maps and lists must not be nested deeper than 16");
    kl_node *node;
    KL_TRY(add(p, event, &node, err));
    node->kind = kind;
    p->stack[p->depth++] = node;
    return KL_OK;
}

static int compare_keys(const void *a, const void *b)
{
    const kl_node *x = *(kl_node *const *)a, *y = *(kl_node *const *)b;
    int order = strcmp(x->key, y->key);
    return order ? order : (x->index > y->index) - (x->index < y->index);
}

static kl_status refuse_duplicates(const kl_node *map, kl_error *err)
{
    kl_node **sorted;
    const kl_node *first = NULL, *again = NULL;
    if (map->count < 2)
        return KL_OK;
    KL_TRY(kl_tree_alloc(map->config, (size_t)map->count, sizeof *sorted, &sorted, err));
    memcpy(sorted, map->items, (size_t)map->count * sizeof *sorted);
    qsort(sorted, (size_t)map->count, sizeof *sorted, compare_keys);
    for (int i = 1; i < map->count; i++) {
        if (strcmp(sorted[i]->key, sorted[i - 1]->key) != 0)
            continue;
        if (!again || sorted[i]->index < again->index) {
            first = sorted[i - 1];
            again = sorted[i];
        }
    }
    if (!again)
        return KL_OK;
    if (!first->line)
        return kl_config_fail(again, NULL, err, "the key comes twice");
    return kl_config_fail(again, NULL, err, "the key comes twice, first on line %d", first->line);
}

static kl_status take(parser *p, const yaml_event_t *event, bool *done, kl_error *err)
{
    switch (event->type) {
    case YAML_DOCUMENT_START_EVENT:
        return p->root ? refuse(p, event, err, "a second document (---) is not allowed") : KL_OK;
    case YAML_ALIAS_EVENT:
        return refuse(p, event, err, "aliases (*name) are not allowed");
    case YAML_SCALAR_EVENT:
        return take_scalar(p, event, err);
    case YAML_SEQUENCE_START_EVENT:
        return take_start(p, event, KL_LIST, err);
    case YAML_MAPPING_START_EVENT:
        return take_start(p, event, KL_MAP, err);
    case YAML_SEQUENCE_END_EVENT:
        p->depth--;
        return KL_OK;
    case YAML_MAPPING_END_EVENT:
        return refuse_duplicates(p->stack[--p->depth], err);
    case YAML_STREAM_END_EVENT:
        *done = true;
        return KL_OK;
    default:
        return KL_OK;
    }
}

static int line_at(const char *text, size_t length, size_t offset)
{
    int line = 1;
    for (size_t i = 0; i < length && i < offset; i++)
        line += text[i] == '\n';
    return line;
}

static kl_status malformed(const parser *p, const char *text, size_t length, kl_error *err)
{
    kl_node place = p->place;
    const yaml_parser_t *yaml = &p->yaml;
    const char *problem = yaml->problem ? yaml->problem : "unreadable";
    if (yaml->error == YAML_MEMORY_ERROR)
        return kl_fail(err, KL_ENVIRONMENT, "%s: no memory to read it", place.file);
    if (yaml->error == YAML_READER_ERROR) {
        if (p->counts)
            place.line = line_at(text, length, yaml->problem_offset);
        return kl_config_fail(&place, NULL, err, "not UTF-8 text: %s", problem);
    }
    if (p->counts)
        place.line = (int)yaml->problem_mark.line + 1;
    if (!yaml->context)
        return kl_config_fail(&place, NULL, err, "not valid YAML: %s", problem);
    if (!p->counts || yaml->context_mark.line == yaml->problem_mark.line)
        return kl_config_fail(&place, NULL, err, "not valid YAML: %s %s", problem, yaml->context);
    return kl_config_fail(&place, NULL, err, "not valid YAML: %s %s that begins on line %d",
                          problem, yaml->context, (int)yaml->context_mark.line + 1);
}

kl_status kl_parse_value(const kl_node *place, int above, const char *text, size_t length,
                         kl_node **out, kl_error *err)
{
    parser p = {.place = *place, .above = above, .counts = above == 0};
    kl_status status = KL_OK;
    bool done = false;
    *out = NULL;
    if (!yaml_parser_initialize(&p.yaml))
        return kl_fail(err, KL_ENVIRONMENT, "%s: no memory to read it", place->file);
    if (length >= 3 && memcmp(text, "\xEF\xBB\xBF", 3) == 0) { /* a byte order mark */
        text += 3;
        length -= 3;
    }
    yaml_parser_set_encoding(&p.yaml, YAML_UTF8_ENCODING);
    yaml_parser_set_input_string(&p.yaml, (const unsigned char *)text, length);
    while (!done && status == KL_OK) {
        yaml_event_t event;
        if (!yaml_parser_parse(&p.yaml, &event)) {
            status = malformed(&p, text, length, err);
            break;
        }
        status = take(&p, &event, &done, err);
        yaml_event_delete(&event);
    }
    yaml_parser_delete(&p.yaml);
    if (status == KL_OK)
        *out = p.root;
    return status;
}

kl_status kl_config_parse(const char *file, const char *text, size_t length, kl_config **out,
                          kl_error *err)
{
    kl_config *config;
    kl_node *root = NULL;
    *out = NULL;
    KL_TRY(kl_config_create(file, &config, err));
    kl_node place = *kl_config_root(config);
    kl_status status = KL_OK;
    if (length > KL_MAX_BYTES)
        status = kl_config_fail(&place, NULL, err, "%.1f MB is not allowed: must be at most 16 MB",
                                1e-6 * (double)length);
    else
        status = kl_parse_value(&place, 0, text, length, &root, err);
    if (status == KL_OK && (!root || (root->kind == KL_SCALAR && root->length == 0))) {
        place.line = 1;
        status = kl_config_fail(&place, NULL, err, "the file is empty: must be a map of keys");
    } else if (status == KL_OK && root->kind != KL_MAP) {
        char shown[128];
        kl_node_show(root, true, shown, sizeof shown);
        status = kl_config_fail(root, NULL, err, "%s is not allowed: must be a map of keys", shown);
    }
    if (status == KL_OK)
        kl_config_set_root(config, root);
    else
        kl_config_destroy(&config);
    *out = config;
    return status;
}
