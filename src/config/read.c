/* Key tables: typed values with ranges out of the tree, defaults into it. Local. */
#include "config/tree.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SHOWN = 128, ALLOWED = 512 };

/* With the meaning of a key that takes more than one type. */
static void put_allowed(const kl_key *key, char *out, size_t size)
{
    kl_allowed_value(key, out, size);
    if (key->type == KL_KEY_NODE && key->doc)
        kl_put(out, size, " (%s)", key->doc);
}

/* "VALUE (a type) is not allowed: must be ..." */
static kl_status wrong_type(const kl_node *node, const kl_key *key, bool element, kl_error *err)
{
    char shown[SHOWN], allowed[ALLOWED];
    kl_node_show(node, true, shown, sizeof shown);
    if (element)
        kl_allowed_element(key, allowed, sizeof allowed);
    else
        put_allowed(key, allowed, sizeof allowed);
    return kl_config_fail(node, NULL, err, "%s is not allowed: must be %s", shown, allowed);
}

static kl_status out_of_range(const kl_node *node, const char *range, kl_error *err)
{
    char shown[SHOWN];
    kl_node_show(node, false, shown, sizeof shown);
    return kl_config_fail(node, NULL, err, "%s is not allowed: must be %s", shown, range);
}

static kl_status check_range(const kl_node *node, const kl_key *key, long double value,
                             kl_error *err)
{
    char range[ALLOWED];
    if (!(key->range & KL_RANGED))
        return KL_OK;
    bool low = key->range & KL_LOW_OPEN ? value > key->low : value >= key->low;
    bool high = key->range & KL_HIGH_OPEN ? value < key->high : value <= key->high;
    if (low && high)
        return KL_OK;
    kl_allowed_range(key, range, sizeof range);
    return out_of_range(node, range, err);
}

static bool is_integer(const kl_node *node)
{
    return node->kind == KL_SCALAR && kl_scalar_classify(node) == KL_IS_INT;
}

static kl_status read_int(const kl_node *node, const kl_key *key, bool element, int64_t *out,
                          kl_error *err)
{
    bool negative;
    uint64_t magnitude;
    if (!is_integer(node))
        return wrong_type(node, key, element, err);
    if (!kl_scalar_integer(node, &negative, &magnitude) ||
        magnitude > (uint64_t)INT64_MAX + negative)
        return out_of_range(node, "in [-9223372036854775808, 9223372036854775807]", err);
    *out = (int64_t)(negative ? 0 - magnitude : magnitude);
    return check_range(node, key, (long double)*out, err);
}

static kl_status read_uint64(const kl_node *node, const kl_key *key, uint64_t *out, kl_error *err)
{
    bool negative;
    if (!is_integer(node))
        return wrong_type(node, key, false, err);
    if (!kl_scalar_integer(node, &negative, out) || (negative && *out > 0))
        return out_of_range(node, "in [0, 18446744073709551615]", err);
    return check_range(node, key, (long double)*out, err);
}

static kl_status read_real(const kl_node *node, const kl_key *key, bool element, double *out,
                           kl_error *err)
{
    char shown[SHOWN], allowed[ALLOWED];
    kl_scalar_type type = node->kind == KL_SCALAR ? kl_scalar_classify(node) : KL_IS_STRING;
    if (type != KL_IS_INT && type != KL_IS_REAL && type != KL_IS_NONFINITE)
        return wrong_type(node, key, element, err);
    kl_node_show(node, false, shown, sizeof shown);
    kl_allowed_element(key, allowed, sizeof allowed);
    errno = 0;
    *out = type == KL_IS_NONFINITE ? INFINITY : strtod(node->text, NULL);
    if (!isfinite(*out))
        return kl_config_fail(node, NULL, err, "%s is not a finite number: must be %s", shown,
                              allowed);
    if (*out == 0.0 && errno == ERANGE)
        return kl_config_fail(node, NULL, err, "%s is too close to 0 for double precision", shown);
    return check_range(node, key, *out, err);
}

