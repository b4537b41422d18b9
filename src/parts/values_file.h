/* A function on a periodic box that a text file gives by its values. Local. */
#ifndef KL_PARTS_VALUES_FILE_H
#define KL_PARTS_VALUES_FILE_H

#include "classical/phase.h"
#include "kinlim/config.h"

/* The trigonometric polynomial through m^d values at -side/2 + i side/m, last axis fastest, as a
 * sum of waves; arrays owned by *out. KL_INPUT, named by `key` of the map: no such file, not m^d
 * numbers, more than 4096, or the highest modes are not below `accuracy` times the largest: then
 * the values are of no smooth periodic function. */
kl_status kl_values_file(const kl_node *node, const char *key, const char *path, int dimension,
                         double side, double accuracy, kl_phase_sum *out, kl_error *err);

#endif
