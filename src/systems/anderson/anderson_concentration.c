/* The concentration of singularity of a study's start, point by point: a number of the
 * start alone, in closed form where there is one, else from the lattice state. Local.
 */
#include "systems/anderson/anderson_private.h"

#include "dynamics/concentration.h"

#include <math.h>
#include <stdio.h>

static const double most_sites = 1 << 21; /* that are transformed: two arrays of 32 MB */

static kl_status transform(const anderson *a, int point, kl_concentration *out, kl_error *err)
{
    kl_lattice lattice;
    kl_state psi;
    KL_TRY(
        kl_lattice_create(MPI_COMM_SELF, (int)a->dimension, a->point[point].sites, &lattice, err));
    KL_TRY(kl_state_create(&lattice, KL_DOUBLE, &psi, err));
    kl_status status = anderson_fill_initial(a, point, &psi, err);
    if (status == KL_OK)
        status = kl_concentration_of_state(&psi, out, err);
    kl_state_destroy(&psi);
    return status;
}

kl_status anderson_constants(const void *self, int point, double *value, kl_error *err)
{
    const anderson *a = self;
    const kl_initial first = anderson_packet(a, point, 0);
    kl_concentration c = {NAN, NAN};
    if (a->npackets > 1 || !kl_concentration_closed(&first, (int)a->dimension, &c))
        if (pow((double)a->point[point].sites, (double)a->dimension) <= most_sites)
            KL_TRY(transform(a, point, &c, err));
    value[0] = c.norm;
    value[1] = c.peak;
    return KL_OK;
}

void anderson_warn_of_concentration(anderson *a)
{
    kl_description *d = &a->description;
    for (int i = 0; a->dimension == 3 && i < a->npackets; i++) {
        const kl_initial *p = &a->packet[i];
        if (p->envelope <= KL_ENVELOPE_BUMP && p->higher.nterms == 0 && p->higher.nwaves == 0 &&
            kl_hessian_rank(p->hessian, 3) == 2)
            snprintf(d->warning[d->nwarnings++], sizeof *d->warning,
                     "initial.phase.hessian of rank 2: the concentration of singularity falls "
                     "like mu^(1/2), slower than the mu^(4/5) under which convergence in r-th "
                     "mean is proven");
    }
}
