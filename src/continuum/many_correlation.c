/* What a pair has beyond its determinant, in the equation of one particle: see many.h. */
#include "continuum/many_private.h"

#include "base/complex.h"
#include "base/memory.h"

#include <stdlib.h>

/* Parts of conj(phi_i) J phi_k - conj(J phi_i) phi_k. */
static void find_turn(int64_t n, const complex double *phi, const complex double *image, int i,
                      int k, double *line)
{
    for (int64_t x = 0; x < n; x++) {
        const complex double d = kl_times(conj(phi[i * n + x]), image[k * n + x]) -
                                 kl_times(conj(image[i * n + x]), phi[k * n + x]);
        line[x] = creal(d);
        line[n + x] = cimag(d);
    }
}

/* Both functions of two orbitals become conjugate where these change places, the second with a
 * minus. */
void kl_many_commutators(kl_many *m, int K, const complex double *image, double *line,
                         complex double *c)
{
    const int64_t n = m->problem.sites;
    const size_t row = (size_t)(K * K);
    const complex double *phi = kl_many_functions(m);
    const double *fields = kl_many_basis_fields(&m->basis, K, phi);
    for (int k = 0; k < K; k++)
        for (int i = 0; i <= k; i++) {
            complex double *ik = c + (size_t)(i * K + k) * row, *ki = c + (size_t)(k * K + i) * row;
            const double *f = fields;
            find_turn(n, phi, image, i, k, line);
            for (int l = 0; l < K; l++)
                for (int j = 0; j <= l; j++, f += 2 * n) {
                    double of[4];
                    kl_many_products(n, f, f + n, line, line + n, of);
                    const complex double a = CMPLX(of[0] - of[1], of[2] + of[3]),
                                         b = CMPLX(of[0] + of[1], of[2] - of[3]);
                    ik[j * K + l] = a;
                    ik[l * K + j] = b;
                    ki[l * K + j] = -conj(a);
                    ki[j * K + l] = -conj(b);
                }
        }
}

complex double kl_many_wick(const kl_many_part *part, int i, int j, int k, int l)
{
    const complex double *g = part->density;
    const int K = part->orbitals;
    return kl_times(g[i * K + k], g[j * K + l]) - kl_times(g[i * K + l], g[j * K + k]);
}

kl_status kl_many_correlation(kl_many *many, int which, const kl_hierarchy *h, double *value,
                              kl_error *err)
{
    kl_many_part *part = &many->part[which];
    const int K = part->orbitals;
    const int64_t n = many->problem.sites;
    const double N = many->problem.particles;
    const size_t square = (size_t)(K * K), points = (size_t)(K + 1) * (size_t)n;
    complex double *c, sum = 0;
    KL_TRY(kl_agree(many->comm, kl_alloc(square * square + points, sizeof *c, "hierarchy", &c, err),
                    err));
    complex double *image = c + square * square;
    kl_many_measure(many, part);
    for (int k = 0; k < K; k++)
        kl_hierarchy_apply(h, kl_many_functions(many) + k * n, image + k * n);
    kl_many_commutators(many, K, image, (double *)(image + K * n), c);
    for (int i = 0; i < K; i++)
        for (int k = 0; k < K; k++)
            for (int j = 0; j < K; j++)
                for (int l = 0; l < K; l++)
                    sum +=
                        kl_times(kl_many_pair_of(part, i, j, k, l) - kl_many_wick(part, i, j, k, l),
                                 c[(size_t)(i * K + k) * square + (size_t)(j * K + l)]);
    /* (i/hbar)/N^2 */
    *value = -cimag(sum) / (many->basis.grid.eps * N * N);
    free(c);
    return KL_OK;
}
