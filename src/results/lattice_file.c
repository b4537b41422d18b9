#include "results/lattice_file.h"

#include "results/hdf5_tools.h"

#include <math.h>
#include <string.h>

static kl_status wrong(const kl_lattice_file *file, kl_error *err, const char *what)
{
    return kl_fail(err, KL_INPUT, "%s: %s: %s", file->path, file->dataset, what);
}

/* A compound of two reals `r` and `i`. */
static bool is_complex(hid_t type)
{
    return H5Tget_class(type) == H5T_COMPOUND && H5Tget_nmembers(type) == 2 &&
           H5Tget_member_index(type, "r") == 0 && H5Tget_member_index(type, "i") == 1 &&
           H5Tget_member_class(type, 0) == H5T_FLOAT && H5Tget_member_class(type, 1) == H5T_FLOAT;
}

/* The type in memory of one part of the numbers. */
static hid_t part_type(const char *part)
{
    const hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(double));
    if (type >= 0)
        H5Tinsert(type, part, 0, H5T_NATIVE_DOUBLE);
    return type;
}

static kl_status look_at_type(kl_lattice_file *file, hid_t type, kl_error *err)
{
    const H5T_class_t kind = H5Tget_class(type);
    file->is_complex = is_complex(type);
    if (!file->is_complex && kind != H5T_FLOAT && kind != H5T_INTEGER)
        return wrong(file, err, "must be of real numbers, or complex ones as `r` and `i`");
    return KL_OK;
}

static kl_status look_at_shape(kl_lattice_file *file, hid_t space, kl_error *err)
{
    hsize_t extent[4];
    const int d = file->dimension, rank = H5Sget_simple_extent_ndims(space);
    bool good = rank == d || rank == d + 1;
    if (good)
        H5Sget_simple_extent_dims(space, extent, NULL);
    const int first = good ? rank - d : 0;
    for (int j = 0; good && j < d; j++)
        good = extent[first + j] == extent[first] && extent[first] > 0;
    if (!good || (first && (extent[0] == 0 || extent[0] > INT32_MAX)) || extent[first] > INT32_MAX)
        return wrong(file, err,
                     d == 1   ? "must have the shape [L] or [n, L]"
                     : d == 2 ? "must have the shape [L, L] or [n, L, L]"
                              : "must have the shape [L, L, L] or [n, L, L, L]");
    file->stacked = first;
    file->entries = first ? (int64_t)extent[0] : 1;
    file->sites = (int64_t)extent[first];
    return KL_OK;
}

static kl_status look_at(kl_lattice_file *file, hid_t set, kl_error *err)
{
    const hid_t type = H5Dget_type(set), space = H5Dget_space(set);
    kl_status status = type < 0 || space < 0 ? wrong(file, err, "cannot be read") : KL_OK;
    if (status == KL_OK)
        status = look_at_type(file, type, err);
    if (status == KL_OK)
        status = look_at_shape(file, space, err);
    if (type >= 0)
        H5Tclose(type);
    if (space >= 0)
        H5Sclose(space);
    return status;
}

/* ---- reading ---- */

typedef struct piece { /* of a dataset */
    int64_t entry, first, count;
    double *re, *im;
} piece;

static bool read_part(const kl_lattice_file *file, hid_t set, const piece *p, const char *part,
                      double *out)
{
    hsize_t from[4] = {0}, extent[4];
    const int front = file->stacked, rank = front + file->dimension;
    from[0] = (hsize_t)p->entry;
    extent[0] = 1;
    for (int j = 0; j < file->dimension; j++) {
        from[front + j] = j == 0 ? (hsize_t)p->first : 0;
        extent[front + j] = j == 0 ? (hsize_t)p->count : (hsize_t)file->sites;
    }
    const hid_t space = H5Dget_space(set), memory = H5Screate_simple(rank, extent, NULL);
    const hid_t type = file->is_complex ? part_type(part) : H5Tcopy(H5T_NATIVE_DOUBLE);
    const bool good = space >= 0 && memory >= 0 && type >= 0 &&
                      H5Sselect_hyperslab(space, H5S_SELECT_SET, from, NULL, extent, NULL) >= 0 &&
                      H5Dread(set, type, memory, space, H5P_DEFAULT, out) >= 0;
    if (type >= 0)
        H5Tclose(type);
    if (memory >= 0)
        H5Sclose(memory);
    if (space >= 0)
        H5Sclose(space);
    return good;
}

static bool is_finite(const double *value, int64_t n)
{
    for (int64_t i = 0; i < n; i++)
        if (!isfinite(value[i]))
            return false;
    return true;
}

static kl_status read_piece(const kl_lattice_file *file, hid_t set, const piece *p, kl_error *err)
{
    int64_t n = p->count;
    for (int j = 1; j < file->dimension; j++)
        n *= file->sites;
    if (!read_part(file, set, p, "r", p->re) ||
        (file->is_complex && !read_part(file, set, p, "i", p->im)))
        return wrong(file, err, "cannot be read");
    if (!file->is_complex && p->im)
        memset(p->im, 0, (size_t)n * sizeof *p->im);
    return is_finite(p->re, n) && (!p->im || is_finite(p->im, n))
               ? KL_OK
               : wrong(file, err, "has a number that is not finite");
}

/* ---- the file ---- */

/* Looks, or reads a piece where there is one. */
static kl_status visit(kl_lattice_file *file, const piece *p, kl_error *err)
{
    const kl_h5_errors errors = kl_h5_silence();
    kl_status status = KL_OK;
    const hid_t id = H5Fopen(file->path, H5F_ACC_RDONLY, H5P_DEFAULT);
    const hid_t set = id < 0 ? -1 : H5Dopen2(id, file->dataset, H5P_DEFAULT);
    if (id < 0)
        status = kl_fail(err, KL_INPUT, "%s: not an HDF5 file that can be read", file->path);
    else if (set < 0)
        status = wrong(file, err, "there is no such dataset");
    else
        status = p ? read_piece(file, set, p, err) : look_at(file, set, err);
    if (set >= 0)
        H5Dclose(set);
    if (id >= 0)
        H5Fclose(id);
    kl_h5_restore(errors);
    return status;
}

kl_status kl_lattice_file_look(kl_lattice_file *file, kl_error *err)
{
    return visit(file, NULL, err);
}

kl_status kl_lattice_file_read(const kl_lattice_file *file, int64_t entry, int64_t first,
                               int64_t count, double *re, double *im, kl_error *err)
{
    kl_lattice_file copy = *file;
    const piece p = {entry, first, count, re, im};
    return count > 0 ? visit(&copy, &p, err) : KL_OK;
}
