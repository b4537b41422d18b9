/* What every HDF5 file of this room needs: silence, attributes, and an image of
 * a file in memory. All functions are local; a failure is a negative identifier
 * or `false`, and the caller says in its own words what could not be done.
 */
#ifndef KL_RESULTS_HDF5_TOOLS_H
#define KL_RESULTS_HDF5_TOOLS_H

#include "kinlim/status.h"

#define H5_USE_110_API /* later libraries keep these signatures */
#include <hdf5.h>
#include <stdbool.h>

/* HDF5 prints no error stack between silence and restore. */
typedef struct kl_h5_errors {
    H5E_auto2_t print;
    void *data;
} kl_h5_errors;

kl_h5_errors kl_h5_silence(void);
void kl_h5_restore(kl_h5_errors errors);

/* The type of all text: UTF-8 of variable length. Close with H5Tclose(). */
hid_t kl_h5_text_type(void);

/* Attributes: one text, a list of texts, a number (count 0: scalar) or a list. */
bool kl_h5_put_text(hid_t object, const char *name, const char *value);
/* Fixed length: as dimension scales and parallel files need it. */
bool kl_h5_put_fixed_text(hid_t object, const char *name, const char *value);
bool kl_h5_put_texts(hid_t object, const char *name, int count, const char *const *values);
bool kl_h5_put_numbers(hid_t object, const char *name, hid_t type, int count, const void *values);

/* What this rank has of a data set that all ranks write at once: `local` from `start` on, or
 * nothing, with which it takes part all the same. */
void kl_h5_select_part(hid_t file, hid_t memory, bool any, const hsize_t *start,
                       const hsize_t *local);

/* A file that HDF5 builds in memory, so that no write to the disk is ever
 * HDF5's: it cannot recover from a full disk. */
typedef struct kl_h5_image {
    unsigned char *bytes; /* valid after the file is closed; free() it */
    size_t size, capacity;
} kl_h5_image;

/* Creates the file; *image must stay where it is until H5Fclose(). */
hid_t kl_h5_image_create(kl_h5_image *image);
/* After H5Fclose(): sets image->size. */
bool kl_h5_image_finish(kl_h5_image *image);

#endif
