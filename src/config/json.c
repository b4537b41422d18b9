#include "config/json.h"

#include "config/tree.h"

static void put_text(FILE *out, const char *text)
{
    fputc('"', out);
    for (; *text; text++) {
        const unsigned char c = (unsigned char)*text;
        if (c < ' ')
            fprintf(out, "\\u%04x", c);
        else
            fprintf(out, c == '"' || c == '\\' ? "\\%c" : "%c", c);
    }
    fputc('"', out);
}

static void begin(kl_json *j, const char *name)
{
    if (j->filled)
        fputc(',', j->out);
    if (j->depth)
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
    if (j->filled)
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
    kl_json_raw(j, name, text);
}

void kl_json_raw(kl_json *j, const char *name, const char *json)
{
    begin(j, name);
    fputs(json, j->out);
}
