/* Groups of variables with dimension scales: see hdf5_group.h. Local.
 *
 * Follows the HDF5 Dimension Scale Specification 1.0 by hand, since the
 * high-level library is not installed everywhere: CLASS, NAME, REFERENCE_LIST
 * on a scale, DIMENSION_LIST on a variable along it. Same values, same bytes:
 * no times of creation are kept.
 */
#include "results/hdf5_group.h"
#include "results/hdf5_tools.h"
#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK_BYTES = 1 << 20 };
static const unsigned keep_order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;

void kl_h5_group_fail(kl_h5_group *g, const char *name)
{
    if (g->ok)
        snprintf(g->failed, sizeof g->failed, "%s", name);
    g->ok = false;
}

kl_h5_group kl_h5_group_create(hid_t parent, const char *name)
{
    kl_h5_group g = {.ok = true};
    hid_t list = H5Pcreate(H5P_GROUP_CREATE);
    H5Pset_link_creation_order(list, keep_order);
    H5Pset_obj_track_times(list, false);
    g.id = H5Gcreate2(parent, name, H5P_DEFAULT, list, H5P_DEFAULT);
    H5Pclose(list);
    if (g.id < 0)
        kl_h5_group_fail(&g, name);
    return g;
}

/* Numbers: chunks of at most about 1 MB with a Fletcher-32 checksum each.
 * Text: contiguous, because the checksum would cover its addresses only. */
static hid_t creation_list(hid_t type, int rank, const hsize_t *extent, bool later)
{
    hsize_t chunk[KL_H5_RANK], bytes = H5Tget_size(type);
    hid_t list = H5Pcreate(H5P_DATASET_CREATE);
    H5Pset_obj_track_times(list, false);
    H5Pset_attr_creation_order(list, keep_order);
    if (later) {
        H5Pset_alloc_time(list, H5D_ALLOC_TIME_LATE);
        H5Pset_fill_time(list, H5D_FILL_TIME_NEVER);
    }
    if (later || H5Tget_class(type) == H5T_STRING)
        return list;
    for (int i = 0; i < rank; i++)
        bytes *= chunk[i] = extent[i];
    for (int i = 0; i < rank; i++) {
        while (bytes > CHUNK_BYTES && chunk[i] > 1) {
            bytes /= chunk[i];
            chunk[i] = (chunk[i] + 1) / 2;
            bytes *= chunk[i];
        }
    }
    H5Pset_chunk(list, rank, chunk);
    H5Pset_fletcher32(list);
    return list;
}

/* values NULL: they are written later. */
static hid_t put_dataset(kl_h5_group *g, kl_h5_label label, hid_t type, int rank,
                         const hsize_t *extent, const void *values)
{
    hid_t list = creation_list(type, rank, extent, !values);
    hid_t space = H5Screate_simple(rank, extent, NULL);
    hid_t id = H5Dcreate2(g->id, label.name, type, space, H5P_DEFAULT, list, H5P_DEFAULT);
    if (id < 0 || (values && H5Dwrite(id, type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values) < 0) ||
        !kl_h5_put_text(id, "units", label.units) ||
        !kl_h5_put_text(id, "long_name", label.long_name))
        kl_h5_group_fail(g, label.name);
    H5Sclose(space);
    H5Pclose(list);
    return id;
}

void kl_h5_scale(kl_h5_group *g, kl_h5_label label, hid_t type, int length, const void *values)
{
    hsize_t extent = (hsize_t)length;
    if (g->nscales == KL_H5_SCALES) {
        kl_h5_group_fail(g, label.name);
        return;
    }
    int s = g->nscales++;
    g->scale[s].id = -1;
    g->scale[s].length = length;
    if (!g->ok || length == 0)
        return;
    hid_t id = put_dataset(g, label, type, 1, &extent, values);
    g->scale[s].id = id;
    if (g->ok && (!kl_h5_put_fixed_text(id, "CLASS", "DIMENSION_SCALE") ||
                  !kl_h5_put_fixed_text(id, "NAME", label.name) ||
                  H5Rcreate(&g->scale[s].reference, id, ".", H5R_OBJECT, -1) < 0))
        kl_h5_group_fail(g, label.name);
}

void kl_h5_scale_index(kl_h5_group *g, kl_h5_label label, int length)
{
    int *index = NULL;
    if (kl_alloc((size_t)length, sizeof *index, label.name, &index, NULL) != KL_OK)
        kl_h5_group_fail(g, label.name);
    for (int i = 0; index && i < length; i++)
        index[i] = i;
    kl_h5_scale(g, label, H5T_NATIVE_INT, length, index);
    free(index);
}

static bool attach_scales(kl_h5_group *g, hid_t variable, int rank, const int *axes)
{
    hvl_t lists[KL_H5_RANK];
    hobj_ref_t self;
    kl_h5_use *longer = realloc(g->uses, (size_t)(g->nuses + rank) * sizeof *longer);
    if (!longer)
        return false;
    g->uses = longer;
    if (H5Rcreate(&self, variable, ".", H5R_OBJECT, -1) < 0)
        return false;
    for (int i = 0; i < rank; i++) {
        lists[i] = (hvl_t){1, &g->scale[axes[i]].reference};
        g->uses[g->nuses++] = (kl_h5_use){self, axes[i], i};
    }
    hid_t type = H5Tvlen_create(H5T_STD_REF_OBJ);
    bool ok = kl_h5_put_numbers(variable, "DIMENSION_LIST", type, rank, lists);
    H5Tclose(type);
    return ok;
}

/* ---- variables that are written later ---- */

