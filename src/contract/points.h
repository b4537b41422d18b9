/* What follows from the roles of the columns and the levels of the points. Local. */
#ifndef KL_CONTRACT_POINTS_H
#define KL_CONTRACT_POINTS_H

#include "kinlim/system.h"

typedef struct kl_point_sets { /* arrays owned by it */
    int small, size, variant;  /* the first column of that role; -1: none */
    int nseries;
    int *series; /* [n]: points that differ in the small parameter alone, fitted
                  * together; numbered in the order of their levels, as these first
                  * appear, the last column the most significant */
    double
        *series_parameter; /* [nseries][ncolumns]: the columns of a series' own rows: those that
                            * tell series apart; NAN: empty. Of a size the last level is empty. */
    int *twin;             /* [n]: the first point that differs in the variant alone; itself:
                            * none. NULL: there are no variants */
    int *family;           /* [n]: points that differ in size alone; NULL: no two do */
} kl_point_sets;

/* KL_ENVIRONMENT: no memory. Free on failure too. */
kl_status kl_point_sets_create(const kl_points *points, kl_point_sets *out, kl_error *err);
void kl_point_sets_destroy(kl_point_sets *sets);

/* The first column of a role; -1: none. */
int kl_points_column(const kl_points *points, kl_role role);

/* A hash of the point's values: the same wherever the point stands in a study. */
uint64_t kl_points_key(const kl_points *points, int point);

#endif
