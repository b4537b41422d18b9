/* JSON, indented, one member or item a line. Private to this room. Local; errors of
 * writing are the caller's to see (ferror). */
#ifndef KL_CONFIG_JSON_H
#define KL_CONFIG_JSON_H

#include <stdbool.h>
#include <stdio.h>

typedef struct kl_json {
    FILE *out;
    int depth;
    bool filled; /* the open list or object has something in it */
} kl_json;

/* `name` is that of the member in an object; NULL in a list and for the whole. */
void kl_json_open(kl_json *j, const char *name, char bracket); /* { or [ */
void kl_json_close(kl_json *j, char bracket);                  /* } or ] */
void kl_json_string(kl_json *j, const char *name, const char *text);
void kl_json_number(kl_json *j, const char *name, double value);
/* JSON text as it is. */
void kl_json_raw(kl_json *j, const char *name, const char *json);

#endif
