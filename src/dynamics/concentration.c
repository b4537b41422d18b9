#include "dynamics/concentration.h"

#include "base/memory.h"
#include "lattice/fft.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

static void fill(const kl_state *psi, complex double *z)
{
    const int64_t n = kl_lattice_local(psi->lattice), from = kl_lattice_origin(psi->lattice);
    for (int64_t i = 0; i < n; i++) {
        double re, im;
        kl_state_load(psi->precision, psi->re, from + i, 1, &re);
        kl_state_load(psi->precision, psi->im, from + i, 1, &im);
        z[i] = re + I * im;
    }
}

/* z = |f|, f the Fourier transform of psi; the largest. Collective. */
static kl_status moduli(const kl_state *psi, kl_fft *fft, complex double *slab, double *peak,
                        kl_error *err)
{
    complex double *z = fft->data;
    *peak = 0;
    fill(psi, slab);
    KL_TRY(kl_fft_scatter(fft, slab, z, sizeof *z, err));
    kl_fft_forward(fft);
    for (int64_t i = 0; i < fft->count * psi->lattice->plane; i++) {
        z[i] = cabs(z[i]);
        *peak = fmax(*peak, creal(z[i]));
    }
    MPI_Allreduce(MPI_IN_PLACE, peak, 1, MPI_DOUBLE, MPI_MAX, psi->lattice->comm);
    return KL_OK;
}

/* || z * z ||_2 of what fft->data holds, which is lost. Collective. */
static double norm_of(kl_fft *fft)
{
    const complex double *z = fft->data;
    double fourth = 0;
    kl_fft_backward(fft);
    for (int64_t i = 0; i < fft->count * fft->lattice->plane; i++) {
        const double square = creal(z[i]) * creal(z[i]) + cimag(z[i]) * cimag(z[i]);
        fourth += square * square;
    }
    MPI_Allreduce(MPI_IN_PLACE, &fourth, 1, MPI_DOUBLE, MPI_SUM, fft->lattice->comm);
    return sqrt(fourth);
}

/* above[i] of bound[i], f = |f|. Collective. */
static void norms_above(kl_fft *fft, const double *f, int n, const double *bound, double *above)
{
    complex double *z = fft->data;
    const int64_t size = fft->count * fft->lattice->plane;
    for (int k = 0; k < n; k++) {
        for (int64_t i = 0; i < size; i++)
            z[i] = fmax(f[i] - bound[k], 0);
        above[k] = norm_of(fft);
    }
}

kl_status kl_concentration_of_state(const kl_state *psi, int n, const double *bound, double *above,
                                    kl_concentration *out, kl_error *err)
{
    kl_fft fft;
    complex double *slab = NULL;
    double *f = NULL;
    KL_TRY(kl_fft_create(psi->lattice, KL_DOUBLE, &fft, err));
    kl_status status = kl_lattice_array(psi->lattice, sizeof *slab, 0, &slab, err);
    if (status == KL_OK && n > 0)
        status = kl_alloc((size_t)(fft.count * psi->lattice->plane), sizeof *f, "moduli", &f, err);
    status = kl_agree(psi->lattice->comm, status, err);
    if (status == KL_OK)
        status = moduli(psi, &fft, slab, &out->peak, err);
    for (int64_t i = 0; status == KL_OK && f && i < fft.count * psi->lattice->plane; i++)
        f[i] = creal(((complex double *)fft.data)[i]);
    if (status == KL_OK)
        out->norm = norm_of(&fft);
    if (status == KL_OK)
        norms_above(&fft, f, n, bound, above);
    free(f);
    kl_lattice_array_free(slab);
    kl_fft_destroy(&fft);
    return status;
}

/* prod_i sigma_i = |det(s A + i n)|, n = mu/(4 pi s), by the characteristic polynomial: no
 * cancellation where A has no rank. */
static double spread_product(const double a[3][3], int dimension, double s, double n)
{
    const double trace = a[0][0] + a[1][1] + a[2][2];
    const double minors = a[0][0] * a[1][1] - a[0][1] * a[1][0] + a[0][0] * a[2][2] -
                          a[0][2] * a[2][0] + a[1][1] * a[2][2] - a[1][2] * a[2][1];
    const double det = a[0][0] * (a[1][1] * a[2][2] - a[1][2] * a[2][1]) -
                       a[0][1] * (a[1][0] * a[2][2] - a[1][2] * a[2][0]) +
                       a[0][2] * (a[1][0] * a[2][1] - a[1][1] * a[2][0]);
    if (dimension == 1)
        return hypot(s * trace, n);
    if (dimension == 2)
        return hypot(s * s * minors - n * n, n * s * trace);
    return hypot(s * s * s * det - n * n * s * trace, n * (s * s * minors - n * n));
}

bool kl_concentration_closed(const kl_initial *initial, int dimension, kl_concentration *out)
{
    const double s = initial->width, n = initial->mu / (4 * M_PI * s), limit = 0.06;
    double square = n * n; /* at least the largest sigma^2 */
    if (initial->envelope != KL_ENVELOPE_GAUSSIAN || initial->higher.nterms ||
        initial->higher.nwaves)
        return false;
    for (int i = 0; i < 9; i++)
        square += pow(s * initial->hessian[i / 3][i % 3], 2);
    if (square > limit * limit)
        return false;
    const double sigma = spread_product(initial->hessian, dimension, s, n);
    *out = (kl_concentration){pow(4 * M_PI, dimension / 4.0) * sqrt(sigma),
                              pow(2 * M_PI, -dimension / 4.0) / sqrt(sigma)};
    return true;
}

/* Gauss with complete pivoting. */
int kl_hessian_rank(const double hessian[3][3], int dimension)
{
    double m[3][3], most = 0;
    int rank = 0;
    memcpy(m, hessian, sizeof m);
    for (; rank < dimension; rank++) {
        int row = rank, column = rank;
        for (int i = rank; i < dimension; i++)
            for (int j = rank; j < dimension; j++)
                if (fabs(m[i][j]) > fabs(m[row][column])) {
                    row = i;
                    column = j;
                }
        const double pivot = m[row][column];
        most = fmax(most, fabs(pivot));
        if (!(fabs(pivot) > 1e-10 * most))
            break;
        for (int j = 0; j < dimension; j++) {
            const double swap = m[row][j];
            m[row][j] = m[rank][j];
            m[rank][j] = swap;
        }
        for (int i = 0; i < dimension; i++) {
            const double swap = m[i][column];
            m[i][column] = m[i][rank];
            m[i][rank] = swap;
        }
        for (int i = rank + 1; i < dimension; i++) {
            const double factor = m[i][rank] / pivot;
            for (int j = rank; j < dimension; j++)
                m[i][j] -= factor * m[rank][j];
        }
    }
    return rank;
}
