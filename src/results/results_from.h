/* Results whose large arrays stay in their file: mapped where they lie in it, so that what is not
 * looked at need not be in memory. Private to the room. Local.
 */
#ifndef KL_RESULTS_RESULTS_FROM_H
#define KL_RESULTS_RESULTS_FROM_H

#include "kinlim/results.h"
#include "results/hdf5_read.h"

/* Bytes from the beginning of the file, in the order of the arrays of all realizations in
 * kl_results; -1: the array is to be in memory. */
typedef struct kl_results_places {
    size_t file; /* its bytes; 0: nothing of it is mapped */
    int64_t sample, check_value, sample_error, checksum, done;
} kl_results_places;

/* Where they are, if they are large together and lie in the file as they would in memory. KL_INPUT:
 * damaged. */
kl_status kl_results_find_places(const kl_h5_reader *in, const kl_results *shape,
                                 kl_results_places *out);

/* As kl_results_create(), but for these. */
kl_status kl_results_create_from(const kl_results *shape, const char *path,
                                 const kl_results_places *places, kl_results **out, kl_error *err);

/* True if an array of them lies in the file. */
bool kl_results_in_file(const kl_results *results, const void *array);

#endif
