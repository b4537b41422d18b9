#include "dynamics/hamiltonian.h"

#include <float.h>
#include <math.h>

enum { POWER_STEPS = 5 };

static double extreme(const kl_hamiltonian *h, int sign)
{
    double most = 0;
    for (int64_t i = 0; i < kl_lattice_local(h->lattice); i++)
        most = fmax(most, sign * (double)h->omega[i]);
    MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_DOUBLE, MPI_MAX, h->lattice->comm);
    return most;
}

/* b <- b + shift * scale * a on all sites, ghosts too. */
static void add(const kl_lattice *lattice, kl_precision precision, double c, const void *a, void *b)
{
    const int64_t n = kl_lattice_extent(lattice);
    if (precision == KL_SINGLE) {
        const float *restrict x = a;
        float *restrict y = b, cf = (float)c;
        for (int64_t i = 0; i < n; i++)
            y[i] = y[i] + cf * x[i];
    } else {
        const double *restrict x = a;
        double *restrict y = b;
        for (int64_t i = 0; i < n; i++)
            y[i] = y[i] + c * x[i];
    }
}

static double largest_ratio(const kl_lattice *lattice, kl_precision precision, const void *a,
                            const void *b)
{
    const int64_t from = kl_lattice_origin(lattice), to = from + kl_lattice_local(lattice);
    double most = 0;
    if (precision == KL_SINGLE) {
        float m = 0;
        for (int64_t i = from; i < to; i++) {
            float q = ((const float *)b)[i] / ((const float *)a)[i];
            m = q > m ? q : m;
        }
        most = (double)m;
    } else {
        for (int64_t i = from; i < to; i++) {
            double q = ((const double *)b)[i] / ((const double *)a)[i];
            most = q > most ? q : most;
        }
    }
    MPI_Allreduce(MPI_IN_PLACE, &most, 1, MPI_DOUBLE, MPI_MAX, lattice->comm);
    return most;
}

/* Upper bound of lambda_max(hopping Delta + sign eta V). */
static double upper_bound(const kl_hamiltonian *h, kl_precision precision, int sign, void *u,
                          void *v)
{
    /* H + shift is entrywise non-negative; scale keeps phi near 1. */
    const double edge = 2 * h->lattice->dimension * h->hopping;
    const double shift = h->eta * extreme(h, -sign) + 1e-3, scale = 1 / (edge + shift);
    kl_stencil_step step = {.lattice = h->lattice,
                            .precision = precision,
                            .set = h->set,
                            .omega = h->omega,
                            .hop = scale * h->hopping,
                            .potential = sign * scale * h->eta};
    void *a = u, *b = v;
    for (int64_t i = 0; i < kl_lattice_extent(h->lattice); i++) {
        if (precision == KL_SINGLE)
            ((float *)a)[i] = 1;
        else
            ((double *)a)[i] = 1;
    }
    for (int n = 0; n <= POWER_STEPS; n++) {
        kl_stencil_apply(&step, a, b);
        add(h->lattice, precision, scale * shift, a, b);
        if (n < POWER_STEPS) {
            void *old = a;
            a = b;
            b = old;
        }
    }
    double epsilon = precision == KL_SINGLE ? (double)FLT_EPSILON : DBL_EPSILON;
    return largest_ratio(h->lattice, precision, a, b) * (1 + 16 * epsilon) / scale - shift;
}

double kl_hamiltonian_radius(const kl_hamiltonian *h, kl_precision precision, void *u, void *v)
{
    double high = upper_bound(h, precision, 1, u, v);
    double low = upper_bound(h, precision, -1, u, v);
    return fmax(high, low);
}
