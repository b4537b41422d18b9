#include "continuum/many_basis.h"

#include "base/complex.h"
#include "base/memory.h"
#include "continuum/determinants.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* ---- create ---- */

static void set_tables(kl_many_basis *b, const kl_smooth *potential, const kl_smooth *interaction)
{
    const int64_t n = b->grid.sites;
    for (int64_t i = 0; i < n; i++)
        b->potential[i] = kl_smooth_value(potential, (double[3]){kl_box_position(&b->grid, i)});
    for (int64_t i = 0; i < 2 * n - 1; i++)
        b->line[i] =
            kl_smooth_value(interaction, (double[3]){(double)(i - n + 1) * b->grid.spacing});
}

kl_status kl_many_basis_create(int particles, int orbitals, double displacement, double side,
                               int64_t sites, const kl_smooth *potential,
                               const kl_smooth *interaction, kl_many_basis *out, kl_error *err)
{
    const size_t n = (size_t)sites, K = (size_t)orbitals, pairs = K * (K - 1) / 2;
    *out =
        (kl_many_basis){.particles = particles, .orbitals = orbitals, .displacement = displacement};
    KL_TRY(kl_box_grid_create(MPI_COMM_SELF, 1, sites, side, 1.0 / particles, &out->grid, err));
    KL_TRY(kl_alloc(n, sizeof *out->potential, "orbitals", &out->potential, err));
    KL_TRY(kl_alloc(n, sizeof *out->mean, "orbitals", &out->mean, err));
    KL_TRY(kl_alloc(2 * n, sizeof *out->line, "orbitals", &out->line, err));
    KL_TRY(kl_alloc(3 * out->grid.local, sizeof *out->scratch, "orbitals", &out->scratch, err));
    KL_TRY(kl_alloc(K * K, sizeof *out->h, "orbitals", &out->h, err));
    KL_TRY(kl_alloc(K * K * K * K, sizeof *out->v, "orbitals", &out->v, err));
    KL_TRY(kl_alloc(pairs * pairs, sizeof *out->a, "orbitals", &out->a, err));
    set_tables(out, potential, interaction);
    return KL_OK;
}

void kl_many_basis_destroy(kl_many_basis *basis)
{
    kl_box_grid_destroy(&basis->grid);
    free(basis->potential);
    free(basis->mean);
    free(basis->line);
    free(basis->scratch);
    free(basis->h);
    free(basis->v);
    free(basis->a);
    *basis = (kl_many_basis){0};
}

/* Functions of Hermite of width sqrt(hbar). */
void kl_many_basis_start(const kl_many_basis *b, complex double *phi)
{
    const int64_t n = b->grid.sites;
    for (int64_t i = 0; i < n; i++) {
        const double u = (kl_box_position(&b->grid, i) - b->displacement) / sqrt(b->grid.eps);
        double before = 0, now = pow(M_PI * b->grid.eps, -0.25) * exp(-u * u / 2);
        for (int k = 0; k < b->orbitals; k++) {
            const double next = sqrt(2.0 / (k + 1)) * u * now - sqrt(k / (k + 1.0)) * before;
            phi[k * n + i] = now * sqrt(b->grid.spacing);
            before = now;
            now = next;
        }
    }
}

/* ---- in time ---- */

void kl_many_basis_drift(const kl_many_basis *b, double dt, complex double *phi)
{
    const int64_t n = b->grid.sites;
    complex double *factor = b->scratch, *psi = b->scratch + b->grid.local;
    for (int64_t i = 0; i < n; i++) {
        const double p = kl_box_momentum(&b->grid, i), angle = -dt * p * p / (2 * b->grid.eps);
        factor[i] = CMPLX(cos(angle) / (double)n, sin(angle) / (double)n);
    }
    for (int k = 0; k < b->orbitals; k++) { /* by way of an array that is aligned */
        memcpy(psi, phi + k * n, (size_t)n * sizeof *psi);
        kl_box_forward(&b->grid, psi);
        kl_box_product(n, factor, psi);
        kl_box_backward(&b->grid, psi);
        memcpy(phi + k * n, psi, (size_t)n * sizeof *psi);
    }
}

void kl_many_basis_convolve(const kl_many_basis *b, const complex double *g, complex double *f)
{
    const int64_t n = b->grid.sites;
    for (int64_t x = 0; x < n; x++) {
        const double *line = b->line + n - 1 - x; /* V(x' - x) = V(x - x') */
        double re[2] = {0}, im[2] = {0};
        for (int64_t y = 0; y < n; y += 2) { /* n is a multiple of 4 */
            re[0] += line[y] * creal(g[y]);
            im[0] += line[y] * cimag(g[y]);
            re[1] += line[y + 1] * creal(g[y + 1]);
            im[1] += line[y + 1] * cimag(g[y + 1]);
        }
        f[x] = CMPLX(re[0] + re[1], im[0] + im[1]);
    }
}

void kl_many_basis_field(kl_many_basis *b, const complex double *phi)
{
    const int64_t n = b->grid.sites;
    complex double *rho = b->scratch, *w = b->scratch + b->grid.local;
    for (int64_t i = 0; i < n; i++) {
        double sum = 0;
        for (int k = 0; k < b->particles; k++)
            sum += creal(kl_times(conj(phi[k * n + i]), phi[k * n + i]));
        rho[i] = sum / b->particles;
    }
    kl_many_basis_convolve(b, rho, w);
    for (int64_t i = 0; i < n; i++)
        b->mean[i] = creal(w[i]);
}

