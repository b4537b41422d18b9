#include "continuum/many_basis.h"

#include "base/complex.h"
#include "base/memory.h"
#include "continuum/determinants.h"

#include <math.h>
#include <stdlib.h>

/* phi_k(u sqrt(hbar)) (hbar)^(1/4). */
static void hermite(int n, double u, double *value)
{
    value[0] = pow(M_PI, -0.25) * exp(-u * u / 2);
    if (n > 1)
        value[1] = sqrt(2) * u * value[0];
    for (int k = 1; k + 1 < n; k++)
        value[k + 1] = sqrt(2.0 / (k + 1)) * u * value[k] - sqrt(k / (k + 1.0)) * value[k - 1];
}

void kl_many_basis_at(const kl_many_basis *basis, double x, double *value)
{
    hermite(basis->orbitals, (x - basis->displacement) / sqrt(basis->hbar), value);
    for (int k = 0; k < basis->orbitals; k++)
        value[k] *= pow(basis->hbar, -0.25);
}

kl_status kl_many_basis_create(int orbitals, double hbar, double displacement, kl_many_basis *out,
                               kl_error *err)
{
    /* Products of two functions end there, in x and in p, to rounding. */
    const double reach = sqrt(2.0 * orbitals) + 6.5;
    const int64_t half = (int64_t)ceil(reach * 2 * reach / M_PI);
    double value[KL_MOST_ORBITALS];
    *out = (kl_many_basis){.orbitals = orbitals,
                           .points = 2 * half + 1,
                           .hbar = hbar,
                           .displacement = displacement,
                           .low = -reach * sqrt(hbar),
                           .spacing = reach * sqrt(hbar) / (double)half};
    KL_TRY(kl_alloc((size_t)(out->points * orbitals), sizeof *out->function, "orbitals",
                    &out->function, err));
    for (int64_t i = 0; i < out->points; i++) {
        kl_many_basis_at(out, displacement + out->low + (double)i * out->spacing, value);
        for (int k = 0; k < orbitals; k++)
            out->function[k * out->points + i] = value[k] * sqrt(out->spacing);
    }
    return KL_OK;
}

void kl_many_basis_destroy(kl_many_basis *basis)
{
    free(basis->function);
    basis->function = NULL;
}

/* sum_x phi_i phi_k f. */
static double between(const kl_many_basis *b, int i, int k, const double *f)
{
    const double *u = b->function + i * b->points, *w = b->function + k * b->points;
    double sum = 0;
    for (int64_t x = 0; x < b->points; x++)
        sum += u[x] * w[x] * f[x];
    return sum;
}

/* h[K][K]: (k + 1/2) hbar, and U less the parabola of the trap. */
static void one_body(const kl_many_basis *b, const kl_smooth *potential, double *f, double *h)
{
    const int K = b->orbitals;
    for (int64_t i = 0; i < b->points; i++) {
        const double u = b->low + (double)i * b->spacing, x[3] = {b->displacement + u};
        f[i] = kl_smooth_value(potential, x) - u * u / 2;
    }
    for (int i = 0; i < K; i++)
        for (int k = 0; k < K; k++)
            h[i * K + k] = between(b, i, k, f) + (i == k ? (i + 0.5) * b->hbar : 0);
}

/* f = V * (phi_i phi_k). */
static void cloud_of(const kl_many_basis *b, const double *v, int i, int k, double *f)
{
    const double *u = b->function + i * b->points, *w = b->function + k * b->points;
    for (int64_t x = 0; x < b->points; x++) {
        const double *row = v + x;
        f[x] = 0;
        for (int64_t y = 0; y < b->points; y++)
            f[x] += row[b->points - 1 - y] * u[y] * w[y];
    }
}

/* v[K^2][K^2]: v_(ik,jl), of which i <= k and j <= l are set. */
static void two_body(const kl_many_basis *b, const kl_smooth *interaction, double *line, double *f,
                     double *v)
{
    const int K = b->orbitals;
    for (int64_t y = 0; y < 2 * b->points - 1; y++) {
        const double x[3] = {(double)(y - b->points + 1) * b->spacing};
        line[y] = kl_smooth_value(interaction, x);
    }
    for (int i = 0; i < K; i++)
        for (int k = i; k < K; k++) {
            cloud_of(b, line, i, k, f);
            for (int j = 0; j < K; j++)
                for (int l = j; l < K; l++)
                    v[(size_t)(i * K + k) * (size_t)(K * K) + (size_t)(j * K + l)] =
                        between(b, j, l, f);
        }
}

static double interaction_of(const double *v, int K, int i, int k, int j, int l)
{
    const int left = i < k ? i * K + k : k * K + i, right = j < l ? j * K + l : l * K + j;
    return v[(size_t)left * (size_t)(K * K) + (size_t)right];
}

static void assemble(int K, int N, const double *h, const double *v, double *a)
{
    for (int j = 1; j < K; j++)
        for (int i = 0; i < j; i++)
            for (int l = 1; l < K; l++)
                for (int k = 0; k < l; k++) {
                    const double one = (j == l) * h[i * K + k] + (i == k) * h[j * K + l] -
                                       (j == k) * h[i * K + l] - (i == l) * h[j * K + k];
                    const double two =
                        interaction_of(v, K, i, k, j, l) - interaction_of(v, K, i, l, j, k);
                    a[(size_t)kl_pair_number(i, j) * (size_t)(K * (K - 1) / 2) +
                      (size_t)kl_pair_number(k, l)] = one / (N - 1) + two / N;
                }
}

kl_status kl_many_matrix(const kl_many_basis *basis, int particles, const kl_smooth *potential,
                         const kl_smooth *interaction, double **out, kl_error *err)
{
    const size_t K = (size_t)basis->orbitals, points = (size_t)basis->points;
    double *f = NULL, *h = NULL, *v = NULL;
    kl_status status =
        kl_alloc(K * (K - 1) / 2 * (K * (K - 1) / 2), sizeof **out, "pairs", out, err);
    if (status == KL_OK)
        status = kl_alloc(3 * points, sizeof *f, "pairs", &f, err);
    if (status == KL_OK)
        status = kl_alloc(K * K, sizeof *h, "pairs", &h, err);
    if (status == KL_OK)
        status = kl_alloc(K * K * K * K, sizeof *v, "pairs", &v, err);
    if (status == KL_OK) {
        one_body(basis, potential, f, h);
        two_body(basis, interaction, f + points, f, v);
        assemble(basis->orbitals, particles, h, v, *out);
    }
    free(f);
    free(h);
    free(v);
    return status;
}

void kl_many_window(const kl_many_basis *b, const kl_window *f, bool momentum, complex double *out)
{
    static const complex double turn[] = {1, CMPLX(0, -1), -1, CMPLX(0, 1)}; /* of <p| phi_k> */
    const int K = b->orbitals;
    for (int i = 0; i < K; i++)
        for (int k = 0; k < K; k++) {
            const double *u = b->function + i * b->points, *w = b->function + k * b->points;
            double sum = 0;
            for (int64_t n = 0; n < b->points; n++) {
                const double at = b->low + (double)n * b->spacing;
                sum += u[n] * w[n] *
                       kl_window_value(f, 1, (double[3]){momentum ? at : b->displacement + at});
            }
            out[i * K + k] = sum * (momentum ? turn[((k - i) % 4 + 4) % 4] : 1);
        }
}
