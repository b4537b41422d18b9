/* What a pair has beyond its determinant, in the equation of one particle: see many.h. */
#include "continuum/many_private.h"

#include "base/complex.h"
#include "base/memory.h"

#include <stdlib.h>

/* <phi_i, (f J - J f) phi_k>, f on the points, image = J phi. */
static complex double commutator(const kl_many *m, const complex double *f,
                                 const complex double *image, int i, int k)
{
    const int64_t n = m->problem.sites;
    const complex double *phi = kl_many_functions(m);
    double re = 0, im = 0;
    for (int64_t x = 0; x < n; x++) {
        const complex double d = kl_times(conj(phi[i * n + x]), image[k * n + x]) -
                                 kl_times(conj(image[i * n + x]), phi[k * n + x]),
                             fd = kl_times(f[x], d);
        re += creal(fd);
        im += cimag(fd);
    }
    return CMPLX(re, im);
}

/* <a_i^+ a_j^+ a_l a_k> less what it is of a determinant. */
static complex double correlated(const kl_many_part *part, int i, int j, int k, int l)
{
    const complex double *g = part->density;
    const int K = part->orbitals;
    return kl_many_pair_of(part, i, j, k, l) - kl_times(g[i * K + k], g[j * K + l]) +
           kl_times(g[i * K + l], g[j * K + k]);
}

/* sum_(ijkl) of both, f_jl = V * (conj(phi_j) phi_l). */
static complex double sum_of(const kl_many *m, const kl_many_part *part,
                             const complex double *image, complex double *pair)
{
    const int K = part->orbitals;
    const int64_t n = m->problem.sites;
    const complex double *phi = kl_many_functions(m);
    complex double *f = pair + n, sum = 0;
    for (int j = 0; j < K; j++)
        for (int l = 0; l < K; l++) {
            for (int64_t x = 0; x < n; x++)
                pair[x] = kl_times(conj(phi[j * n + x]), phi[l * n + x]);
            kl_many_basis_convolve(&m->basis, pair, f);
            for (int i = 0; i < K; i++)
                for (int k = 0; k < K; k++)
                    sum += kl_times(correlated(part, i, j, k, l), commutator(m, f, image, i, k));
        }
    return sum;
}

kl_status kl_many_correlation(kl_many *many, int which, const kl_hierarchy *h, double *value,
                              kl_error *err)
{
    kl_many_part *part = &many->part[which];
    const int K = part->orbitals;
    const int64_t n = many->problem.sites;
    const double N = many->problem.particles;
    complex double *image;
    KL_TRY(kl_agree(many->comm,
                    kl_alloc((size_t)((K + 2) * n), sizeof *image, "hierarchy", &image, err), err));
    kl_many_measure(many, part);
    for (int k = 0; k < K; k++)
        kl_hierarchy_apply(h, kl_many_functions(many) + k * n, image + k * n);
    /* (i/hbar)/N^2 */
    *value = -cimag(sum_of(many, part, image, image + K * n)) / (many->basis.grid.eps * N * N);
    free(image);
    return KL_OK;
}
