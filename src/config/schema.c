#include "config/schema.h"

#include "config/json.h"
#include "config/tree.h"
#include "config/walk.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void put_map(kl_json *j, const kl_key *const *tables, const char *system);

static void put_range(kl_json *j, const kl_key *key)
{
    const bool ranged = key->range & KL_RANGED;
    if (ranged && isfinite(key->low))
        kl_json_number(j, key->range & KL_LOW_OPEN ? "exclusiveMinimum" : "minimum", key->low);
    if (ranged && isfinite(key->high))
        kl_json_number(j, key->range & KL_HIGH_OPEN ? "exclusiveMaximum" : "maximum", key->high);
    if (!ranged && key->type == KL_KEY_UINT64) {
        kl_json_number(j, "minimum", 0);
        kl_json_raw(j, "maximum", "18446744073709551615");
    }
}

static void put_counts(kl_json *j, const kl_key *key)
{
    int least, most;
    kl_count_limits(key, &least, &most);
    kl_json_number(j, "minItems", least);
    if (most < INT_MAX)
        kl_json_number(j, "maxItems", most);
    if (key->flags & (KL_DISTINCT | KL_INCREASING) || key->type == KL_KEY_CHOICES)
        kl_json_raw(j, "uniqueItems", "true");
}

static void put_number_items(kl_json *j, const kl_key *key)
{
    kl_json_open(j, "items", '{');
    kl_json_string(j, "type", key->type == KL_KEY_INTS ? "integer" : "number");
    put_range(j, key);
    kl_json_close(j, '}');
}

/* A number or a list: a range is said of both, for each rule is silent on other types. */
static void put_numbers(kl_json *j, const kl_key *key)
{
    int least, most;
    kl_count_limits(key, &least, &most);
    kl_json_open(j, "type", '[');
    if (least <= 1)
        kl_json_string(j, NULL, key->type == KL_KEY_INTS ? "integer" : "number");
    kl_json_string(j, NULL, "array");
    kl_json_close(j, ']');
    if (least <= 1)
        put_range(j, key);
    put_number_items(j, key);
    put_counts(j, key);
}

static void put_matrix(kl_json *j, const kl_key *key)
{
    kl_json_string(j, "type", "array");
    kl_json_open(j, "items", '{');
    kl_json_string(j, "type", "array");
    put_number_items(j, key);
    kl_json_number(j, "minItems", 1);
    kl_json_close(j, '}');
    put_counts(j, key);
}

static void put_words(kl_json *j, const kl_key *key)
{
    kl_json_open(j, "enum", '[');
    for (int i = 0; key->choices[i]; i++)
        kl_json_string(j, NULL, key->choices[i]);
    kl_json_close(j, ']');
}

static void put_choices(kl_json *j, const kl_key *key)
{
    kl_json_open(j, "anyOf", '[');
    kl_json_open(j, NULL, '{');
    put_words(j, key);
    kl_json_close(j, '}');
    kl_json_open(j, NULL, '{');
    kl_json_string(j, "type", "array");
    kl_json_open(j, "items", '{');
    put_words(j, key);
    kl_json_close(j, '}');
    put_counts(j, key);
    kl_json_close(j, '}');
    kl_json_close(j, ']');
}

static void put_maps(kl_json *j, const kl_key *key)
{
    kl_json_string(j, "type", "array");
    kl_json_open(j, "items", '{');
    put_map(j, key->below, NULL);
    kl_json_close(j, '}');
    put_counts(j, key);
}

/* What the value of a row must be. */
static void put_value(kl_json *j, const kl_key *key)
{
    switch (key->type) {
    case KL_KEY_INT:
    case KL_KEY_UINT64:
    case KL_KEY_REAL:
        kl_json_string(j, "type", key->type == KL_KEY_REAL ? "number" : "integer");
        put_range(j, key);
        break;
    case KL_KEY_BOOL:
        kl_json_string(j, "type", "boolean");
        break;
    case KL_KEY_STRING:
        kl_json_string(j, "type", "string");
        kl_json_number(j, "minLength", 1);
        break;
    case KL_KEY_CHOICE:
        put_words(j, key);
        break;
    case KL_KEY_CHOICES:
        put_choices(j, key);
        break;
    case KL_KEY_INTS:
    case KL_KEY_REALS:
        put_numbers(j, key);
        break;
    case KL_KEY_MATRIX:
        put_matrix(j, key);
        break;
    case KL_KEY_MAPS:
        put_maps(j, key);
        break;
    case KL_KEY_MAP:
        put_map(j, key->below, NULL);
        break;
    case KL_KEY_NODE:
        if (key->below)
            put_map(j, key->below, NULL);
    }
}