static kl_status read_bool(const kl_node *node, const kl_key *key, bool *out, kl_error *err)
{
    if (node->kind != KL_SCALAR || kl_scalar_classify(node) != KL_IS_BOOL)
        return wrong_type(node, key, false, err);
    *out = node->text[0] == 't' || node->text[0] == 'T';
    return KL_OK;
}

static kl_status read_string(const kl_node *node, const kl_key *key, const char **out,
                             kl_error *err)
{
    if (node->kind != KL_SCALAR || kl_scalar_classify(node) == KL_IS_EMPTY)
        return wrong_type(node, key, false, err);
    if (kl_scalar_classify(node) != KL_IS_STRING)
        return out_of_range(node, "a string: put it in quotes", err);
    if (node->length == 0)
        return out_of_range(node, "a string of at least one character", err);
    for (size_t i = 0, n; i < node->length; i += n) {
        uint32_t code;
        n = (size_t)kl_utf8(node->text + i, node->length - i, &code);
        if (n == 0 || kl_is_control(code))
            return out_of_range(node, "a string of one line without control characters", err);
    }
    *out = node->text;
    return KL_OK;
}

static kl_status read_choice(const kl_node *node, const kl_key *key, int *out, kl_error *err)
{
    if (node->kind != KL_SCALAR || kl_scalar_classify(node) == KL_IS_EMPTY)
        return wrong_type(node, key, false, err);
    int count = 0;
    for (; key->choices[count]; count++) {
        if (strcmp(node->text, key->choices[count]) == 0 && strlen(node->text) == node->length) {
            *out = count;
            return KL_OK;
        }
    }
    char allowed[ALLOWED];
    kl_allowed_value(key, allowed, sizeof allowed);
    const char *closest = kl_closest(node->text, key->choices, count);
    if (closest)
        kl_put(allowed, sizeof allowed, " (did you mean %s?)", closest);
    return out_of_range(node, allowed, err);
}

/* The items of a list; a scalar, where allowed, is a list of one. */
static kl_status open_list(kl_node **node, const kl_key *key, bool single, kl_node ***items, int *n,
                           kl_error *err)
{
    kl_node *list = *node;
    int min, max;
    char allowed[ALLOWED];
    single = single && list->kind == KL_SCALAR && kl_scalar_classify(list) != KL_IS_EMPTY;
    if (list->kind != KL_LIST && !single)
        return wrong_type(list, key, false, err);
    *n = single ? 1 : list->count;
    *items = single ? node : list->items;
    kl_count_limits(key, &min, &max);
    if (*n >= min && *n <= max)
        return KL_OK;
    kl_allowed_value(key, allowed, sizeof allowed);
    return kl_config_fail(list, NULL, err, "%d item%s not allowed: must be %s", *n,
                          *n == 1 ? " is" : "s are", allowed);
}

typedef struct element {
    int64_t whole; /* the number: of an integer list, */
    double real;   /* or of a list of reals */
    int index;
} element;

static int compare_elements(const void *a, const void *b)
{
    const element *x = a, *y = b;
    if (x->whole != y->whole)
        return x->whole < y->whole ? -1 : 1;
    if (x->real != y->real)
        return x->real < y->real ? -1 : 1;
    return (x->index > y->index) - (x->index < y->index);
}

static bool same_number(const element *x, const element *y)
{
    return x->whole == y->whole && x->real == y->real;
}

static kl_status check_increasing(kl_node **items, const element *elements, int n, kl_error *err)
{
    char shown[SHOWN], last[SHOWN];
    for (int i = 1; i < n; i++) {
        if (!same_number(&elements[i], &elements[i - 1]) &&
            compare_elements(&elements[i], &elements[i - 1]) > 0)
            continue;
        kl_node_show(items[i], false, shown, sizeof shown);
        kl_node_show(items[i - 1], false, last, sizeof last);
        return kl_config_fail(items[i], NULL, err,
                              "%s is not allowed: must be above the number before it, %s", shown,
                              last);
    }
    return KL_OK;
}

