#include "dynamics/dyadic.h"

#include "base/memory.h"
#include "lattice/fft.h"

#include <complex.h>
#include <math.h>
#include <stdlib.h>

static double chi(double r)
{
    const double c = r <= 0.5 ? 1 : r >= 1 ? 0 : cos(M_PI * (r - 0.5));
    return c * c;
}

static double shell(double r, int j)
{
    return chi(ldexp(r, -j - 1)) - (j > 0 ? chi(ldexp(r, -j)) : 0);
}

static void fill_resolvent(const kl_dyadic *p, double complex *z)
{
    const int64_t n = p->sites;
    for (int64_t a = 0; a < n; a++)
        for (int64_t b = 0; b < n; b++) {
            const double e = 2 * cos(2 * M_PI * (double)a / (double)n) +
                             2 * cos(2 * M_PI * (double)b / (double)n);
            z[a * n + b] = 1 / hypot(e - p->energy, p->epsilon);
        }
}

static void fill_shell(const kl_dyadic *p, const kl_lattice *lattice, int j, double complex *z)
{
    const int64_t n = p->sites;
    for (int64_t a = 0; a < n; a++)
        for (int64_t b = 0; b < n; b++) {
            const double x = (double)kl_lattice_coordinate(lattice, a);
            const double y = (double)kl_lattice_coordinate(lattice, b);
            const double square = x * x + y * y, part = shell(sqrt(square), j);
            z[a * n + b] = part * part * pow(1 + square, -p->sigma);
        }
}

/* |F| of shell j, taken back to positions, times the resolvent there: forward, the convolution. */
static void smooth(const kl_dyadic *p, kl_fft *fft, const double complex *resolvent, int j,
                   double *sup, double *l1)
{
    double complex *z = fft->data;
    const int64_t size = p->sites * p->sites;
    fill_shell(p, fft->lattice, j, z);
    kl_fft_forward(fft);
    for (int64_t i = 0; i < size; i++)
        z[i] = cabs(z[i]);
    kl_fft_backward(fft);
    for (int64_t i = 0; i < size; i++)
        z[i] *= resolvent[i];
    kl_fft_forward(fft);
    *sup = *l1 = 0;
    for (int64_t i = 0; i < size; i++) {
        *sup = fmax(*sup, creal(z[i]));
        *l1 += creal(z[i]) / (double)size;
    }
}

kl_status kl_dyadic_norms(const kl_dyadic *problem, int nshells, double *sup, double *l1,
                          kl_error *err)
{
    kl_lattice lattice;
    kl_fft fft;
    double complex *resolvent;
    const int64_t size = problem->sites * problem->sites;
    KL_TRY(kl_lattice_create(MPI_COMM_SELF, 2, problem->sites, &lattice, err));
    KL_TRY(kl_alloc((size_t)size, sizeof *resolvent, "resolvent", &resolvent, err));
    kl_status status = kl_fft_create(&lattice, KL_DOUBLE, &fft, err);
    if (status == KL_OK) {
        double complex *z = fft.data;
        fill_resolvent(problem, z);
        kl_fft_backward(&fft);
        for (int64_t i = 0; i < size; i++)
            resolvent[i] = z[i];
        for (int j = 0; j < nshells; j++)
            smooth(problem, &fft, resolvent, j, &sup[j], &l1[j]);
        kl_fft_destroy(&fft);
    }
    free(resolvent);
    return status;
}
