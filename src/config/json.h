/* JSON (RFC 8259), indented, one member or item a line, or the whole in one line. Local; errors of
 * writing are the caller's to see (ferror). */
#ifndef KL_CONFIG_JSON_H
#define KL_CONFIG_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct kl_json {
    FILE *out;
    int depth;
    bool filled; /* the open list or object has something in it */
    bool line;   /* the whole in one line */
} kl_json;

/* `name` is that of the member in an object; NULL in a list and for the whole. */
void kl_json_open(kl_json *j, const char *name, char bracket); /* { or [ */
void kl_json_close(kl_json *j, char bracket);                  /* } or ] */
void kl_json_string(kl_json *j, const char *name, const char *text);
/* null if it is not finite. */
void kl_json_number(kl_json *j, const char *name, double value);
void kl_json_integer(kl_json *j, const char *name, int64_t value);
/* JSON text as it is. */
void kl_json_raw(kl_json *j, const char *name, const char *json);

#endif