/* Sorts the elements. */
static kl_status check_distinct(kl_node **items, element *elements, int n, kl_error *err)
{
    char shown[SHOWN];
    int again = n, first = 0;
    qsort(elements, (size_t)n, sizeof *elements, compare_elements);
    for (int i = 1; i < n; i++) {
        if (same_number(&elements[i], &elements[i - 1]) && elements[i].index < again) {
            again = elements[i].index;
            first = elements[i - 1].index;
        }
    }
    if (again == n)
        return KL_OK;
    kl_node_show(items[again], false, shown, sizeof shown);
    return kl_config_fail(items[again], NULL, err,
                          "%s is not allowed: must come once, item %d is the same number", shown,
                          first);
}

static kl_status read_numbers(kl_node *node, const kl_key *key, void *out, kl_error *err)
{
    bool whole = key->type == KL_KEY_INTS;
    kl_node **items;
    element *elements;
    int n;
    void *values;
    KL_TRY(open_list(&node, key, true, &items, &n, err));
    KL_TRY(kl_tree_alloc(node->config, (size_t)n, sizeof *elements, &elements, err));
    KL_TRY(kl_tree_alloc(node->config, (size_t)n, 8, &values, err));
    for (int i = 0; i < n; i++) {
        elements[i].index = i;
        if (whole) {
            KL_TRY(read_int(items[i], key, items[i] != node, &elements[i].whole, err));
            ((int64_t *)values)[i] = elements[i].whole;
        } else {
            KL_TRY(read_real(items[i], key, items[i] != node, &elements[i].real, err));
            ((double *)values)[i] = elements[i].real;
        }
    }
    if (key->flags & KL_INCREASING)
        KL_TRY(check_increasing(items, elements, n, err));
    if (key->flags & KL_DISTINCT)
        KL_TRY(check_distinct(items, elements, n, err));
    if (whole)
        *(kl_ints *)out = (kl_ints){n, values};
    else
        *(kl_reals *)out = (kl_reals){n, values};
    return KL_OK;
}

static kl_status read_choices(kl_node *node, const kl_key *key, kl_ints *out, kl_error *err)
{
    const kl_key one = {.type = KL_KEY_CHOICE, .choices = key->choices};
    kl_node **items;
    int n;
    KL_TRY(open_list(&node, key, true, &items, &n, err));
    *out = (kl_ints){n, NULL};
    KL_TRY(kl_tree_alloc(node->config, (size_t)n, sizeof *out->v, &out->v, err));
    for (int i = 0, choice; i < n; i++) {
        KL_TRY(read_choice(items[i], &one, &choice, err));
        out->v[i] = choice;
        for (int j = 0; j < i; j++)
            if (out->v[j] == choice)
                return kl_config_fail(items[i], NULL, err,
                                      "%s is not allowed: must come once, it is item %d too",
                                      key->choices[choice], j);
    }
    return KL_OK;
}

static kl_status wrong_row(const kl_node *row, kl_error *err)
{
    char shown[SHOWN];
    kl_node_show(row, true, shown, sizeof shown);
    return kl_config_fail(row, NULL, err, "%s is not allowed: must be a list of numbers", shown);
}

static kl_status read_matrix(kl_node *node, const kl_key *key, kl_reals *out, kl_error *err)
{
    kl_node **rows;
    int n, columns = 0;
    KL_TRY(open_list(&node, key, false, &rows, &n, err));
    *out = (kl_reals){0, NULL};
    for (int i = 0; i < n; i++) {
        if (rows[i]->kind != KL_LIST)
            return wrong_row(rows[i], err);
        if (i == 0) {
            columns = rows[0]->count;
            KL_TRY(kl_tree_alloc(node->config, (size_t)n * (size_t)columns, sizeof(double), &out->v,
                                 err));
        }
        if (columns == 0)
            return kl_config_fail(rows[i], NULL, err, "0 items are not allowed: must be 1 or more");
        if (rows[i]->count != columns)
            return kl_config_fail(rows[i], NULL, err,
                                  "%d item%s not allowed: must be %d, as in row 0", rows[i]->count,
                                  rows[i]->count == 1 ? " is" : "s are", columns);
        for (int j = 0; j < columns; j++)
            KL_TRY(read_real(rows[i]->items[j], key, true, &out->v[out->n++], err));
    }
    return KL_OK;
}

