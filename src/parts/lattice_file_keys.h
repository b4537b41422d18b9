/* The key `file` of a map: a function on the lattice that an HDF5 file has
 * (results/lattice_file.h). Local. */
#ifndef KL_PARTS_LATTICE_FILE_KEYS_H
#define KL_PARTS_LATTICE_FILE_KEYS_H

#include "parts/lattice_points.h"
#include "results/lattice_file.h"

/* For the documentation of the map: what is below `file`, and the key itself. */
extern const kl_key kl_lattice_path_table[], kl_lattice_file_table[];

/* out->path is NULL where the map has no file. KL_INPUT: also where it is not of the size of every
 * point. */
kl_status kl_keys_lattice_file(kl_node *map, const kl_lattice_points *points, kl_lattice_file *out,
                               kl_error *err);

#endif
