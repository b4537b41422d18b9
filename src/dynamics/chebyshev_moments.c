#include "dynamics/chebyshev_moments.h"

#include "base/complex.h"
#include "base/lanes.h"
#include "base/memory.h"
#include "lattice/halo.h"

#include <math.h>
#include <stdlib.h>

static double *plane_of(const kl_lattice *lattice, double *array, int64_t p)
{
    return kl_lattice_plane(lattice, array, sizeof *array, p);
}

/* b <- (2 - first) H/R a [- b]. */
static void step(const kl_hamiltonian *h, double radius, bool first, double *a, double *b)
{
    const kl_lattice *lattice = h->lattice;
    const double factor = (first ? 1 : 2) / radius;
    const kl_stencil stencil = {lattice, KL_DOUBLE, h->set};
    const kl_stencil_step what = {
        .hop = factor * h->hopping, .potential = factor * h->eta, .subtract = !first};
    kl_halo halo;
    kl_halo_start(lattice, a, sizeof *a, &halo);
    kl_halo_finish(&halo);
    for (int64_t p = 0; p < (lattice->dimension == 1 ? 1 : lattice->count); p++) {
        const kl_stencil_planes at = {.c = plane_of(lattice, a, p),
                                      .z0 = plane_of(lattice, a, p - 1),
                                      .z1 = plane_of(lattice, a, p + 1),
                                      .omega = h->omega + p * lattice->plane,
                                      .b = plane_of(lattice, b, p)};
        kl_stencil_rows(&stencil, &what, &at, 0, kl_lattice_rows(lattice), (kl_ahead){NULL, 0});
    }
}

/* The products of each owned plane, at place i of n. */
static void products(const kl_lattice *lattice, double *a, double *b, int i, int n, double *dots)
{
    for (int64_t p = 0; p < lattice->count; p++)
        dots[p * n + i] =
            kl_row_dot(lattice->plane, plane_of(lattice, a, p), plane_of(lattice, b, p));
}

kl_status kl_chebyshev_moments(const kl_hamiltonian *h, double radius, double *array[2], int degree,
                               double *moment, kl_error *err)
{
    const kl_lattice *lattice = h->lattice;
    const int n = degree + 1;
    double *dots = NULL, *u = array[0], *v = array[1]; /* u_k and, from the step on, u_(k+1) */
    kl_status status = kl_alloc((size_t)(lattice->count * n), sizeof *dots, "moments", &dots, err);
    KL_GOTO(kl_agree(lattice->comm, status, err));
    for (int k = 0; 2 * k <= degree; k++) {
        products(lattice, u, u, 2 * k, n, dots);
        if (2 * k + 1 > degree)
            break;
        step(h, radius, k == 0, u, v);
        products(lattice, v, u, 2 * k + 1, n, dots);
        double *const swap = u;
        u = v;
        v = swap;
    }
    KL_GOTO(kl_planes_sum(lattice, dots, n, moment, NULL, err));
    for (int k = 2; k <= degree; k++)
        moment[k] = 2 * moment[k] - moment[k % 2];
done:
    free(dots);
    return status;
}

int kl_chebyshev_lorentz_degree(double radius, double width, double tolerance)
{
    /* |g| is largest at E = 0; the sum of its powers from n on, 2 |g|^n/(1 - |g|), over pi R
     * |sqrt(x^2 - 1)| and over the top 1/(pi width). */
    const double x = width / radius, root = sqrt(x * x + 1), g = 1 / (root + x);
    return (int)ceil(log(tolerance * (1 - g) * root / (2 * x)) / log(g));
}

double kl_chebyshev_lorentz(double radius, double energy, double width, int degree,
                            const double *moment)
{
    const double complex x = CMPLX(energy / radius, width / radius);
    const double complex root = csqrt(x - 1) * csqrt(x + 1), g = 1 / (x + root);
    double complex power = g, sum = moment[0];
    for (int n = 1; n <= degree; n++) {
        sum += 2 * moment[n] * power;
        power = kl_times(power, g);
    }
    return -cimag(sum / root) / (M_PI * radius);
}
