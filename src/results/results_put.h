/* Parts of the writer of RESULTS.h5; private to the room. Local. */
#ifndef KL_RESULTS_RESULTS_PUT_H
#define KL_RESULTS_RESULTS_PUT_H

#include "kinlim/results.h"
#include "results/hdf5_group.h"

/* The dimension of the stations, by its own name. */
void kl_h5_put_time(const kl_results *results, kl_h5_group *group);

/* The group /fields. */
kl_status kl_results_put_fields(const kl_results *results, hid_t file, const char *path,
                                kl_h5_later *later, kl_error *err);

/* The whole file in memory, but for what is to be written later (NULL: nothing). free()
 * image->bytes, on failure too. */
kl_status kl_results_image(const kl_results *results, const char *path, kl_h5_later *later,
                           kl_h5_image *image, kl_error *err);

#endif