static kl_status read_maps(kl_node *node, const kl_key *key, kl_nodes *out, kl_error *err)
{
    kl_node **items;
    int n;
    KL_TRY(open_list(&node, key, false, &items, &n, err));
    for (int i = 0; i < n; i++)
        if (items[i]->kind != KL_MAP)
            return wrong_type(items[i], key, true, err);
    *out = (kl_nodes){n, items};
    return KL_OK;
}

static kl_status read_value(kl_node *node, const kl_key *key, void *out, kl_error *err)
{
    switch (key->type) {
    case KL_KEY_INT:
        return read_int(node, key, false, out, err);
    case KL_KEY_UINT64:
        return read_uint64(node, key, out, err);
    case KL_KEY_REAL:
        return read_real(node, key, false, out, err);
    case KL_KEY_BOOL:
        return read_bool(node, key, out, err);
    case KL_KEY_STRING:
        return read_string(node, key, out, err);
    case KL_KEY_CHOICE:
        return read_choice(node, key, out, err);
    case KL_KEY_CHOICES:
        return read_choices(node, key, out, err);
    case KL_KEY_INTS:
    case KL_KEY_REALS:
        return read_numbers(node, key, out, err);
    case KL_KEY_MATRIX:
        return read_matrix(node, key, out, err);
    case KL_KEY_MAPS:
        return read_maps(node, key, out, err);
    case KL_KEY_MAP:
        if (node->kind != KL_MAP)
            return wrong_type(node, key, false, err);
        break;
    case KL_KEY_NODE:
        if (node->kind == KL_SCALAR && kl_scalar_classify(node) == KL_IS_EMPTY)
            return wrong_type(node, key, false, err);
        break;
    }
    *(kl_node **)out = node;
    return KL_OK;
}

static kl_status missing(const kl_node *map, const kl_key *key, kl_error *err)
{
    char allowed[ALLOWED];
    put_allowed(key, allowed, sizeof allowed);
    for (int i = 0; i < map->count; i++) {
        const kl_node *other = map->items[i];
        if (other->known || !kl_closest(other->key, &key->name, 1))
            continue;
        kl_put(allowed, sizeof allowed, " (is it %s", other->key);
        if (other->line)
            kl_put(allowed, sizeof allowed, " on line %d", other->line);
        kl_put(allowed, sizeof allowed, "?)");
        break;
    }
    return kl_config_fail(map, key->name, err, "the key is missing: must be %s", allowed);
}

static kl_status insert_default(kl_node *map, const kl_key *key, kl_node **out, kl_error *err)
{
    kl_node place = {.config = map->config,
                     .parent = map,
                     .key = key->name,
                     .index = map->count,
                     .line = map->line,
                     .file = map->file};
    const char *name;
    KL_TRY(kl_tree_copy(map->config, key->name, strlen(key->name), &name, err));
    KL_TRY(
        kl_parse_value(&place, kl_node_depth(map), key->fallback, strlen(key->fallback), out, err));
    if (!*out)
        return kl_config_fail(map, key->name, err, "the default is empty");
    return kl_node_append(map, name, *out, err);
}

static kl_status read_known(kl_node *node, const kl_key *key, void *out, kl_error *err)
{
    node->known = true;
    node->is_free = node->is_free || key->flags & KL_FREE;
    return read_value(node, key, out, err);
}

static kl_status read_key(kl_node *map, const kl_key *key, void *out, kl_error *err)
{
    kl_node *node = kl_node_find(map, key->name, strlen(key->name));
    if (node)
        return read_known(node, key, out, err);
    if (key->flags & KL_REQUIRED)
        return missing(map, key, err);
    if (!key->fallback) {
        if (key->type == KL_KEY_MAP || key->type == KL_KEY_NODE)
            *(kl_node **)out = NULL;
        return KL_OK;
    }
    kl_status status = insert_default(map, key, &node, err);
    if (status == KL_OK)
        status = read_known(node, key, out, err);
    if (status != KL_INPUT)
        return status;
    return kl_fail(err, KL_BUG, "the default of %s, %s, is refused by its own table", key->name,
                   key->fallback);
}

