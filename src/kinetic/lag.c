/* Axis by axis by the trapezoid rule, which converges faster than any power: the functions are
 * smooth and vanish at the ends. */
#include "kinetic/lag.h"

#include "base/memory.h"
#include "kinetic/observable.h"

#include <math.h>
#include <stdlib.h>

enum { POINTS = 200 }; /* of half an envelope; more for high modes */

static double reach_of(const kl_lobe *lobe)
{
    return lobe->envelope == KL_KINETIC_BUMP ? lobe->width : 12 * lobe->width;
}

/* h_i along an axis, without its norm. */
static double envelope(const kl_lobe *lobe, double x)
{
    const double u = x / lobe->width;
    if (lobe->envelope == KL_KINETIC_BUMP)
        return fabs(u) < 1 ? exp(-1 / ((1 - u) * (1 + u))) : 0;
    return exp(-u * u / 4);
}

static double norm(const kl_lobe *lobe)
{
    const double h = reach_of(lobe) / POINTS;
    double sum = 0;
    for (int i = -POINTS; i <= POINTS; i++)
        sum += h * pow(envelope(lobe, i * h), 2);
    return sum;
}

/* out[n] = int h_a(x - shift) h_b(x) exp(-2 pi i k x/ell) dx along axis j. */
static void along_axis(const kl_mode_grid *grid, const kl_lobe *a, const kl_lobe *b, int j,
                       double shift, double (*out)[2])
{
    const double reach = reach_of(b), scale = 1 / sqrt(norm(a) * norm(b));
    const int points = POINTS + (int)ceil(4 * reach * grid->reach / grid->ell);
    for (int i = 0; i < grid->n; i++)
        out[i][0] = out[i][1] = 0;
    for (int p = -points; p <= points; p++) {
        const double x = b->center[j] + p * reach / points;
        const double value = scale * reach / points * envelope(b, x - b->center[j]) *
                             envelope(a, x - shift - a->center[j]);
        for (int i = 0; value > 0 && i < grid->n; i++) {
            const double phase = 2 * M_PI * kl_mode_grid_wave(grid, i) * x / grid->ell;
            out[i][0] += value * cos(phase);
            out[i][1] -= value * sin(phase);
        }
    }
    if (grid->n % 2 == 0) /* has no partner */
        out[grid->n / 2][0] = out[grid->n / 2][1] = 0;
}

static double overlap(const kl_lobe *a, const kl_lobe *b, int dimension)
{
    double product = 1;
    for (int j = 0; j < dimension; j++) {
        const double reach = reach_of(b), h = reach / POINTS;
        double sum = 0;
        for (int p = -POINTS; p <= POINTS; p++)
            sum += h * envelope(b, p * h) * envelope(a, p * h + b->center[j] - a->center[j]);
        product *= sum / sqrt(norm(a) * norm(b));
    }
    return product;
}

/* c_a conj c_b */
static void both(const kl_lobe *a, const kl_lobe *b, double c[2])
{
    c[0] = a->coefficient[0] * b->coefficient[0] + a->coefficient[1] * b->coefficient[1];
    c[1] = a->coefficient[1] * b->coefficient[0] - a->coefficient[0] * b->coefficient[1];
}

static double total(int dimension, int nlobes, const kl_lobe *lobe)
{
    double sum = 0, c[2];
    for (int a = 0; a < nlobes; a++)
        for (int b = 0; b < nlobes; b++) {
            both(&lobe[a], &lobe[b], c);
            sum += c[0] * overlap(&lobe[a], &lobe[b], dimension);
        }
    return sum;
}

bool kl_lag_is_real(int nlobes, const kl_lobe *lobe)
{
    double c[2];
    for (int a = 0; a < nlobes; a++)
        for (int b = 0; b < nlobes; b++) {
            both(&lobe[a], &lobe[b], c);
            if (fabs(c[1]) > 1e-12)
                return false;
        }
    return true;
}

/* What lobes a and b give together. */
static void add_pair(const kl_mode_grid *grid, const kl_lobe *a, const kl_lobe *b,
                     const double velocity[3], double tau, double factor, double (*axis[3])[2],
                     double *scratch, double *re, double *im)
{
    for (int j = 0; j < grid->dimension; j++)
        along_axis(grid, a, b, j, velocity[j] * tau, axis[j]);
    kl_mode_grid_product(grid, axis, scratch, scratch + grid->modes);
    for (size_t k = 0; k < grid->modes; k++) {
        re[k] += factor * scratch[k];
        im[k] += factor * scratch[grid->modes + k];
    }
}

kl_status kl_lag_spectrum(const kl_mode_grid *grid, int nlobes, const kl_lobe *lobe,
                          const double velocity[3], double tau, bool imaginary, double *re,
                          double *im, kl_error *err)
{
    double *scratch, c[2], (*axis[3])[2];
    for (size_t k = 0; k < grid->modes; k++)
        re[k] = im[k] = 0;
    const double volume = pow(grid->ell, grid->dimension);
    if (lobe[0].envelope == KL_KINETIC_UNIFORM) {
        re[0] = imaginary ? 0 : 1 / volume;
        return KL_OK;
    }
    const size_t n = (size_t)grid->n;
    KL_TRY(kl_alloc(2 * grid->modes + 6 * n, sizeof *scratch, "the start", &scratch, err));
    for (int j = 0; j < 3; j++)
        axis[j] = (double(*)[2])(scratch + 2 * grid->modes + 2 * n * (size_t)j);
    const double scale = 1 / (volume * total(grid->dimension, nlobes, lobe));
    for (int a = 0; a < nlobes; a++)
        for (int b = 0; b < nlobes; b++) {
            both(&lobe[a], &lobe[b], c);
            if (c[imaginary] != 0)
                add_pair(grid, &lobe[a], &lobe[b], velocity, tau, scale * c[imaginary], axis,
                         scratch, re, im);
        }
    free(scratch);
    return KL_OK;
}

int kl_lag_reach(double ell, int nlobes, const kl_lobe *lobe, double share)
{
    int reach = 0;
    for (int a = 0; a < nlobes && lobe[a].envelope != KL_KINETIC_UNIFORM; a++) {
        const kl_kinetic_problem one = {.envelope = lobe[a].envelope, .width = lobe[a].width};
        int k = 1;
        for (int below = 0; below < 3; k++) /* a bump's goes through zeros */
            below = fabs(kl_envelope_transform(&one, k / ell)) < share ? below + 1 : 0;
        reach = k - 3 > reach ? k - 3 : reach;
    }
    return reach;
}