void kl_many_basis_kick(const kl_many_basis *b, double dt, complex double *phi)
{
    const int64_t n = b->grid.sites;
    for (int64_t i = 0; i < n; i++) {
        const double angle = -dt * (b->potential[i] + b->mean[i]) / b->grid.eps;
        b->scratch[i] = CMPLX(cos(angle), sin(angle));
    }
    for (int k = 0; k < b->orbitals; k++)
        kl_box_product(n, b->scratch, phi + k * n);
}

/* ---- integrals ---- */

/* sum conj(phi_i) phi_k f, f real, or a complex function (weights with it). */
static complex double between(const kl_many_basis *b, const complex double *u,
                              const complex double *w, const double *f)
{
    complex double sum = 0;
    for (int64_t x = 0; x < b->grid.sites; x++)
        sum += kl_times(conj(u[x]), w[x]) * f[x];
    return sum;
}

/* v_(ik,jl) for i <= k and all j, l, by rho_jl f_ik. */
static void two_body(kl_many_basis *b, const complex double *phi)
{
    const int K = b->orbitals;
    const int64_t n = b->grid.sites;
    complex double *g = b->scratch, *f = g + b->grid.local, *fj = f + b->grid.local;
    for (int i = 0; i < K; i++)
        for (int k = i; k < K; k++) {
            complex double *out = b->v + (size_t)(i * K + k) * (size_t)(K * K);
            for (int64_t x = 0; x < n; x++)
                g[x] = kl_times(conj(phi[i * n + x]), phi[k * n + x]);
            kl_many_basis_convolve(b, g, f);
            for (int j = 0; j < K; j++) {
                for (int64_t x = 0; x < n; x++)
                    fj[x] = kl_times(f[x], conj(phi[j * n + x]));
                for (int l = 0; l < K; l++) {
                    const complex double *w = phi + l * n;
                    double re = 0, im = 0;
                    for (int64_t x = 0; x < n; x++) {
                        re += creal(fj[x]) * creal(w[x]) - cimag(fj[x]) * cimag(w[x]);
                        im += creal(fj[x]) * cimag(w[x]) + cimag(fj[x]) * creal(w[x]);
                    }
                    out[j * K + l] = CMPLX(re, im);
                }
            }
        }
}

/* <i j| V |k l> */
static complex double interaction_of(const kl_many_basis *b, int i, int k, int j, int l)
{
    const int K = b->orbitals;
    const size_t row = (size_t)(K * K);
    return i <= k ? b->v[(size_t)(i * K + k) * row + (size_t)(j * K + l)]
                  : conj(b->v[(size_t)(k * K + i) * row + (size_t)(l * K + j)]);
}

static void assemble(kl_many_basis *b)
{
    const int K = b->orbitals, N = b->particles;
    const complex double *h = b->h;
    for (int j = 1; j < K; j++)
        for (int i = 0; i < j; i++)
            for (int l = 1; l < K; l++)
                for (int k = 0; k < l; k++) {
                    const complex double one = (j == l) * h[i * K + k] + (i == k) * h[j * K + l] -
                                               (j == k) * h[i * K + l] - (i == l) * h[j * K + k];
                    const complex double two =
                        interaction_of(b, i, k, j, l) - interaction_of(b, i, l, j, k);
                    b->a[(size_t)kl_pair_number(i, j) * (size_t)(K * (K - 1) / 2) +
                         (size_t)kl_pair_number(k, l)] = one / (N - 1) + two / N;
                }
}

void kl_many_basis_residual(kl_many_basis *b, const complex double *phi)
{
    const int K = b->orbitals;
    const int64_t n = b->grid.sites;
    for (int i = 0; i < K; i++)
        for (int k = 0; k < K; k++)
            b->h[i * K + k] = -between(b, phi + i * n, phi + k * n, b->mean);
    two_body(b, phi);
    assemble(b);
}

void kl_many_basis_whole(kl_many_basis *b, const complex double *phi)
{
    const kl_window square = {.shape = KL_WINDOW_POWER, .power = {2}};
    const int K = b->orbitals;
    const int64_t n = b->grid.sites;
    kl_many_window(b, K, phi, &square, true, b->h);
    for (int i = 0; i < K; i++)
        for (int k = 0; k < K; k++)
            b->h[i * K + k] =
                b->h[i * K + k] / 2 + between(b, phi + i * n, phi + k * n, b->potential);
    two_body(b, phi);
    assemble(b);
}

void kl_many_window(const kl_many_basis *b, int K, const complex double *phi, const kl_window *f,
                    bool momentum, complex double *out)
{
    const int64_t n = b->grid.sites;
    complex double *fi = b->scratch, *psi = fi + b->grid.local;
    for (int i = 0; i < K; i++) { /* f phi_i */
        memcpy(fi, phi + i * n, (size_t)n * sizeof *fi);
        if (momentum)
            kl_box_forward(&b->grid, fi);
        for (int64_t x = 0; x < n; x++) {
            const double at =
                momentum ? kl_box_momentum(&b->grid, x) : kl_box_position(&b->grid, x);
            fi[x] *= kl_window_value(f, 1, (double[3]){at}) / (momentum ? (double)n : 1);
        }
        if (momentum)
            kl_box_backward(&b->grid, fi);
        for (int k = 0; k < K; k++) {
            memcpy(psi, phi + k * n, (size_t)n * sizeof *psi);
            complex double sum = 0;
            for (int64_t x = 0; x < n; x++)
                sum += kl_times(conj(fi[x]), psi[x]);
            out[i * K + k] = sum;
        }
    }
}
