#include "results/hdf5_read.h"

#include "base/memory.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

enum { DEFLATE_LIMIT = 1032 }; /* deflate shrinks data to 1/1032 at best */

kl_status kl_h5_damaged(const kl_h5_reader *in, const char *what)
{
    return kl_fail(in->err, KL_INPUT, "%s: damaged, or not written by kinlim: %s", in->path, what);
}

static bool is_empty(const kl_h5_array *a)
{
    for (int i = 0; i < a->rank; i++)
        if (a->extent[i] == 0)
            return true;
    return false;
}

/* True if the open dataset has the extent of *a and the bytes to fill it. */
static bool fits(hid_t dataset, const kl_h5_array *a)
{
    hsize_t extent[KL_H5_MOST_RANK], elements = 1; /* then bytes */
    hid_t space = H5Dget_space(dataset), type = H5Dget_type(dataset);
    bool ok = space >= 0 && type >= 0 && H5Sget_simple_extent_ndims(space) == a->rank &&
              H5Sget_simple_extent_dims(space, extent, NULL) == a->rank;
    for (int i = 0; ok && i < a->rank; i++)
        ok = extent[i] == (hsize_t)a->extent[i] &&
             !__builtin_mul_overflow(elements, extent[i], &elements);
    ok = ok && !__builtin_mul_overflow(elements, H5Tget_size(type), &elements) &&
         elements <= DEFLATE_LIMIT * H5Dget_storage_size(dataset);
    if (space >= 0)
        H5Sclose(space);
    if (type >= 0)
        H5Tclose(type);
    return ok;
}

/* Opens a dataset that must fit; *id is -1 if it is empty and thus not there. */
static kl_status open_array(const kl_h5_reader *in, const kl_h5_array *a, hid_t *id)
{
    *id = -1;
    if (is_empty(a))
        return KL_OK;
    *id = H5Dopen2(in->file, a->name, H5P_DEFAULT);
    if (*id < 0)
        return kl_h5_damaged(in, a->name);
    if (!fits(*id, a)) {
        H5Dclose(*id);
        *id = -1;
        return kl_h5_damaged(in, a->name);
    }
    return KL_OK;
}

kl_status kl_h5_check(const kl_h5_reader *in, kl_h5_array a)
{
    hid_t id;
    KL_TRY(open_array(in, &a, &id));
    if (id >= 0)
        H5Dclose(id);
    return KL_OK;
}

kl_status kl_h5_numbers(const kl_h5_reader *in, kl_h5_array a, hid_t type, void *out)
{
    hid_t id;
    KL_TRY(open_array(in, &a, &id));
    if (id < 0)
        return KL_OK;
    herr_t read = H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, out);
    H5Dclose(id);
    return read < 0 ? kl_h5_damaged(in, a.name) : KL_OK;
}

static bool is_text(hid_t type)
{
    return type >= 0 && H5Tis_variable_str(type) > 0;
}

/* Copies n texts to base, base + stride, ...; false if one is longer than width - 1. */
static bool copy_texts(char *const *texts, int n, void *base, size_t stride, size_t width)
{
    for (int i = 0; i < n; i++) {
        const char *text = texts[i] ? texts[i] : "";
        if (strlen(text) >= width)
            return false;
        strcpy((char *)base + (size_t)i * stride, text);
    }
    return true;
}

/* The n texts of an open dataset or attribute, which is closed, each of at most
 * width - 1 bytes, to base, base + stride, ... */
static kl_status take_texts(const kl_h5_reader *in, const char *name, hid_t id, int n, void *base,
                            size_t stride, size_t width)
{
    const bool attribute = H5Iget_type(id) == H5I_ATTR;
    hid_t stored = attribute ? H5Aget_type(id) : H5Dget_type(id), type = kl_h5_text_type();
    hid_t space = attribute ? H5Aget_space(id) : H5Dget_space(id);
    char **texts;
    kl_status status = kl_alloc((size_t)n, sizeof *texts, name, &texts, in->err);
    if (status == KL_OK) {
        bool ok = is_text(stored) &&
                  (attribute ? H5Aread(id, type, texts)
                             : H5Dread(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, texts)) >= 0;
        if (!ok || !copy_texts(texts, n, base, stride, width))
            status = kl_h5_damaged(in, name);
        if (ok)
            H5Dvlen_reclaim(type, space, H5P_DEFAULT, texts);
        free(texts);
    }
    H5Tclose(type);
    H5Tclose(stored);
    H5Sclose(space);
    if (attribute)
        H5Aclose(id);
    else
        H5Dclose(id);
    return status;
}

kl_status kl_h5_texts(const kl_h5_reader *in, const char *name, int n, void *base, size_t stride,
                      size_t width)
{
    const kl_h5_array a = {name, 1, {n}};
    hid_t id;
    KL_TRY(open_array(in, &a, &id));
    return id < 0 ? KL_OK : take_texts(in, name, id, n, base, stride, width);
}

/* The number of elements of an attribute; 0 if it is not there, -1 if it is odd. */
int kl_h5_attribute_length(hid_t object, const char *name)
{
    if (H5Aexists(object, name) <= 0)
        return 0;
    hid_t id = H5Aopen(object, name, H5P_DEFAULT);
    hid_t space = id >= 0 ? H5Aget_space(id) : -1;
    hssize_t n = space >= 0 ? H5Sget_simple_extent_npoints(space) : -1;
    if (space >= 0)
        H5Sclose(space);
    if (id >= 0)
        H5Aclose(id);
    return n >= 0 && n <= INT_MAX ? (int)n : -1;
}

/* An attribute of exactly n numbers. */
kl_status kl_h5_attribute(const kl_h5_reader *in, hid_t object, const char *name, hid_t type, int n,
                          void *out)
{
    if (n == 0)
        return KL_OK;
    if (kl_h5_attribute_length(object, name) != n)
        return kl_h5_damaged(in, name);
    hid_t id = H5Aopen(object, name, H5P_DEFAULT);
    bool ok = id >= 0 && H5Aread(id, type, out) >= 0;
    if (id >= 0)
        H5Aclose(id);
    return ok ? KL_OK : kl_h5_damaged(in, name);
}

kl_status kl_h5_text_attributes(const kl_h5_reader *in, hid_t object, const char *name, int n,
                                void *base, size_t stride, size_t width)
{
    if (n == 0)
        return KL_OK;
    if (kl_h5_attribute_length(object, name) != n)
        return kl_h5_damaged(in, name);
    hid_t id = H5Aopen(object, name, H5P_DEFAULT);
    return id < 0 ? kl_h5_damaged(in, name) : take_texts(in, name, id, n, base, stride, width);
}

kl_status kl_h5_name(const kl_h5_reader *in, hid_t object, const char *name, char out[KL_NAME])
{
    return kl_h5_text_attributes(in, object, name, 1, out, KL_NAME, KL_NAME);
}

/* One text of any length; free with free(). NULL if it is not text. */
char *kl_h5_long_text(hid_t object, const char *name)
{
    char *text = NULL, *copy = NULL;
    hid_t id = H5Aopen(object, name, H5P_DEFAULT);
    if (id < 0)
        return NULL;
    hid_t stored = H5Aget_type(id), space = H5Aget_space(id), type = kl_h5_text_type();
    if (is_text(stored) && H5Sget_simple_extent_npoints(space) == 1 &&
        H5Aread(id, type, &text) >= 0) {
        copy = strdup(text ? text : "");
        H5Dvlen_reclaim(type, space, H5P_DEFAULT, &text);
    }
    H5Tclose(type);
    H5Tclose(stored);
    H5Sclose(space);
    H5Aclose(id);
    return copy;
}
