#include "continuum/many_basis.h"

#include "base/clones.h"
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
    KL_TRY(kl_alloc((K * (K + 1) + 4) * n, sizeof *out->parts, "orbitals", &out->parts, err));
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
    free(basis->parts);
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

/* f = V * g, parts apart. */
KL_CLONES static void convolve(int64_t n, const double *line, const double *re, const double *im,
                               double *f_re, double *f_im)
{
    memset(f_re, 0, (size_t)n * sizeof *f_re);
    memset(f_im, 0, (size_t)n * sizeof *f_im);
    for (int64_t y = 0; y < n; y++) {
        const double *v = line + n - 1 - y, a = re[y], b = im[y];
        for (int64_t x = 0; x < n; x++) {
            f_re[x] += v[x] * a;
            f_im[x] += v[x] * b;
        }
    }
}

static void split(int64_t n, const complex double *g, double *re, double *im)
{
    for (int64_t x = 0; x < n; x++) {
        re[x] = creal(g[x]);
        im[x] = cimag(g[x]);
    }
}

void kl_many_basis_convolve(const kl_many_basis *b, const complex double *g, complex double *f)
{
    const int64_t n = b->grid.sites;
    double *re = b->parts, *im = re + n, *f_re = im + n, *f_im = f_re + n;
    split(n, g, re, im);
    convolve(n, b->line, re, im, f_re, f_im);
    for (int64_t x = 0; x < n; x++)
        f[x] = CMPLX(f_re[x], f_im[x]);
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

KL_CLONES void kl_many_products(int64_t n, const double *f_re, const double *f_im,
                                const double *g_re, const double *g_im, double out[4])
{
    double sum[4][4] = {{0}};
    for (int64_t x = 0; x < n; x += 4)
        for (int k = 0; k < 4; k++) {
            sum[0][k] += f_re[x + k] * g_re[x + k];
            sum[1][k] += f_im[x + k] * g_im[x + k];
            sum[2][k] += f_re[x + k] * g_im[x + k];
            sum[3][k] += f_im[x + k] * g_re[x + k];
        }
    for (int i = 0; i < 4; i++)
        out[i] = sum[i][0] + sum[i][1] + (sum[i][2] + sum[i][3]);
}

/* rho_ik = conj(phi_i) phi_k, its parts one after the other, for i <= k. */
static void find_pairs(const kl_many_basis *b, int K, const complex double *phi, double *pairs)
{
    const int64_t n = b->grid.sites;
    complex double *g = b->scratch;
    for (int k = 0; k < K; k++)
        for (int i = 0; i <= k; i++, pairs += 2 * n) {
            for (int64_t x = 0; x < n; x++)
                g[x] = kl_times(conj(phi[i * n + x]), phi[k * n + x]);
            split(n, g, pairs, pairs + n);
        }
}

const double *kl_many_basis_fields(kl_many_basis *b, int K, const complex double *phi)
{
    const int64_t n = b->grid.sites;
    double *f = b->parts, *pairs = f + 4 * n;
    find_pairs(b, K, phi, pairs);
    for (int i = 0; i < K * (K + 1) / 2; i++) {
        convolve(n, b->line, pairs + 2 * n * i, pairs + 2 * n * i + n, f, f + n);
        memcpy(pairs + 2 * n * i, f, 2 * (size_t)n * sizeof *f);
    }
    return pairs;
}

/* v_(ik,jl) = int int rho_ik V rho_jl. With rho_ki = conj(rho_ik) and V even, what pairs i <= k and
 * j <= l give are all of those with i <= k. */
static void two_body(kl_many_basis *b, const complex double *phi)
{
    const int K = b->orbitals;
    const int64_t n = b->grid.sites;
    const size_t row = (size_t)(K * K);
    double *f = b->parts, *pairs = f + 4 * n;
    find_pairs(b, K, phi, pairs);
    const double *p = pairs;
    for (int k = 0; k < K; k++)
        for (int i = 0; i <= k; i++, p += 2 * n) {
            const double *q = pairs;
            convolve(n, b->line, p, p + n, f, f + n);
            for (int l = 0; l <= k; l++)
                for (int j = 0; j <= l; j++, q += 2 * n) {
                    const size_t ik = (size_t)(i * K + k), jl = (size_t)(j * K + l),
                                 lj = (size_t)(l * K + j), ki = (size_t)(k * K + i);
                    double of[4];
                    kl_many_products(n, f, f + n, q, q + n, of);
                    b->v[ik * row + jl] = b->v[jl * row + ik] = CMPLX(of[0] - of[1], of[2] + of[3]);
                    b->v[ik * row + lj] = CMPLX(of[0] + of[1], of[3] - of[2]);
                    b->v[jl * row + ki] = conj(b->v[ik * row + lj]);
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
