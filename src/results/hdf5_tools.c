/* Silence, attributes, and files in memory: see hdf5_tools.h. Local.
 *
 * The end of a file is read from its superblock: a 64-bit little-endian address
 * at byte 28 of versions 2 and 3 (HDF5 File Format Specification 3.0, II.A).
 * H5Fget_file_image() is not used: up to HDF5 1.10.8 it leaves a superblock of
 * version 3 with a wrong checksum, which no reader accepts.
 */
#include "results/hdf5_tools.h"

#include <stdlib.h>
#include <string.h>

enum { IMAGE_INCREMENT = 4 << 20, SUPERBLOCK_END_OF_FILE = 28 };

kl_h5_errors kl_h5_silence(void)
{
    kl_h5_errors errors = {NULL, NULL};
    H5Eget_auto2(H5E_DEFAULT, &errors.print, &errors.data);
    H5Eset_auto2(H5E_DEFAULT, NULL, NULL);
    return errors;
}

void kl_h5_restore(kl_h5_errors errors)
{
    H5Eclear2(H5E_DEFAULT);
    H5Eset_auto2(H5E_DEFAULT, errors.print, errors.data);
}

hid_t kl_h5_text_type(void)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, H5T_VARIABLE);
    H5Tset_cset(type, H5T_CSET_UTF8);
    return type;
}

bool kl_h5_put_numbers(hid_t object, const char *name, hid_t type, int count, const void *values)
{
    hsize_t n = (hsize_t)count;
    hid_t space = count ? H5Screate_simple(1, &n, NULL) : H5Screate(H5S_SCALAR);
    hid_t attribute = H5Acreate2(object, name, type, space, H5P_DEFAULT, H5P_DEFAULT);
    bool ok = attribute >= 0 && H5Awrite(attribute, type, values) >= 0;
    if (attribute >= 0)
        H5Aclose(attribute);
    H5Sclose(space);
    return ok;
}

bool kl_h5_put_texts(hid_t object, const char *name, int count, const char *const *values)
{
    hid_t type = kl_h5_text_type();
    bool ok = kl_h5_put_numbers(object, name, type, count, values);
    H5Tclose(type);
    return ok;
}

bool kl_h5_put_text(hid_t object, const char *name, const char *value)
{
    return kl_h5_put_texts(object, name, 0, &value);
}

bool kl_h5_put_fixed_text(hid_t object, const char *name, const char *value)
{
    hid_t type = H5Tcopy(H5T_C_S1);
    H5Tset_size(type, strlen(value) + 1);
    bool ok = kl_h5_put_numbers(object, name, type, 0, value);
    H5Tclose(type);
    return ok;
}

static void *image_malloc(size_t size, H5FD_file_image_op_t op, void *data)
{
    (void)op;
    ((kl_h5_image *)data)->capacity = size;
    return malloc(size);
}

static void *image_realloc(void *bytes, size_t size, H5FD_file_image_op_t op, void *data)
{
    kl_h5_image *image = data;
    void *larger = realloc(bytes, size);
    (void)op;
    if (larger)
        image->capacity = size;
    return larger;
}

/* HDF5 lets go of the finished file: it is ours now. */
static herr_t image_free(void *bytes, H5FD_file_image_op_t op, void *data)
{
    if (op == H5FD_FILE_IMAGE_OP_FILE_CLOSE)
        ((kl_h5_image *)data)->bytes = bytes;
    else
        free(bytes);
    return 0;
}

static void *image_share(void *data)
{
    return data;
}

static herr_t image_unshare(void *data)
{
    (void)data;
    return 0;
}

hid_t kl_h5_image_create(kl_h5_image *image)
{
    H5FD_file_image_callbacks_t callbacks = {image_malloc, NULL,          image_realloc, image_free,
                                             image_share,  image_unshare, image};
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), creation = H5Pcreate(H5P_FILE_CREATE), file = -1;
    unsigned order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
    *image = (kl_h5_image){NULL, 0, 0};
    if (H5Pset_file_image_callbacks(access, &callbacks) >= 0 &&
        H5Pset_fapl_core(access, IMAGE_INCREMENT, false) >= 0 &&
        H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0 &&
        H5Pset_link_creation_order(creation, order) >= 0 &&
        H5Pset_obj_track_times(creation, false) >= 0 &&
        H5Pset_attr_creation_order(creation, order) >= 0)
        file = H5Fcreate("kinlim-image", H5F_ACC_TRUNC, creation, access);
    H5Pclose(creation);
    H5Pclose(access);
    return file;
}

bool kl_h5_image_finish(kl_h5_image *image)
{
    if (!image->bytes || image->capacity < SUPERBLOCK_END_OF_FILE + 8)
        return false;
    image->size = 0;
    for (int i = 7; i >= 0; i--)
        image->size = image->size << 8 | image->bytes[SUPERBLOCK_END_OF_FILE + i];
    return image->size > 0 && image->size <= image->capacity;
}

void kl_h5_select_part(hid_t file, hid_t memory, bool any, const hsize_t *start,
                       const hsize_t *local)
{
    if (any) {
        H5Sselect_hyperslab(file, H5S_SELECT_SET, start, NULL, local, NULL);
    } else {
        H5Sselect_none(file);
        H5Sselect_none(memory);
    }
}
