#include "dynamics/quadratic.h"

#include "base/clones.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>

static const double negligible = 1e-30; /* of an amplitude, against 1 at the peak */

static complex double turns(double t)
{
    t = fmod(t, 1);
    return cos(2 * M_PI * t) + I * sin(2 * M_PI * t);
}

kl_status kl_quadratic_create(const kl_initial *initial, const kl_lattice *lattice,
                              const kl_axis_images *axis, kl_quadratic *out, kl_error *err)
{
    const int last = lattice->dimension - 1, range = axis[last].range, n = 2 * range + 1;
    const int64_t L = lattice->sites;
    *out = (kl_quadratic){.initial = initial, .lattice = lattice, .axis = axis};
    KL_TRY(kl_alloc((size_t)((2 * n + 4) * L + 2 * n), sizeof *out->bent_re, "initial state",
                    &out->bent_re, err));
    out->bent_im = out->bent_re + n * L;
    out->line_re = out->bent_im + n * L;
    out->line_im = out->line_re + L;
    out->inner_re = out->line_im + L;
    out->inner_im = out->inner_re + L;
    out->peak = out->inner_im + L;
    for (int c = 0; c < n; c++)
        for (int64_t i = 0; i < L; i++) {
            const double x = (double)(kl_lattice_coordinate(lattice, i) + (c - range) * L);
            const double turn = 0.5 * initial->mu * initial->hessian[last][last] * x * x;
            const complex double bent = axis[last].wave[i * n + c] * turns(turn);
            out->bent_re[c * L + i] = creal(bent);
            out->bent_im[c * L + i] = cimag(bent);
            double *peak = &out->peak[2 * c + (i < (L + 1) / 2 ? 0 : 1)];
            *peak = fmax(*peak, axis[last].h[i * n + c]);
        }
    return KL_OK;
}

void kl_quadratic_destroy(kl_quadratic *q)
{
    free(q->bent_re);
    q->bent_re = NULL;
}

/* re + i im += g (a + i b) */
KL_CLONES static void add_multiple(int64_t n, double g_re, double g_im, const double *a,
                                   const double *b, double *restrict re, double *restrict im)
{
    for (int64_t i = 0; i < n; i++) {
        re[i] += g_re * a[i] - g_im * b[i];
        im[i] += g_re * b[i] + g_im * a[i];
    }
}

/* line = exp(2 pi i theta i), i < L: coarse steps times fine ones. */
static void fill_line(kl_quadratic *q, double theta)
{
    enum { FINE = 16 };
    const int64_t L = q->lattice->sites;
    double fine_re[FINE], fine_im[FINE];
    for (int r = 0; r < FINE; r++) {
        const complex double z = turns(theta * r);
        fine_re[r] = creal(z);
        fine_im[r] = cimag(z);
    }
    for (int64_t i = 0; i < L; i += FINE) {
        const complex double z = turns(theta * (double)i);
        const double re = creal(z), im = cimag(z);
        for (int64_t r = 0; r < FINE && i + r < L; r++) {
            q->line_re[i + r] = re * fine_re[r] - im * fine_im[r];
            q->line_im[i + r] = re * fine_im[r] + im * fine_re[r];
        }
    }
}

/* Adds the images of the last axis for one image x of the other axes, of envelope h. */
static void add_images(kl_quadratic *q, const double x[2], double h, complex double factor,
                       complex double *row)
{
    const kl_lattice *lattice = q->lattice;
    const double(*A)[3] = q->initial->hessian;
    const int last = lattice->dimension - 1, range = q->axis[last].range;
    const int64_t L = lattice->sites, half = (L + 1) / 2;
    double theta = 0, turn = 0;
    for (int j = 0; j < last; j++) {
        theta += q->initial->mu * 0.5 * (A[j][last] + A[last][j]) * x[j];
        for (int k = 0; k < last; k++)
            turn += 0.5 * q->initial->mu * x[j] * A[j][k] * x[k];
    }
    theta = fmod(theta, 1); /* x of the last axis is an integer */
    factor *= turns(turn);
    fill_line(q, theta);
    for (int64_t i = 0; i < L; i++)
        q->inner_re[i] = q->inner_im[i] = 0;
    for (int c = 0; c <= 2 * range; c++)
        for (int side = 0; side < 2; side++) { /* x = i + (c - range - side) L */
            const int64_t from = side ? half : 0, n = side ? L - half : half;
            if (h * q->peak[2 * c + side] <= negligible)
                continue;
            const complex double g = factor * turns(theta * (double)((c - range - side) * L));
            add_multiple(n, creal(g), cimag(g), q->bent_re + c * L + from,
                         q->bent_im + c * L + from, q->inner_re + from, q->inner_im + from);
        }
    for (int64_t i = 0; i < L; i++) {
        const double a = q->line_re[i], b = q->line_im[i];
        const double c = q->inner_re[i], e = q->inner_im[i];
        row[i] += (a * c - b * e) + I * (a * e + b * c);
    }
}

void kl_quadratic_row(kl_quadratic *q, const int64_t outer[2], complex double *row)
{
    const int d = q->lattice->dimension, range = q->axis[0].range, n = 2 * range + 1;
    const int64_t L = q->lattice->sites;
    for (int64_t i = 0; i < L; i++)
        row[i] = 0;
    for (int a = 0; a < n; a++)
        for (int b = 0; b < (d == 3 ? n : 1); b++) {
            const int image[2] = {a, b};
            double x[2] = {0}, h = 1;
            complex double wave = 1;
            for (int j = 0; j < d - 1; j++) {
                const int64_t at = outer[j] * n + image[j];
                h *= q->axis[j].h[at];
                wave *= q->axis[j].wave[at];
                x[j] =
                    (double)(kl_lattice_coordinate(q->lattice, outer[j]) + (image[j] - range) * L);
            }
            if (h > negligible)
                add_images(q, x, h, wave, row);
        }
}
