/* Going through the rows of kl_stats_rows. Local; private to the room. */
#ifndef KL_STATISTICS_CURSOR_H
#define KL_STATISTICS_CURSOR_H

#include "statistics/statistics.h"

typedef struct kl_cursor {
    const kl_stats_rows *rows;
    double *buffer; /* NULL: the rows are in memory */
    int first, count;
} kl_cursor;

kl_status kl_cursor_create(const kl_stats_rows *rows, kl_cursor *out, kl_error *err);
void kl_cursor_destroy(kl_cursor *cursor);
/* Row i, until the next call; cheap if rows are asked for one after the other. */
const double *kl_cursor_row(kl_cursor *cursor, int i);

#endif
