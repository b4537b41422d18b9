#include "dynamics/hamiltonian.h"

#include "lattice/pencil_parts.h"

#include <float.h>
#include <math.h>

enum { POWER_STEPS = 6 }; /* applications of H; the last one gives the ratio */

kl_recurrence kl_hamiltonian_recurrence(const kl_hamiltonian *h, kl_precision precision,
                                        void **array, int arrays, bool keep)
{
    return (kl_recurrence){.stencil = {h->lattice, precision, h->set},
                           .omega = h->omega,
                           .seams = h->seams,
                           .blocking = h->blocking,
                           .array = array,
                           .arrays = arrays,
                           .keep = keep};
}

static double extreme(const kl_hamiltonian *h, int sign)
{
    double most = 0;
    for (int64_t i = 0; i < kl_pencils_held(h->lattice); i++)
        most = sign * (double)h->omega[i] > most ? sign * (double)h->omega[i] : most;
    MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_DOUBLE, MPI_MAX, h->lattice->comm);
    return most;
}

/* (H phi)(x)/phi(x), largest over this rank's sites, and those of the others. */
static double largest_ratio(const kl_lattice *lattice, kl_precision precision, const void *phi,
                            const void *h_phi)
{
    const int64_t from = kl_lattice_origin(lattice), to = from + kl_pencils_held(lattice);
    double most = 0;
    if (precision == KL_SINGLE) {
        const float *restrict a = phi, *restrict b = h_phi;
        float m = 0;
        for (int64_t i = from; i < to; i++)
            m = b[i] / a[i] > m ? b[i] / a[i] : m;
        most = (double)m;
    } else {
        const double *restrict a = phi, *restrict b = h_phi;
        for (int64_t i = from; i < to; i++)
            most = b[i] / a[i] > most ? b[i] / a[i] : most;
    }
    MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_DOUBLE, MPI_MAX, lattice->comm);
    return most;
}

static void fill(const kl_lattice *lattice, kl_precision precision, double value, void *a)
{
    for (int64_t i = 0; i < kl_pencils_extent(lattice); i++) {
        if (precision == KL_SINGLE)
            ((float *)a)[i] = (float)value;
        else
            ((double *)a)[i] = value;
    }
}

static void power_step(const void *context, int k, kl_stencil_step *step)
{
    (void)k;
    *step = *(const kl_stencil_step *)context;
}

/* Upper bound of lambda_max(hopping Delta + sign eta V). */
static double upper_bound(const kl_hamiltonian *h, kl_precision precision, int sign, void *u,
                          void *v)
{
    /* H + shift is entrywise non-negative; scale keeps phi near 1. */
    const double edge = 2 * h->lattice->dimension * h->hopping;
    const double shift = h->eta * extreme(h, -sign) + 1e-3, scale = 1 / (edge + shift);
    const double epsilon = precision == KL_SINGLE ? (double)FLT_EPSILON : DBL_EPSILON;
    const kl_stencil_step step = {
        .hop = scale * h->hopping, .potential = sign * scale * h->eta, .shift = scale * shift};
    void *array[2] = {u, v};
    fill(h->lattice, precision, 1, u);
    const kl_recurrence r = kl_hamiltonian_recurrence(h, precision, array, 2, true);
    kl_recurrence_begin(&r);
    kl_recurrence_run(&r, POWER_STEPS, power_step, &step);
    kl_recurrence_end(&r);
    const double ratio =
        largest_ratio(h->lattice, precision, array[(POWER_STEPS - 1) % 2], array[POWER_STEPS % 2]);
    return ratio * (1 + 16 * epsilon) / scale - shift;
}

double kl_hamiltonian_exact_factor(double radius, double hopping)
{
    float factor = (float)(2 * hopping / radius);
    if ((double)factor * radius > 2 * hopping)
        factor = nextafterf(factor, 0);
    return 2 * hopping / (double)factor;
}

double kl_hamiltonian_radius(const kl_hamiltonian *h, kl_precision precision, void *u, void *v)
{
    double high = upper_bound(h, precision, 1, u, v);
    double low = upper_bound(h, precision, -1, u, v);
    return kl_hamiltonian_exact_factor(fmax(high, low), h->hopping);
}
