/* The tree as canonical YAML, the same to readers of YAML 1.1 and 1.2: one spelling
 * for each number, strings in quotes only where they need them, lists without maps on
 * one line. YAML 1.1 (https://yaml.org/type) takes 010 for eight, 1e5 for a string and
 * `on` for true. Local. */
#include "config/tree.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static void put(kl_writer *w, const char *text, size_t length)
{
    if (w->failed)
        return;
    if (w->capacity - w->used <= length) {
        size_t capacity = 2 * (w->used + length) + 256;
        char *bigger = realloc(w->text, capacity);
        if (!bigger) {
            w->failed = true;
            return;
        }
        w->text = bigger;
        w->capacity = capacity;
    }
    memcpy(w->text + w->used, text, length);
    w->used += length;
    w->text[w->used] = '\0';
}

static void put_word(kl_writer *w, const char *word)
{
    put(w, word, strlen(word));
}

static void pad(kl_writer *w, int indent)
{
    for (int i = 0; i < indent; i++)
        put(w, " ", 1);
}

/* Words that mean the same with and without quotes, anywhere in YAML. */
static bool is_plain(const char *text, size_t length)
{
    static const char letters[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_";
    static const char others[] = "0123456789./+-";
    if (length == 0 || !memchr(letters, text[0], sizeof letters - 1))
        return false;
    for (size_t i = 1; i < length; i++)
        if (!memchr(letters, text[i], sizeof letters - 1) &&
            !memchr(others, text[i], sizeof others - 1))
            return false;
    return true;
}

static void put_quoted(kl_writer *w, const char *text, size_t length)
{
    put(w, "\"", 1);
    for (size_t i = 0; i < length;) {
        char escape[16];
        uint32_t code;
        int n = kl_utf8(text + i, length - i, &code); /* libyaml lets only UTF-8 in */
        if (code == '"' || code == '\\') {
            snprintf(escape, sizeof escape, "\\%c", (int)code);
            put_word(w, escape);
        } else if (kl_is_control(code)) {
            snprintf(escape, sizeof escape, code < 0x10000 ? "\\u%04x" : "\\U%08x", code);
            put_word(w, escape);
        } else {
            put(w, text + i, (size_t)n);
        }
        i += (size_t)n;
    }
    put(w, "\"", 1);
}

/* What YAML 1.1 takes for true or false, besides these words themselves. Dates, sexagesimals
 * and other numbers of it begin with no letter. */
static bool is_truth(const char *text)
{
    static const char *const words[] = {"y", "yes", "on", "n", "no", "off"};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        if (strcasecmp(text, words[i]) == 0)
            return true;
    return false;
}

static void put_string(kl_writer *w, const char *text, size_t length)
{
    const kl_node plain = {.text = text, .length = length};
    if (!w->json && is_plain(text, length) && !is_truth(text) &&
        kl_scalar_classify(&plain) == KL_IS_STRING)
        put(w, text, length);
    else
        put_quoted(w, text, length);
}

static void put_integer(kl_writer *w, const char *text)
{
    const char *digits = text + strspn(text, "+-0");
    if (*digits && *text == '-')
        put_word(w, "-");
    put_word(w, *digits ? digits : "0");
}

/* With a point, and a sign in the exponent: else YAML 1.1 sees a string. */
static void put_real(kl_writer *w, const char *text)
{
    char shortest[KL_REAL_TEXT];
    const double value = strtod(text, NULL);
    if (!isfinite(value)) { /* refused wherever a number is read */
        put_word(w, text);
        return;
    }
    kl_real_text(value, 6, shortest);
    const size_t mantissa = strcspn(shortest, "e");
    put(w, shortest, mantissa);
    if (!memchr(shortest, '.', mantissa))
        put_word(w, ".0");
    put_word(w, shortest + mantissa);
}

static void put_scalar(kl_writer *w, const kl_node *node)
{
    switch (kl_scalar_classify(node)) {
    case KL_IS_EMPTY:
        put_word(w, "null");
        break;
    case KL_IS_BOOL:
        put_word(w, (node->text[0] | 32) == 't' ? "true" : "false");
        break;
    case KL_IS_INT:
        put_integer(w, node->text);
        break;
    case KL_IS_REAL:
        put_real(w, node->text);
        break;
    case KL_IS_STRING:
        put_string(w, node->text, node->length);
        break;
    default: /* refused wherever a number is read */
        put_word(w, node->text);
    }
}

static void put_key(kl_writer *w, const kl_node *node)
{
    put_string(w, node->key, strlen(node->key));
    put(w, ":", 1);
}

void kl_write_flow(kl_writer *w, const kl_node *node, size_t enough)
{
    if (node->kind == KL_SCALAR) {
        put_scalar(w, node);
        return;
    }
    bool map = node->kind == KL_MAP;
    put(w, map ? "{" : "[", 1);
    for (int i = 0; i < node->count && w->used < enough; i++) {
        if (i)
            put(w, ", ", 2);
        if (map) {
            put_key(w, node->items[i]);
            put(w, " ", 1);
        }
        kl_write_flow(w, node->items[i], enough);
    }
    put(w, map ? "}" : "]", 1);
}

/* True if the node goes on one line: it has no map in it but empty ones. */
static bool is_flow(const kl_node *node)
{
    if (node->kind == KL_MAP)
        return node->count == 0;
    for (int i = 0; i < node->count; i++)
        if (!is_flow(node->items[i]))
            return false;
    return true;
}

/* A map or a list over several lines; the first line is already indented. */
static void put_block(kl_writer *w, const kl_node *node, int indent)
{
    for (int i = 0; i < node->count; i++) {
        const kl_node *item = node->items[i];
        bool map = node->kind == KL_MAP, flow = is_flow(item);
        if (i)
            pad(w, indent);
        if (map)
            put_key(w, item);
        else
            put(w, "-", 1);
        if (flow) {
            put(w, " ", 1);
            kl_write_flow(w, item, SIZE_MAX);
            put(w, "\n", 1);
            continue;
        }
        if (map) {
            put(w, "\n", 1);
            pad(w, indent + 2);
        } else {
            put(w, " ", 1);
        }
        put_block(w, item, indent + 2);
    }
}

kl_status kl_config_emit(const kl_config *config, char **text, kl_error *err)
{
    kl_writer w = {0};
    const kl_node *root = kl_config_root((kl_config *)config);
    *text = NULL;
    if (root->count)
        put_block(&w, root, 0);
    else
        put_word(&w, "{}\n");
    if (w.failed) {
        free(w.text);
        return kl_fail(err, KL_ENVIRONMENT, "%s: no memory to write it", root->file);
    }
    *text = w.text;
    return KL_OK;
}