static void put_default_node(kl_json *j, const kl_key *key, const kl_node *node)
{
    kl_writer w = {.json = true};
    if (node->kind == KL_SCALAR && (key->type == KL_KEY_STRING || key->choices)) {
        kl_json_string(j, "default", node->text);
        return;
    }
    kl_write_flow(&w, node, SIZE_MAX);
    if (!w.failed)
        kl_json_raw(j, "default", w.text);
    free(w.text);
}

/* A default is YAML; one that cannot be read is left out. */
static void put_default(kl_json *j, const kl_key *key)
{
    kl_config *config = NULL;
    kl_node *node = NULL;
    if (!key->fallback || kl_config_create("default", &config, NULL) != KL_OK)
        return;
    const kl_node place = {.config = config, .file = "default", .key = key->name};
    if (kl_parse_value(&place, 1, key->fallback, strlen(key->fallback), &node, NULL) == KL_OK &&
        node)
        put_default_node(j, key, node);
    kl_config_destroy(&config);
}

/* One key, all rows of its name. */
static void put_key(kl_json *j, const kl_key *const *tables, const kl_key *first)
{
    int rows = 0;
    kl_json_open(j, first->name, '{');
    if (first->doc)
        kl_json_string(j, "description", first->doc);
    put_default(j, first);
    KL_EACH_KEY (tables, key)
        rows += strcmp(key->name, first->name) == 0;
    if (rows == 1) {
        put_value(j, first);
    } else {
        kl_json_open(j, "anyOf", '[');
        KL_EACH_KEY (tables, key)
            if (strcmp(key->name, first->name) == 0) {
                kl_json_open(j, NULL, '{');
                put_value(j, key);
                kl_json_close(j, '}');
            }
        kl_json_close(j, ']');
    }
    kl_json_close(j, '}');
}

static void put_required(kl_json *j, const kl_key *const *tables)
{
    bool on_words;
    kl_json_open(j, "required", '[');
    KL_EACH_KEY (tables, key)
        if (key->flags & KL_REQUIRED && !key->one_of && !kl_key_condition(tables, key, &on_words) &&
            kl_key_is_first(tables, key))
            kl_json_string(j, NULL, key->name);
    kl_json_close(j, ']');
}

static void require(kl_json *j, const char *name)
{
    kl_json_open(j, "required", '[');
    kl_json_string(j, NULL, name);
    kl_json_close(j, ']');
}

/* {"if": the choice has one of the words, "then": {"required": [key]}, "else": no key}. */
static void put_on_words(kl_json *j, const kl_key *key, const kl_key *choice)
{
    kl_json_open(j, NULL, '{');
    kl_json_open(j, "if", '{');
    kl_json_open(j, "properties", '{');
    kl_json_open(j, choice->name, '{');
    kl_json_open(j, "enum", '[');
    for (int i = 0; choice->choices[i]; i++)
        if (kl_key_allows(key, choice->choices[i]))
            kl_json_string(j, NULL, choice->choices[i]);
    kl_json_close(j, ']');
    kl_json_close(j, '}');
    kl_json_close(j, '}');
    if (!choice->fallback || !kl_key_allows(key, choice->fallback))
        require(j, choice->name);
    kl_json_close(j, '}');
    if (key->flags & KL_REQUIRED) {
        kl_json_open(j, "then", '{');
        require(j, key->name);
        kl_json_close(j, '}');
    }
    kl_json_open(j, "else", '{');
    kl_json_open(j, "properties", '{');
    kl_json_raw(j, key->name, "false");
    kl_json_close(j, '}');
    kl_json_close(j, '}');
    kl_json_close(j, '}');
}

static bool is_first_of_group(const kl_key *const *tables, const kl_key *one)
{
    KL_EACH_KEY (tables, key)
        if (key->one_of && strcmp(key->one_of, one->one_of) == 0)
            return key == one;
    return false;
}

/* {"oneOf": [{"required": [one]}, {"required": [another]}]}. */
static void put_one_of(kl_json *j, const kl_key *const *tables, const char *group)
{
    kl_json_open(j, NULL, '{');
    kl_json_open(j, "oneOf", '[');
    KL_EACH_KEY (tables, key)
        if (key->one_of && strcmp(key->one_of, group) == 0) {
            kl_json_open(j, NULL, '{');
            require(j, key->name);
            kl_json_close(j, '}');
        }
    kl_json_close(j, ']');
    kl_json_close(j, '}');
}

