#include "systems/systems.h"

#include "kinetic/boltzmann.h"
#include "lattice/fft.h"
#include "systems/anderson/anderson.h"
#include "systems/crossing/crossing_integral.h"
#include "systems/eigenstates/eigenstates.h"
#include "systems/expansion/expansion.h"
#include "systems/fermi/fermi.h"
#include "systems/feynman_kac/feynman_kac.h"
#include "systems/graphs/feynman.h"
#include "systems/hartree_fock/hartree_fock.h"
#include "systems/localization/localization.h"
#include "systems/lyapunov/lyapunov.h"
#include "systems/semiclassical/semiclassical.h"
#include "systems/spectral/spectral.h"
#include "systems/trotter/trotter.h"
#include "systems/vlasov/vlasov_system.h"

#include <stdio.h>
#include <string.h>

const kl_system *const kl_systems[] = {
    &kl_system_anderson,      &kl_system_localization, &kl_system_lyapunov,
    &kl_system_expansion,     &kl_system_graphs,       &kl_system_crossing,
    &kl_system_semiclassical, &kl_system_fermi,        &kl_system_hartree_fock,
    &kl_system_trotter,       &kl_system_spectral,     &kl_system_feynman_kac,
    &kl_system_eigenstates,   &kl_system_vlasov,       NULL};

kl_status kl_systems_begin(const char *petsc, kl_error *err)
{
    return kl_petsc_begin(petsc, err);
}

void kl_systems_end(void)
{
    kl_petsc_end();
}

const char *kl_systems_library(int i, char *text, size_t size)
{
    char mpi[MPI_MAX_LIBRARY_VERSION_STRING];
    int length;
    switch (i) {
    case 0:
        MPI_Get_library_version(mpi, &length);
        mpi[strcspn(mpi, ",\n")] = 0;
        snprintf(text, size, "mpi=%s", mpi);
        return text;
    case 1:
        snprintf(text, size, "petsc=%s", kl_petsc_version());
        return text;
    case 2:
        snprintf(text, size, "hdf5=%s", kl_hdf5_version());
        return text;
    case 3:
        snprintf(text, size, "fftw=%s", kl_fft_version());
        return text;
    default:
        return NULL;
    }
}
