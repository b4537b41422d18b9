/* An HDF5 group of variables along named dimensions, as netCDF and xarray read
 * it. Local. The first failure sticks to the group, later calls do nothing, and
 * kl_h5_group_close() reports it: a writer reads as a plain list of variables.
 *
 *     kl_h5_group g = kl_h5_group_create(file, "samples");
 *     kl_h5_scale(&g, (kl_h5_label){"time", "1", "time"}, H5T_NATIVE_DOUBLE, n, t);     dimension 0
 *     kl_h5_variable(&g, (kl_h5_label){"sample", "1", "samples"}, H5T_NATIVE_DOUBLE, 1, (int[]){0},
 * y); status = kl_h5_group_close(&g, path, err);
 */
#ifndef KL_RESULTS_HDF5_GROUP_H
#define KL_RESULTS_HDF5_GROUP_H

#include "results/hdf5_tools.h"

enum { KL_H5_RANK = 7, KL_H5_SCALES = 10 };

typedef struct kl_h5_use { /* axis `axis` of a variable runs along a scale */
    hobj_ref_t variable;
    int scale, axis;
} kl_h5_use;

/* Variables of a file that are to be written once it is on disk. */
typedef struct kl_h5_later {
    int n;
    struct kl_h5_array_of {
        char name[256]; /* its path */
        int kind;       /* index of kl_h5_later_type() */
        int rank;
        hsize_t extent[KL_H5_RANK];
        const char *values; /* not owned */
        int64_t place;      /* the caller's */
    } * array;
} kl_h5_later;
hid_t kl_h5_later_type(int kind);
/* Frees the list. */
void kl_h5_later_destroy(kl_h5_later *later);

typedef struct kl_h5_group {
    hid_t id;
    kl_h5_later *later; /* NULL: all is written at once */
    bool ok;
    char failed[64]; /* name of what failed first */
    int nscales, nuses;
    struct {
        hid_t id; /* -1: of length 0, not in the file */
        int length;
        hobj_ref_t reference;
    } scale[KL_H5_SCALES];
    kl_h5_use *uses;
} kl_h5_group;

typedef struct kl_h5_label { /* what a variable tells about itself */
    const char *name, *units, *long_name;
} kl_h5_label;

/* Creates a group that keeps the order of its members. */
kl_h5_group kl_h5_group_create(hid_t parent, const char *name);

/* Adds the next dimension with its coordinate values: numbers of a native
 * type, texts at base, base + stride, ..., or 0, 1, ..., length-1. */
void kl_h5_scale(kl_h5_group *group, kl_h5_label label, hid_t type, int length, const void *values);
void kl_h5_scale_texts(kl_h5_group *group, kl_h5_label label, int length, const void *base,
                       size_t stride);
void kl_h5_scale_index(kl_h5_group *group, kl_h5_label label, int length);

/* Adds a variable along `rank` dimensions, last fastest; left out if it would
 * have no elements. Texts have rank 1. */
void kl_h5_variable(kl_h5_group *group, kl_h5_label label, hid_t type, int rank, const int *axes,
                    const void *values);
void kl_h5_variable_texts(kl_h5_group *group, kl_h5_label label, int axis, const void *base,
                          size_t stride);

/* The same, but written later, in one piece, if the group has a list for that: values must stay. */
void kl_h5_variable_later(kl_h5_group *group, kl_h5_label label, hid_t type, int rank,
                          const int *axes, const void *values);

/* Marks the group as failed at `name`. */
void kl_h5_group_fail(kl_h5_group *group, const char *name);

/* KL_ENVIRONMENT, naming what HDF5 could not store. */
kl_status kl_h5_group_close(kl_h5_group *group, const char *path, kl_error *err);

#endif
