#include "statistics/cursor.h"

#include "base/memory.h"

#include <stdlib.h>

enum { CHUNK = 1024 }; /* rows at a time */

kl_status kl_cursor_create(const kl_stats_rows *rows, kl_cursor *out, kl_error *err)
{
    *out = (kl_cursor){.rows = rows};
    return rows->y ? KL_OK
                   : kl_alloc((size_t)CHUNK * (size_t)rows->m, sizeof *out->buffer, "summary",
                              &out->buffer, err);
}

void kl_cursor_destroy(kl_cursor *cursor)
{
    free(cursor->buffer);
    *cursor = (kl_cursor){0};
}

const double *kl_cursor_row(kl_cursor *c, int i)
{
    const kl_stats_rows *rows = c->rows;
    if (rows->y)
        return rows->y + (size_t)i * (size_t)rows->m;
    if (i < c->first || i >= c->first + c->count) {
        c->first = i;
        c->count = rows->n - i < CHUNK ? rows->n - i : CHUNK;
        rows->get(rows->context, c->first, c->count, c->buffer);
    }
    return c->buffer + (size_t)(i - c->first) * (size_t)rows->m;
}
