/* The rows of the key reference, and the key paths. Local. */
#include "config/schema.h"

#include "config/tree.h"
#include "config/walk.h"

#include <string.h>

enum { PATH = KL_MAX_DEPTH * (KL_MAX_KEY + 4), ALLOWED = 512 };

/* Text in a cell, where < begins a tag and | ends the cell. */
static void put_cell(FILE *out, const char *text)
{
    for (; *text; text++) {
        if (*text == '<')
            fputs("&lt;", out);
        else
            fprintf(out, *text == '|' ? "\\%c" : "%c", *text);
    }
}

/* The first row of a name speaks for all. */
static void put_default(const kl_key *const *tables, const kl_key *any, FILE *out)
{
    bool on_words;
    const kl_key *key = kl_key_find(tables, any->name, strlen(any->name));
    const bool always = !kl_key_condition(tables, key, &on_words);
    if (key->one_of)
        fputs("see right", out);
    else if (key->flags & KL_REQUIRED)
        fputs(always ? "required" : "required there", out);
    else if (key->fallback && strcmp(key->fallback, "{}") != 0)
        fprintf(out, "`%s`", key->fallback);
}

static void put_condition(const kl_key *const *tables, const kl_key *key, FILE *out)
{
    bool on_words;
    const kl_key *condition = kl_key_condition(tables, key, &on_words);
    if (!condition)
        return;
    fprintf(out, ". Only with `%s`", condition->name);
    int n = 0;
    for (int i = 0; on_words && condition->choices[i]; i++)
        if (kl_key_allows(key, condition->choices[i]))
            fprintf(out, "%s %s", n++ ? "," : "", condition->choices[i]);
}

static void put_group(const kl_key *const *tables, const char *group, FILE *out)
{
    int n = 0;
    if (!group)
        return;
    KL_EACH_KEY (tables, key)
        n += key->one_of && strcmp(key->one_of, group) == 0;
    if (n == 1) {
        fputs(". Required", out);
        return;
    }
    n = 0;
    KL_EACH_KEY (tables, key)
        if (key->one_of && strcmp(key->one_of, group) == 0)
            fprintf(out, "%s`%s`", n++ ? ", " : ". Exactly one of ", key->name);
}

static void put_row(const kl_key *const *tables, const kl_key *key, const char *path, FILE *out)
{
    char allowed[ALLOWED];
    kl_allowed_value(key, allowed, sizeof allowed);
    fprintf(out, "| `%s` | ", path);
    put_cell(out, key->type == KL_KEY_NODE && key->below ? "a map" : allowed);
    fputs(" | ", out);
    put_default(tables, key, out);
    fputs(" | ", out);
    put_cell(out, key->doc ? key->doc : "");
    put_condition(tables, key, out);
    put_group(tables, key->one_of, out);
    fputs(key->flags & KL_FREE ? ". Samples do not depend on it |\n" : " |\n", out);
}

static void put_rows(const kl_key *const *tables, const char *prefix, FILE *out);

/* A row, and the rows below it. */
static void put_tree(const kl_key *const *tables, const kl_key *key, const char *prefix, FILE *out)
{
    char path[PATH];
    snprintf(path, sizeof path, "%s%s", prefix, key->name);
    put_row(tables, key, path, out);
    kl_put(path, sizeof path, key->type == KL_KEY_MAPS ? "[]." : ".");
    if (key->below)
        put_rows(key->below, path, out);
}

static void put_rows(const kl_key *const *tables, const char *prefix, FILE *out)
{
    KL_EACH_KEY (tables, first)
        if (kl_key_is_first(tables, first))
            KL_EACH_KEY (tables, key)
                if (strcmp(key->name, first->name) == 0)
                    put_tree(tables, key, prefix, out);
}

void kl_key_reference(const kl_key *const *tables, FILE *out)
{
    fputs("| key | value | default | meaning |\n|---|---|---|---|\n", out);
    put_rows(tables, "", out);
}

static void put_paths(const kl_key *const *tables, const char *prefix, FILE *out)
{
    char path[PATH];
    KL_EACH_KEY (tables, key) {
        snprintf(path, sizeof path, "%s%s", prefix, key->name);
        if (!key->below && !key->choices)
            fprintf(out, "%s=\n", path);
        for (int i = 0; key->choices && key->choices[i]; i++)
            fprintf(out, "%s=%s\n", path, key->choices[i]);
        kl_put(path, sizeof path, key->type == KL_KEY_MAPS ? ".0." : ".");
        if (key->below)
            put_paths(key->below, path, out);
    }
}

void kl_key_paths(const kl_key *const *tables, FILE *out)
{
    put_paths(tables, "", out);
}
