#include "parts/slices.h"

#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

kl_status kl_slices_create(const kl_lattice *lattice, int64_t numbers, kl_slices *out,
                           kl_error *err)
{
    *out = (kl_slices){.lattice = lattice, .each = (numbers + lattice->sites - 1) / lattice->sites};
    return kl_alloc((size_t)(out->each * lattice->sites), sizeof *out->value, "sums", &out->value,
                    err);
}

void kl_slices_destroy(kl_slices *slices)
{
    free(slices->value);
    *slices = (kl_slices){0};
}

size_t kl_slices_bytes(const kl_slices *slices)
{
    return (size_t)slices->each * sizeof *slices->value;
}

void kl_slices_clear(kl_slices *slices)
{
    memset(slices->value, 0, kl_slices_bytes(slices) * (size_t)slices->lattice->sites);
    slices->cut = false;
}

static double *slice_of(const kl_slices *slices, int64_t plane)
{
    return slices->value + (slices->lattice->first + plane) * slices->each;
}

void kl_slices_pack(const kl_slices *slices, int64_t plane, void *bytes)
{
    memcpy(bytes, slice_of(slices, plane), kl_slices_bytes(slices));
}

void kl_slices_unpack(kl_slices *slices, int64_t plane, const void *bytes)
{
    memcpy(slice_of(slices, plane), bytes, kl_slices_bytes(slices));
    slices->cut = true;
}

/* Elsewhere they are zeros. */
void kl_slices_join(kl_slices *slices)
{
    for (int64_t i = 0; i < slices->lattice->sites; i++)
        MPI_Allreduce(MPI_IN_PLACE, slices->value + i * slices->each, (int)kl_slices_bytes(slices),
                      MPI_BYTE, MPI_BOR, slices->lattice->comm);
    slices->cut = false;
}
