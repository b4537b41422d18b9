/* Checkpoints of a `fermi` realization: a piece is a plane of the vector in work, of the images of
 * the sites, and a slice of the numbers. */
#include "systems/fermi/fermi_private.h"

#include <string.h>

double complex *fermi_image(const fermi_run *r, int i, int time)
{
    const int64_t local = kl_lattice_local(&r->propagation.lattice);
    return r->image + (i * r->f->times.n + time) * local;
}

static int images(const fermi_run *r)
{
    return r->f->sites.n * r->f->times.n;
}

static size_t image_bytes(const fermi_run *r)
{
    return (size_t)r->propagation.lattice.plane * sizeof *r->image;
}

kl_packing fermi_shape(const void *run)
{
    const fermi_run *r = run;
    kl_packing packing = kl_propagation_shape(&r->propagation);
    packing.progress_bytes = kl_slices_bytes(&r->slices);
    packing.piece_bytes += (size_t)images(r) * image_bytes(r) + packing.progress_bytes;
    return packing;
}

/* Between two vectors psi does not matter. */
kl_packing fermi_packing(const void *run, int station)
{
    const fermi_run *r = run;
    const int time = (int)r->progress[REACHED];
    kl_packing packing = fermi_shape(run);
    (void)station;
    if (r->slices.cut || (time >= 0 && kl_propagation_packing(&r->propagation, time).pieces == 0))
        packing.pieces = 0;
    return packing;
}

void fermi_pack(const void *run, int64_t piece, void *bytes)
{
    const fermi_run *r = run;
    const size_t image = image_bytes(r);
    char *at = bytes;
    kl_propagation_pack(&r->propagation, piece, at);
    at += kl_propagation_shape(&r->propagation).piece_bytes;
    for (int i = 0; i < images(r); i++, at += image)
        memcpy(at, fermi_image(r, 0, i) + piece * r->propagation.lattice.plane, image);
    kl_slices_pack(&r->slices, piece, at);
}

void fermi_unpack(void *run, int64_t piece, const void *bytes)
{
    fermi_run *r = run;
    const size_t image = image_bytes(r);
    const char *at = bytes;
    if (!r->slices.cut)
        kl_slices_clear(&r->slices);
    kl_propagation_unpack(&r->propagation, piece, at);
    at += kl_propagation_shape(&r->propagation).piece_bytes;
    for (int i = 0; i < images(r); i++, at += image)
        memcpy(fermi_image(r, 0, i) + piece * r->propagation.lattice.plane, at, image);
    kl_slices_unpack(&r->slices, piece, at);
}

/* A rank without planes holds no slice: it waits for the other ranks too. */
void fermi_restored(void *run, int station)
{
    fermi_run *r = run;
    (void)station;
    if (!r->slices.cut)
        kl_slices_clear(&r->slices);
    r->slices.cut = true;
}

void fermi_join(fermi_run *r)
{
    kl_slices_join(&r->slices);
    const int time = (int)r->progress[REACHED];
    kl_propagation_restored(&r->propagation, time < 0 ? 0 : time);
    r->propagation.energy = r->progress[ENERGY];
}