/* Rules on words and groups, or on presence alone. */
static int count_rules(const kl_key *const *tables, bool presence)
{
    int n = 0;
    bool on_words;
    KL_EACH_KEY (tables, key) {
        const kl_key *condition = kl_key_condition(tables, key, &on_words);
        n += condition && on_words != presence;
        n += !presence && key->one_of;
    }
    return n;
}

static void put_conditions(kl_json *j, const kl_key *const *tables)
{
    bool on_words;
    KL_EACH_KEY (tables, key) {
        const kl_key *condition = kl_key_condition(tables, key, &on_words);
        if (condition && on_words)
            put_on_words(j, key, condition);
        if (key->one_of && is_first_of_group(tables, key))
            put_one_of(j, tables, key->one_of);
    }
}

static void put_dependencies(kl_json *j, const kl_key *const *tables)
{
    bool on_words;
    KL_EACH_KEY (tables, key) {
        const kl_key *condition = kl_key_condition(tables, key, &on_words);
        if (condition && !on_words) {
            kl_json_open(j, key->name, '[');
            kl_json_string(j, NULL, condition->name);
            kl_json_close(j, ']');
        }
    }
}

/* What `system` must be. */
static void put_system(kl_json *j, const char *name)
{
    kl_json_open(j, "system", '{');
    kl_json_string(j, "description", "the physical system");
    kl_json_string(j, "const", name);
    kl_json_close(j, '}');
}

/* The members of the schema of a map, of any where there are no tables; `system`: what that key
 * must be, or NULL. */
static void put_map(kl_json *j, const kl_key *const *tables, const char *system)
{
    kl_json_string(j, "type", "object");
    if (!tables)
        return;
    kl_json_open(j, "properties", '{');
    KL_EACH_KEY (tables, key) {
        if (system && strcmp(key->name, "system") == 0)
            put_system(j, system);
        else if (kl_key_is_first(tables, key))
            put_key(j, tables, key);
    }
    kl_json_close(j, '}');
    put_required(j, tables);
    kl_json_raw(j, "additionalProperties", "false");
    if (count_rules(tables, true)) {
        kl_json_open(j, "dependencies", '{');
        put_dependencies(j, tables);
        kl_json_close(j, '}');
    }
    if (count_rules(tables, false)) {
        kl_json_open(j, "allOf", '[');
        put_conditions(j, tables);
        kl_json_close(j, ']');
    }
}

static const char draft[] = "http://json-schema.org/draft-07/schema#";

void kl_schema_of_kind(const kl_study_kind *kind, FILE *out)
{
    kl_json j = {.out = out};
    kl_json_open(&j, NULL, '{');
    kl_json_string(&j, "$schema", draft);
    kl_json_string(&j, "title", kind->summary);
    put_map(&j, kind->tables, kind->name);
    kl_json_close(&j, '}');
}

static void put_choice_of_kind(kl_json *j, const char *name)
{
    char reference[KL_MAX_KEY + 32];
    snprintf(reference, sizeof reference, "#/definitions/%s", name);
    kl_json_open(j, NULL, '{');
    kl_json_open(j, "if", '{');
    kl_json_open(j, "properties", '{');
    put_system(j, name);
    kl_json_close(j, '}');
    require(j, "system");
    kl_json_close(j, '}');
    kl_json_open(j, "then", '{');
    kl_json_string(j, "$ref", reference);
    kl_json_close(j, '}');
    kl_json_close(j, '}');
}

void kl_schema_of_all(int n, const kl_study_kind *kinds, FILE *out)
{
    kl_json j = {.out = out};
    kl_json_open(&j, NULL, '{');
    kl_json_string(&j, "$schema", draft);
    kl_json_string(&j, "title", "a study of kinlim");
    kl_json_string(&j, "type", "object");
    kl_json_open(&j, "properties", '{');
    kl_json_open(&j, "system", '{');
    kl_json_string(&j, "description", "the physical system");
    kl_json_open(&j, "enum", '[');
    for (int i = 0; i < n; i++)
        kl_json_string(&j, NULL, kinds[i].name);
    kl_json_close(&j, ']');
    kl_json_close(&j, '}');
    kl_json_close(&j, '}');
    require(&j, "system");
    kl_json_open(&j, "allOf", '[');
    for (int i = 0; i < n; i++)
        put_choice_of_kind(&j, kinds[i].name);
    kl_json_close(&j, ']');
    kl_json_open(&j, "definitions", '{');
    for (int i = 0; i < n; i++) {
        kl_json_open(&j, kinds[i].name, '{');
        kl_json_string(&j, "title", kinds[i].summary);
        put_map(&j, kinds[i].tables, kinds[i].name);
        kl_json_close(&j, '}');
    }
    kl_json_close(&j, '}');
    kl_json_close(&j, '}');
}
