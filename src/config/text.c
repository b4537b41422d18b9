/* Scalars by the YAML 1.2 core schema (https://yaml.org/spec/1.2.2, 10.3.2),
 * decimal numbers only, and text made fit for a one-line message. Local. */
#include "config/tree.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static bool is_one_of(const char *text, const char *const *words)
{
    for (; *words; words++)
        if (strcmp(text, *words) == 0)
            return true;
    return false;
}

static size_t digits(const char *text)
{
    return strspn(text, "0123456789");
}

/* [-+]? ( \.[0-9]+ | [0-9]+(\.[0-9]*)? ) ( [eE][-+]?[0-9]+ )?  is a number, an
 * integer if it has neither point nor exponent. */
static kl_scalar_type classify_number(const char *text)
{
    const char *s = text + (*text == '-' || *text == '+');
    size_t whole = digits(s), fraction = 0;
    bool integer = true;
    s += whole;
    if (*s == '.') {
        integer = false;
        fraction = digits(++s);
        s += fraction;
    }
    if (whole + fraction == 0)
        return KL_IS_STRING;
    if (*s == 'e' || *s == 'E') {
        integer = false;
        s++;
        s += *s == '-' || *s == '+';
        size_t exponent = digits(s);
        if (exponent == 0)
            return KL_IS_STRING;
        s += exponent;
    }
    if (*s)
        return KL_IS_STRING;
    return integer ? KL_IS_INT : KL_IS_REAL;
}

kl_scalar_type kl_scalar_classify(const kl_node *scalar)
{
    static const char *const empty[] = {"", "~", "null", "Null", "NULL", NULL};
    static const char *const truths[] = {"true", "True", "TRUE", "false", "False", "FALSE", NULL};
    const char *text = scalar->text;
    if (scalar->quoted || strlen(text) != scalar->length)
        return KL_IS_STRING;
    if (is_one_of(text, empty))
        return KL_IS_EMPTY;
    if (is_one_of(text, truths))
        return KL_IS_BOOL;
    const char *s = text + (*text == '-' || *text == '+');
    if (s[0] == '0' && (s[1] == 'x' || s[1] == 'o') && s[2] &&
        strspn(s + 2, "0123456789abcdefABCDEF") == strlen(s + 2))
        return KL_IS_HEX;
    s += *s == '.';
    if (!strcasecmp(s, "inf") || !strcasecmp(s, "infinity") || !strcasecmp(s, "nan"))
        return KL_IS_NONFINITE;
    return classify_number(text);
}

bool kl_scalar_integer(const kl_node *scalar, bool *negative, uint64_t *magnitude)
{
    const char *s = scalar->text;
    *negative = *s == '-';
    *magnitude = 0;
    for (s += *s == '-' || *s == '+'; *s; s++)
        if (__builtin_mul_overflow(*magnitude, 10, magnitude) ||
            __builtin_add_overflow(*magnitude, (uint64_t)(*s - '0'), magnitude))
            return false;
    return true;
}

void kl_real_text(double value, int least, char text[KL_REAL_TEXT])
{
    for (int precision = least; precision <= 17; precision++) {
        snprintf(text, KL_REAL_TEXT, "%.*g", precision, value);
        if (strtod(text, NULL) == value)
            break;
    }
}

int kl_utf8(const char *text, size_t left, uint32_t *code)
{
    static const uint32_t least[] = {0, 0, 0x80, 0x800, 0x10000}; /* a shorter form is not valid */
    const unsigned char *s = (const unsigned char *)text;
    int n = s[0] < 0x80         ? 1
            : (s[0] >> 5) == 6  ? 2
            : (s[0] >> 4) == 14 ? 3
            : (s[0] >> 3) == 30 ? 4
                                : 0;
    if (n == 0 || (size_t)n > left)
        return 0;
    *code = n == 1 ? s[0] : s[0] & (0x7Fu >> n);
    for (int i = 1; i < n; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
        *code = *code << 6 | (s[i] & 0x3Fu);
    }
    bool surrogate = *code >= 0xD800 && *code <= 0xDFFF;
    return *code < least[n] || *code > 0x10FFFF || surrogate ? 0 : n;
}

/* C0, C1, the Unicode line ends, marks that reverse or hide text, non-characters. */
bool kl_is_control(uint32_t code)
{
    return code < 0x20 || (code >= 0x7F && code < 0xA0) || (code >= 0x200B && code <= 0x200F) ||
           (code >= 0x2028 && code <= 0x202E) || (code >= 0x2060 && code <= 0x206F) ||
           code == 0xFEFF || (code & 0xFFFE) == 0xFFFE;
}

/* One character of the text as it may be shown; returns the bytes it took. */
static size_t escape_one(const char *text, size_t left, char piece[16])
{
    uint32_t code;
    int n = kl_utf8(text, left, &code);
    if (n == 0)
        snprintf(piece, 16, "\\x%02x", (unsigned char)*text);
    else if (code == '\n' || code == '\t' || code == '\r')
        snprintf(piece, 16, "\\%c", code == '\n' ? 'n' : code == '\t' ? 't' : 'r');
    else if (kl_is_control(code))
        snprintf(piece, 16, code < 0x80 ? "\\x%02x" : code < 0x10000 ? "\\u%04x" : "\\U%08x", code);
    else
        snprintf(piece, 16, "%.*s", n, text);
    return n ? (size_t)n : 1;
}

void kl_escape(char *out, size_t size, const char *text, size_t length)
{
    size_t used = 0, safe = 0; /* up to `safe` there is room for "..." behind */
    if (size < 4) {
        if (size)
            out[0] = '\0';
        return;
    }
    for (size_t i = 0; i < length;) {
        char piece[16];
        i += escape_one(text + i, length - i, piece);
        size_t n = strlen(piece);
        if (used + n + 1 > size) {
            memcpy(out + safe, "...", 4);
            return;
        }
        memcpy(out + used, piece, n);
        used += n;
        if (used + 4 <= size)
            safe = used;
    }
    out[used] = '\0';
}

void kl_put(char *out, size_t size, const char *format, ...)
{
    size_t used = strlen(out);
    va_list args;
    va_start(args, format);
    vsnprintf(out + used, size - used, format, args);
    va_end(args);
}

void kl_node_show(const kl_node *node, bool typed, char *out, size_t size)
{
    enum { SHOWN = 64 };
    static const char *const types[] = {
        [KL_IS_BOOL] = "a boolean",           [KL_IS_INT] = "an integer",
        [KL_IS_REAL] = "a real number",       [KL_IS_NONFINITE] = "not a finite number",
        [KL_IS_HEX] = "not a decimal number", [KL_IS_STRING] = "a string"};
    char text[SHOWN];
    out[0] = '\0';
    if (node->kind != KL_SCALAR) {
        kl_put(out, size, node->kind == KL_LIST ? "a list" : "a map");
        return;
    }
    kl_scalar_type type = kl_scalar_classify(node);
    if (type == KL_IS_EMPTY) {
        kl_put(out, size, "an empty value");
        return;
    }
    const char *quote = node->quoted ? "\"" : "";
    kl_escape(text, sizeof text, node->text, node->length);
    kl_put(out, size, "%s%s%s", quote, text, quote);
    if (typed)
        kl_put(out, size, " (%s)", types[type]);
}