/* Remembers that the tables of this map know `name`. */
static kl_status note_name(kl_node *map, const char *name, kl_error *err)
{
    enum { STEP = 16 };
    for (int i = 0; i < map->name_count; i++)
        if (strcmp(map->names[i], name) == 0)
            return KL_OK;
    if (map->name_count % STEP == 0) {
        const char **names;
        KL_TRY(
            kl_tree_alloc(map->config, (size_t)map->name_count + STEP, sizeof *names, &names, err));
        if (map->name_count)
            memcpy(names, map->names, (size_t)map->name_count * sizeof *names);
        map->names = names;
    }
    KL_TRY(kl_tree_copy(map->config, name, strlen(name), &map->names[map->name_count], err));
    map->name_count++;
    return KL_OK;
}

kl_status kl_config_read(kl_node *node, const kl_key *table, void *into, kl_error *err)
{
    char shown[SHOWN];
    if (node->kind != KL_MAP) {
        kl_node_show(node, true, shown, sizeof shown);
        return kl_config_fail(node, NULL, err, "%s is not allowed: must be a map", shown);
    }
    for (const kl_key *key = table; key->name; key++)
        KL_TRY(note_name(node, key->name, err));
    for (const kl_key *key = table; key->name; key++)
        KL_TRY(read_key(node, key, (char *)into + key->offset, err));
    return KL_OK;
}

static int compare_texts(const void *a, const void *b)
{
    const kl_node *x = *(kl_node *const *)a, *y = *(kl_node *const *)b;
    int order = strcmp(x->text, y->text);
    return order ? order
                 : (x->parent->index > y->parent->index) - (x->parent->index < y->parent->index);
}

kl_status kl_config_distinct(const kl_nodes *maps, const char *key, kl_error *err)
{
    kl_node **values, *again = NULL;
    int n = 0;
    if (maps->n == 0)
        return KL_OK;
    KL_TRY(kl_tree_alloc(maps->v[0]->config, (size_t)maps->n, sizeof *values, &values, err));
    for (int i = 0; i < maps->n; i++) {
        values[n] = kl_node_find(maps->v[i], key, strlen(key));
        n += values[n] && values[n]->kind == KL_SCALAR;
    }
    qsort(values, (size_t)n, sizeof *values, compare_texts);
    for (int i = 1; i < n; i++)
        if (strcmp(values[i]->text, values[i - 1]->text) == 0 &&
            (!again || values[i]->parent->index < again->parent->index))
            again = values[i];
    if (!again)
        return KL_OK;
    return kl_config_fail(again, NULL, err, "%s comes twice: %ss must differ", again->text, key);
}

static kl_status unknown_key(const kl_node *node, kl_error *err)
{
    const kl_node *map = node->parent;
    if (map->name_count == 0)
        return kl_config_fail(node, NULL, err, "unknown key: no key is allowed here");
    char names[2 * ALLOWED] = "", guess[KL_MAX_KEY + 32] = "";
    for (int i = 0; i < map->name_count; i++)
        kl_put(names, sizeof names, "%s%s", i ? ", " : "", map->names[i]);
    const char *closest = kl_closest(node->key, map->names, map->name_count);
    if (closest)
        kl_put(guess, sizeof guess, " (did you mean %s?)", closest);
    return kl_config_fail(node, NULL, err, "unknown key%s: must be one of %s", guess, names);
}

static kl_status check_below(const kl_node *node, kl_error *err)
{
    for (int i = 0; i < node->count; i++) {
        if (node->kind == KL_MAP && !node->items[i]->known)
            return unknown_key(node->items[i], err);
        KL_TRY(check_below(node->items[i], err));
    }
    return KL_OK;
}

kl_status kl_config_check_unknown(kl_config *config, kl_error *err)
{
    return check_below(kl_config_root(config), err);
}
