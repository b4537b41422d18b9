/* Functions on a periodic lattice in an HDF5 file of somebody else: potentials and wave functions.
 * A dataset of the shape [L]^d is one of them, one of [n][L]^d are n; the axes are x_1, ..., x_d,
 * the last one fastest. Numbers are integers or reals; complex ones are compounds of `r` and `i`,
 * as h5py writes them. All functions are local. */
#ifndef KL_RESULTS_LATTICE_FILE_H
#define KL_RESULTS_LATTICE_FILE_H

#include "kinlim/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct kl_lattice_file {
    const char *path, *dataset; /* not owned */
    int dimension;
    int64_t entries, sites; /* n, L */
    bool stacked;           /* [n][L]^d */
    bool is_complex;
} kl_lattice_file;

/* What is there; path, dataset and dimension are given. KL_INPUT, of the file alone. */
kl_status kl_lattice_file_look(kl_lattice_file *file, kl_error *err);

/* Planes first..first+count-1 of an entry: re[count][L]^(d-1), and im, which may be NULL for real
 * numbers. KL_INPUT: also where a number is not finite. */
kl_status kl_lattice_file_read(const kl_lattice_file *file, int64_t entry, int64_t first,
                               int64_t count, double *re, double *im, kl_error *err);

#endif
