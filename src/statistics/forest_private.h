/* Shared by the files of the forest only. */
#ifndef KL_STATISTICS_FOREST_PRIVATE_H
#define KL_STATISTICS_FOREST_PRIVATE_H

#include "statistics/forest.h"

/* Inserts a subtree in place; count < room beforehand. Local. */
void kl_forest_insert(kl_forest *forest, kl_subtree place, const double *sums);

#endif