hid_t kl_h5_later_type(int kind)
{
    const hid_t types[] = {H5T_NATIVE_DOUBLE, H5T_NATIVE_UINT64, H5T_NATIVE_UINT8};
    return kind >= 0 && kind < 3 ? types[kind] : -1;
}

void kl_h5_later_destroy(kl_h5_later *later)
{
    free(later->array);
    *later = (kl_h5_later){0};
}

static bool add_later(kl_h5_group *g, hid_t id, hid_t type, int rank, const hsize_t *extent,
                      const void *values)
{
    kl_h5_later *list = g->later;
    struct kl_h5_array_of *longer = realloc(list->array, (size_t)(list->n + 1) * sizeof *longer),
                          *last;
    if (!longer)
        return false;
    list->array = longer;
    last = &longer[list->n];
    memset(last, 0, sizeof *last);
    while (H5Tequal(kl_h5_later_type(last->kind), type) == 0)
        last->kind++;
    last->rank = rank;
    last->values = values;
    memcpy(last->extent, extent, (size_t)rank * sizeof *extent);
    const ssize_t length = H5Iget_name(id, last->name, sizeof last->name);
    list->n += length > 0 && length < (ssize_t)sizeof last->name;
    return length > 0 && length < (ssize_t)sizeof last->name;
}

void kl_h5_variable_later(kl_h5_group *g, kl_h5_label label, hid_t type, int rank, const int *axes,
                          const void *values)
{
    hsize_t extent[KL_H5_RANK], elements = 1;
    if (!g->later) {
        kl_h5_variable(g, label, type, rank, axes, values);
        return;
    }
    for (int i = 0; i < rank; i++)
        elements *= extent[i] = (hsize_t)g->scale[axes[i]].length;
    if (!g->ok || elements == 0)
        return;
    hid_t id = put_dataset(g, label, type, rank, extent, NULL);
    if (g->ok &&
        !(attach_scales(g, id, rank, axes) && add_later(g, id, type, rank, extent, values)))
        kl_h5_group_fail(g, label.name);
    if (id >= 0)
        H5Dclose(id);
}

void kl_h5_variable(kl_h5_group *g, kl_h5_label label, hid_t type, int rank, const int *axes,
                    const void *values)
{
    hsize_t extent[KL_H5_RANK], elements = 1;
    if (!g->ok)
        return;
    for (int i = 0; i < rank; i++)
        elements *= extent[i] = (hsize_t)g->scale[axes[i]].length;
    if (elements == 0)
        return;
    hid_t id = put_dataset(g, label, type, rank, extent, values);
    if (g->ok && !attach_scales(g, id, rank, axes))
        kl_h5_group_fail(g, label.name);
    if (id >= 0)
        H5Dclose(id);
}

/* axis -1: a new scale */
static void put_texts(kl_h5_group *g, kl_h5_label label, int axis, int length, const void *base,
                      size_t stride)
{
    const char **texts = NULL;
    if (kl_alloc((size_t)length, sizeof *texts, label.name, &texts, NULL) != KL_OK)
        kl_h5_group_fail(g, label.name);
    for (int i = 0; texts && i < length; i++)
        texts[i] = (const char *)base + (size_t)i * stride;
    hid_t type = kl_h5_text_type();
    if (axis < 0)
        kl_h5_scale(g, label, type, length, texts);
    else
        kl_h5_variable(g, label, type, 1, &axis, texts);
    H5Tclose(type);
    free(texts);
}

void kl_h5_scale_texts(kl_h5_group *g, kl_h5_label label, int length, const void *base,
                       size_t stride)
{
    put_texts(g, label, -1, length, base, stride);
}

void kl_h5_variable_texts(kl_h5_group *g, kl_h5_label label, int axis, const void *base,
                          size_t stride)
{
    if (g->ok)
        put_texts(g, label, axis, g->scale[axis].length, base, stride);
}

static bool put_reference_list(const kl_h5_group *g, int scale)
{
    typedef struct entry {
        hobj_ref_t dataset;
        int dimension;
    } entry;
    int n = 0;
    entry *entries = calloc((size_t)g->nuses + 1, sizeof *entries);
    for (int i = 0; entries && i < g->nuses; i++) {
        if (g->uses[i].scale == scale) {
            entries[n].dataset = g->uses[i].variable;
            entries[n++].dimension = g->uses[i].axis;
        }
    }
    hid_t type = H5Tcreate(H5T_COMPOUND, sizeof(entry));
    H5Tinsert(type, "dataset", offsetof(entry, dataset), H5T_STD_REF_OBJ);
    H5Tinsert(type, "dimension", offsetof(entry, dimension), H5T_NATIVE_INT);
    bool ok = entries &&
              (n == 0 || kl_h5_put_numbers(g->scale[scale].id, "REFERENCE_LIST", type, n, entries));
    H5Tclose(type);
    free(entries);
    return ok;
}

kl_status kl_h5_group_close(kl_h5_group *g, const char *path, kl_error *err)
{
    for (int s = 0; s < g->nscales; s++) {
        if (g->scale[s].id < 0)
            continue;
        if (g->ok && !put_reference_list(g, s))
            kl_h5_group_fail(g, "a reference list");
        H5Dclose(g->scale[s].id);
    }
    free(g->uses);
    g->uses = NULL;
    if (g->id >= 0)
        H5Gclose(g->id);
    if (g->ok)
        return KL_OK;
    return kl_fail(err, KL_ENVIRONMENT, "%s: HDF5 cannot store %s: no memory, or the name is taken",
                   path, g->failed);
}
