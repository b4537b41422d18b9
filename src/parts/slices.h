/* Numbers of a run that no plane of the lattice holds (sums so far, how far the work is), in
 * checkpoints: cut into slices, one in each plane's piece, so that any ranks can read them back.
 * The same on all ranks of the group. */
#ifndef KL_PARTS_SLICES_H
#define KL_PARTS_SLICES_H

#include "lattice/lattice.h"

#include <stdbool.h>

typedef struct kl_slices {
    const kl_lattice *lattice; /* not owned */
    int64_t each;              /* numbers in a slice */
    double *value;             /* [each * sites], owned: the numbers, then zeros */
    bool cut;                  /* unpacked: only the slices of this rank are there */
} kl_slices;

/* `numbers` zeros. KL_ENVIRONMENT: no memory. Local; free with destroy. */
kl_status kl_slices_create(const kl_lattice *lattice, int64_t numbers, kl_slices *out,
                           kl_error *err);
void kl_slices_destroy(kl_slices *slices);
void kl_slices_clear(kl_slices *slices); /* to zeros; local */

/* Bytes of a slice; that of an owned plane. The numbers are cleared before the first unpack(), and
 * there again after join(), which is collective over the group. */
size_t kl_slices_bytes(const kl_slices *slices);
void kl_slices_pack(const kl_slices *slices, int64_t plane, void *bytes);
void kl_slices_unpack(kl_slices *slices, int64_t plane, const void *bytes);
void kl_slices_join(kl_slices *slices);

#endif
