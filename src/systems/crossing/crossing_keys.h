/* Keys and points of a study of crossing integrals. Local. */
#ifndef KL_SYSTEMS_CROSSING_KEYS_H
#define KL_SYSTEMS_CROSSING_KEYS_H

#include "kinlim/system.h"
#include "parts/warnings.h"

enum { KL_CROSSING_COLUMNS = 5 }; /* eps, e1, e2, e3, sites */

extern const kl_key kl_crossing_table[];

typedef struct kl_crossing_points { /* arrays owned by it */
    int dimension, n, nmomenta;
    double *value;         /* [n][KL_CROSSING_COLUMNS] */
    double (*momentum)[3]; /* [nmomenta] */
} kl_crossing_points;

/* KL_INPUT. Warns of small eps L. Free on failure too. */
kl_status kl_crossing_points_read(kl_node *root, kl_crossing_points *out, kl_warnings *warnings,
                                  kl_error *err);
void kl_crossing_points_free(kl_crossing_points *points);

#endif
