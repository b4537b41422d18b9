/* The limits of a state's weight on its shell: where momenta are dense, and on the lattice's own.
 */
#include "systems/eigenstates/eigenstates_private.h"

#include "base/complex.h"
#include "base/memory.h"
#include "kinetic/departure.h"
#include "kinetic/green.h"

#include <math.h>
#include <stdlib.h>

enum { ENERGIES = 128 }; /* over the window, and twice as many */

double eigenstates_density(const eigenstates *s, int point)
{
    const kl_lattice_point *at = eigenstates_lattice(s, point);
    const int d = (int)s->points.dimension;
    const double complex z = CMPLX(eigenstates_energy(s, point), fmax(0.1, at->eta * at->eta));
    return -cimag(kl_green(d, z)) / M_PI * pow((double)at->sites, d);
}

static kl_status dense(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                       kl_error *err)
{
    const eigenstates *s = self;
    (void)point, (void)comm, (void)err;
    for (int i = 0; i < s->shells.n; i++) {
        out->value[i] = 2 / M_PI * atan(s->shells.v[i]);
        out->error[i] = 2e-16;
    }
    return KL_OK;
}

/* ---- on the momenta that there are ---- */

/* e(k) of all momenta. */
static void fill_band(int dimension, int64_t sites, int64_t n, double *band)
{
    for (int64_t k = 0; k < n; k++) {
        band[k] = 0;
        for (int64_t axis = 0, rest = k; axis < dimension; axis++, rest /= sites)
            band[k] += 2 * cos(2 * M_PI * (double)(rest % sites) / (double)sites);
    }
}

/* Adds sum over the shell of a(k)/sum over all of a(k), a = 1/(1 + x^2), x the distance from the
 * shell in half thicknesses, for a state of this energy; false: there is none in the band. */
static bool add_weights(const eigenstates *s, double eta, double energy, int64_t n,
                        const double *band, double *weight)
{
    double re, im, sum = 0, inside[64] = {0}; /* as many shells as may be */
    kl_resolvent((int)s->points.dimension, energy, &re, &im);
    if (isnan(im) || isinf(im) || isinf(re))
        return false;
    for (int64_t k = 0; k < n; k++) {
        const double x = (band[k] - energy + eta * eta * re) / (eta * eta * im);
        const double a = 1 / (1 + x * x);
        sum += a;
        for (int c = 0; c < s->shells.n; c++)
            inside[c] += fabs(x) < s->shells.v[c] ? a : 0;
    }
    for (int c = 0; c < s->shells.n; c++)
        weight[c] += inside[c] / sum;
    return true;
}

/* The mean over the energies that hold the states, those of the free lattice. */
static void average(const eigenstates *s, int point, int energies, int64_t n, const double *band,
                    double *weight)
{
    const double width = s->states / (2 * eigenstates_density(s, point));
    int there = 0;
    for (int c = 0; c < s->shells.n; c++)
        weight[c] = 0;
    for (int i = 0; i < energies; i++)
        there += add_weights(s, eigenstates_lattice(s, point)->eta,
                             eigenstates_energy(s, point) + width * ((2 * i + 1.0) / energies - 1),
                             n, band, weight);
    for (int c = 0; c < s->shells.n; c++)
        weight[c] /= there;
}

static kl_status on_lattice(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                            kl_error *err)
{
    const eigenstates *s = self;
    const int d = (int)s->points.dimension;
    const int64_t sites = eigenstates_lattice(s, point)->sites;
    const int64_t n = (int64_t)pow((double)sites, d);
    double *band;
    KL_TRY(kl_agree(comm, kl_alloc((size_t)n, sizeof *band, "momenta", &band, err), err));
    fill_band(d, sites, n, band);
    average(s, point, ENERGIES, n, band, out->error);
    average(s, point, 2 * ENERGIES, n, band, out->value);
    for (int c = 0; c < s->shells.n; c++)
        out->error[c] = fabs(out->error[c] - out->value[c]) + 1e-15;
    free(band);
    return KL_OK;
}

static double seconds(const void *self, int point)
{
    const eigenstates *s = self;
    const kl_lattice_point *at = eigenstates_lattice(s, point);
    return 9e-9 * (2 + s->shells.n) * ENERGIES *
           pow((double)at->sites, (double)s->points.dimension);
}

const kl_limit eigenstates_limits[EIGENSTATES_LIMITS] = {
    {.name = "reference", .long_name = "limit of weak disorder", .solve = dense},
    {.name = "lattice",
     .long_name = "limit on the lattice's own momenta",
     .solve = on_lattice,
     .seconds = seconds}};
