/* Reading arrays, texts and attributes of an open HDF5 file on no trust: every array
 * must have the extent that is expected of it, and as many bytes in the file as it
 * claims, before anything is read; every text must fit. All functions are local; failures
 * are KL_INPUT and name the file and the object.
 */
#ifndef KL_RESULTS_HDF5_READ_H
#define KL_RESULTS_HDF5_READ_H

#include "results/hdf5_tools.h"
#include "kinlim/results.h"

enum { KL_H5_MOST_RANK = 7 };

typedef struct kl_h5_reader {
    const char *path;
    hid_t file;
    kl_error *err;
} kl_h5_reader;

/* An array of the file: its path, its extent by the dimensions of the study. An empty one is
 * not there. */
typedef struct kl_h5_array {
    const char *name;
    int rank;
    int extent[KL_H5_MOST_RANK];
} kl_h5_array;

/* "damaged, or not written by kinlim", as an error to return. */
kl_status kl_h5_damaged(const kl_h5_reader *in, const char *what);

/* That the array can be read; the array itself, as numbers of memory type `type`. */
kl_status kl_h5_check(const kl_h5_reader *in, kl_h5_array a);
kl_status kl_h5_numbers(const kl_h5_reader *in, kl_h5_array a, hid_t type, void *out);

/* n texts of at most width - 1 bytes to base, base + stride, ...: a dataset; an attribute. */
kl_status kl_h5_texts(const kl_h5_reader *in, const char *name, int n, void *base, size_t stride,
                      size_t width);
kl_status kl_h5_text_attributes(const kl_h5_reader *in, hid_t object, const char *name, int n,
                                void *base, size_t stride, size_t width);

/* The number of elements of an attribute; 0 if it is not there, -1 if it is odd. */
int kl_h5_attribute_length(hid_t object, const char *name);

/* An attribute of exactly n numbers; of one text. */
kl_status kl_h5_attribute(const kl_h5_reader *in, hid_t object, const char *name, hid_t type, int n,
                          void *out);
kl_status kl_h5_name(const kl_h5_reader *in, hid_t object, const char *name, char out[KL_NAME]);

/* An attribute of one text of any length; free with free(). NULL if it is not text. */
char *kl_h5_long_text(hid_t object, const char *name);

#endif
