#include "parts/density.h"

#include "base/memory.h"
#include "results/snapshot.h"

#include <stdlib.h>

kl_status kl_density_snapshot(const kl_state *psi, double unit, double time, const char *path,
                              kl_snapshot **snapshot, kl_error *err)
{
    const kl_lattice *lattice = psi->lattice;
    const int64_t n = kl_lattice_local(lattice), from = kl_lattice_origin(lattice);
    float *density = NULL;
    if (!*snapshot)
        KL_TRY(kl_snapshot_create(lattice->comm, path, lattice->dimension, (int)lattice->sites,
                                  unit, 0, "density", "probability |psi|^2 per site", "1", snapshot,
                                  err));
    kl_status status = kl_alloc((size_t)n, sizeof *density, "snapshot", &density, err);
    KL_TRY(kl_agree(lattice->comm, status, err));
    for (int64_t i = 0; i < n; i++) {
        double re, im;
        kl_state_load(psi->precision, psi->re, from + i, 1, &re);
        kl_state_load(psi->precision, psi->im, from + i, 1, &im);
        density[i] = (float)(re * re + im * im);
    }
    status =
        kl_snapshot_write(*snapshot, time, (int)lattice->first, (int)lattice->count, density, err);
    free(density);
    return status;
}
