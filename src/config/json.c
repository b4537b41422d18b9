#include "config/json.h"

#include "config/tree.h"

#include <math.h>
#include <string.h>

static void put_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (size_t left = strlen(text); left > 0;) {
        uint32_t code;
        const int n = kl_utf8(text, left, &code);
        const int step = n ? n : 1;
        if (n == 0)
            fputs("\\ufffd", out); /* a byte that is no UTF-8, e.g. in the name of a file */
        else if (code < ' ')
            fprintf(out, "\\u%04x", (unsigned)code);
        else
            fprintf(out, code == '"' || code == '\\' ? "\\%.*s" : "%.*s", n, text);
        text += step;
        left -= (size_t)step;
    }
    fputc('"', out);
}

static void begin(kl_json *j, const char *name)
{
    if (j->filled)
        fputc(',', j->out);
    if (j->depth && !j->line)
        fprintf(j->out, "\n%*s", 2 * j->depth, "");
    j->filled = true;
    if (name) {
        put_text(j->out, name);
        fputs(": ", j->out);
    }
}

void kl_json_open(kl_json *j, const char *name, char bracket)
{
    begin(j, name);
    fputc(bracket, j->out);
    j->depth++;
    j->filled = false;
}

void kl_json_close(kl_json *j, char bracket)
{
    j->depth--;
    if (j->filled && !j->line)
        fprintf(j->out, "\n%*s", 2 * j->depth, "");
    fputc(bracket, j->out);
    j->filled = true;
    if (j->depth == 0)
        fputc('\n', j->out);
}

void kl_json_string(kl_json *j, const char *name, const char *text)
{
    begin(j, name);
    put_text(j->out, text);
}

void kl_json_number(kl_json *j, const char *name, double value)
{
    char text[KL_REAL_TEXT];
    kl_real_text(value, 9, text);
    kl_json_raw(j, name, isfinite(value) ? text : "null");
}

void kl_json_integer(kl_json *j, const char *name, int64_t value)
{
    char text[KL_REAL_TEXT];
    snprintf(text, sizeof text, "%lld", (long long)value);
    kl_json_raw(j, name, text);
}

void kl_json_raw(kl_json *j, const char *name, const char *json)
{
    begin(j, name);
    fputs(json, j->out);
}
