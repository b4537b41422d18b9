/* The equation of two particles, term by term: see many.h.
 *
 * gamma_2, gamma_3 of trace 1 are G_2/(N (N - 1)), G_3/(N (N - 1) (N - 2)), with
 * G_2(ij,kl) = <a_i^+ a_j^+ a_l a_k>, G_3(ijk,lmn) = <a_i^+ a_j^+ a_k^+ a_n a_m a_l>. With the
 * force of a third particle, C = V(x_1 - x_3) J_1 - J_1 V(x_1 - x_3),
 *
 *   (6.12) = 2 (N - 2)/N (i/hbar) tr gamma_3 C J_2 = 2 (i/hbar)/(N^2 (N - 1)) T,
 *   T = sum G_3(abc,lmn) C_(ac,ln) J_bm = sum_bm J_bm <a_b c| C |a_m c>,
 *
 * C the operator of pairs, c the state. What W = U + V * rho has of it is taken off. Of (6.11) the
 * observable is J(x_1, p_1 + q) J(x_2, p_2 - q) for a wave q of V: both particles are pushed. */
#include "continuum/many_private.h"

#include "base/complex.h"
#include "base/memory.h"

#include <stdlib.h>
#include <string.h>

typedef struct pairing {
    kl_many *m;
    kl_many_part *part;
    const kl_hierarchy *h;
    int K;
    complex double *memory, *image, *other; /* [K][sites]: J phi, and another operator's */
    complex double *c;                      /* [K^2][K^2]: of kl_many_commutators() */
    complex double *j, *x, *q;              /* [K][K]: J; another operator; scratch */
} pairing;

typedef complex double two_body(const kl_many_part *part, int i, int j, int k, int l);

static kl_status allocate(pairing *p, kl_error *err)
{
    const size_t K = (size_t)p->K, n = (size_t)p->m->problem.sites;
    KL_TRY(kl_alloc(2 * K * n + K * K * K * K + 3 * K * K, sizeof *p->memory, "hierarchy",
                    &p->memory, err));
    p->image = p->memory;
    p->other = p->image + K * n;
    p->c = p->other + K * n;
    p->j = p->c + K * K * K * K;
    p->x = p->j + K * K;
    p->q = p->x + K * K;
    return KL_OK;
}

static complex double c_of(const pairing *p, int a, int c, int l, int n)
{
    return p->c[(size_t)(a * p->K + l) * (size_t)(p->K * p->K) + (size_t)(c * p->K + n)];
}

/* x = <phi_i| image_k> */
static void elements(const pairing *p, const complex double *image, complex double *x)
{
    const int64_t n = p->m->problem.sites;
    const complex double *phi = kl_many_functions(p->m);
    for (int i = 0; i < p->K; i++)
        for (int k = 0; k < p->K; k++) {
            complex double sum = 0;
            for (int64_t s = 0; s < n; s++)
                sum += kl_times(conj(phi[i * n + s]), image[k * n + s]);
            x[i * p->K + k] = sum;
        }
}

/* sum G_2(ij,kl) x_ik J_jl */
static complex double with_j(const pairing *p, two_body *of, const complex double *x)
{
    const int K = p->K;
    complex double sum = 0;
    for (int i = 0; i < K; i++)
        for (int k = 0; k < K; k++)
            for (int j = 0; j < K; j++)
                for (int l = 0; l < K; l++)
                    sum +=
                        kl_times(of(p->part, i, j, k, l), kl_times(x[i * K + k], p->j[j * K + l]));
    return sum;
}

/* ---- flow and Moyal's term ---- */

static void find_flow(pairing *p, kl_many_pair_terms *out)
{
    const int K = p->K;
    const int64_t n = p->m->problem.sites;
    const double hbar = p->m->basis.grid.eps, N = p->m->problem.particles;
    const complex double *phi = kl_many_functions(p->m);
    for (int k = 0; k < K; k++)
        kl_hierarchy_push(p->h, phi + k * n, p->other + k * n);
    elements(p, p->other, p->x);
    out->flow = -2 * creal(with_j(p, kl_many_pair_of, p->x)) / (N * (N - 1));
    for (int k = 0; k < K; k++) /* W J phi */
        for (int64_t s = 0; s < n; s++)
            p->other[k * n + s] = p->h->w[s] * p->image[k * n + s];
    elements(p, p->other, p->q);
    for (int i = 0; i < K; i++)
        for (int k = 0; k < K; k++)
            p->x[i * K + k] +=
                kl_times(CMPLX(0, 1 / hbar), p->q[i * K + k] - conj(p->q[k * K + i]));
    out->moyal = 2 * creal(with_j(p, kl_many_pair_of, p->x)) / (N * (N - 1));
}

/* ---- (6.11): -(2/(hbar N)) Im tr gamma_2 V J x J ---- */

/* sum_ik G_2(ij,kl) <phi_i| f J phi_k> */
static complex double pushed(const pairing *p, const complex double *f, int j, int l)
{
    const int64_t n = p->m->problem.sites;
    const complex double *phi = kl_many_functions(p->m);
    complex double all = 0;
    for (int i = 0; i < p->K; i++)
        for (int k = 0; k < p->K; k++) {
            complex double sum = 0;
            for (int64_t s = 0; s < n; s++)
                sum += kl_times(kl_times(conj(phi[i * n + s]), p->image[k * n + s]), f[s]);
            all += kl_times(sum, kl_many_pair_of(p->part, i, j, k, l));
        }
    return all;
}

static double find_force(const pairing *p)
{
    const int64_t n = p->m->problem.sites;
    const double hbar = p->m->basis.grid.eps, N = p->m->problem.particles;
    const complex double *phi = kl_many_functions(p->m);
    complex double *pair = p->other, *f = p->other + n, sum = 0;
    for (int j = 0; j < p->K; j++)
        for (int l = 0; l < p->K; l++) {
            for (int64_t s = 0; s < n; s++)
                pair[s] = kl_times(conj(phi[j * n + s]), p->image[l * n + s]);
            kl_many_basis_convolve(&p->m->basis, pair, f);
            sum += pushed(p, f, j, l);
        }
    return -2 * cimag(sum) / (hbar * N * N * (N - 1));
}

/* ---- (6.12) ---- */

/* x = sum_cn g_cn C_(ac,ln)/N: of V * rho alone. */
static void find_mean(pairing *p)
{
    const int K = p->K;
    const double N = p->m->problem.particles;
    for (int a = 0; a < K; a++)
        for (int l = 0; l < K; l++) {
            complex double sum = 0;
            for (int c = 0; c < K; c++)
                for (int n = 0; n < K; n++)
                    sum += kl_times(p->part->density[c * K + n], c_of(p, a, c, l, n));
            p->x[a * K + l] = sum / N;
        }
}

/* T of a determinant, whose G_3 is one of g: with q = g J^T g all sums are of four indices. */
static complex double three_of_determinant(pairing *p)
{
    const int K = p->K;
    const complex double *g = p->part->density;
    complex double mean = 0, sum = 0;
    memset(p->q, 0, (size_t)(K * K) * sizeof *p->q);
    for (int b = 0; b < K; b++)
        for (int m = 0; m < K; m++) {
            mean += kl_times(g[b * K + m], p->j[b * K + m]);
            for (int c = 0; c < K; c++)
                for (int n = 0; n < K; n++)
                    p->q[c * K + n] +=
                        kl_times(kl_times(g[c * K + m], p->j[b * K + m]), g[b * K + n]);
        }
    for (int a = 0; a < K; a++)
        for (int l = 0; l < K; l++)
            for (int c = 0; c < K; c++)
                for (int n = 0; n < K; n++) {
                    const complex double al = g[a * K + l], cn = g[c * K + n], an = g[a * K + n],
                                         cl = g[c * K + l];
                    sum +=
                        kl_times(c_of(p, a, c, l, n),
                                 kl_times(mean, kl_times(al, cn) - kl_times(an, cl)) -
                                     kl_times(al, p->q[c * K + n]) - kl_times(p->q[a * K + l], cn) +
                                     kl_times(p->q[a * K + n], cl) + kl_times(an, p->q[c * K + l]));
                }
    return sum;
}

/* a[pairs][pairs]: C as an operator of pairs. */
static void antisymmetrise(const pairing *p, complex double *a)
{
    const int K = p->K, pairs = K * (K - 1) / 2;
    for (int c = 1; c < K; c++)
        for (int b = 0; b < c; b++)
            for (int n = 1; n < K; n++)
                for (int l = 0; l < n; l++)
                    a[(size_t)kl_pair_number(b, c) * (size_t)pairs + (size_t)kl_pair_number(l, n)] =
                        c_of(p, b, c, l, n) - c_of(p, b, c, n, l) - c_of(p, c, b, l, n) +
                        c_of(p, c, b, n, l);
}

/* term[b] = sum_m J_bm <a_b c| C |a_m c> of this rank's b. */
static void add_terms(const pairing *p, const kl_determinants *less, const complex double *u,
                      const complex double *a, complex double *work, complex double *term)
{
    const int64_t n = less->n;
    complex double *v = work, *out = v + n, *g = out + n;
    int rank, size;
    MPI_Comm_rank(p->m->comm, &rank);
    MPI_Comm_size(p->m->comm, &size);
    for (int b = rank; b < p->K; b += size) {
        memset(v, 0, 2 * (size_t)n * sizeof *v);
        for (int m = 0; m < p->K; m++)
            for (int64_t i = 0; i < n; i++)
                v[i] += kl_times(p->j[b * p->K + m], u[m * n + i]);
        for (int64_t core = 0; core < less->cores; core++) {
            kl_determinants_gather(less, core, v, g);
            kl_determinants_scatter(less, core, a, less->pairs, g, out);
        }
        for (int64_t i = 0; i < n; i++)
            term[b] += kl_times(conj(u[b * n + i]), out[i]);
    }
}

static kl_status sum_terms(pairing *p, const kl_determinants *less, complex double *memory,
                           complex double *sum, kl_error *err)
{
    const kl_determinants *d = &p->part->determinants;
    const size_t pairs = (size_t)less->pairs, n = (size_t)less->n, K = (size_t)p->K;
    complex double *a = memory, *u = a + pairs * pairs, *work = u + K * n,
                   *term = work + 2 * n + pairs;
    KL_TRY(kl_agree(p->m->comm, kl_determinants_remove(d, less, p->m->state + p->part->at, u, err),
                    err));
    antisymmetrise(p, a);
    add_terms(p, less, u, a, work, term);
    MPI_Allreduce(MPI_IN_PLACE, term, p->K, MPI_C_DOUBLE_COMPLEX, MPI_SUM, p->m->comm);
    for (int b = 0; b < p->K; b++)
        *sum += term[b];
    return KL_OK;
}

/* T of the state; 0 of two particles. */
static kl_status three_of_state(pairing *p, complex double *sum, kl_error *err)
{
    const kl_determinants *d = &p->part->determinants;
    kl_determinants less = {0};
    complex double *memory = NULL;
    *sum = 0;
    if (d->particles < 3)
        return KL_OK;
    kl_status status = kl_determinants_create(d->particles - 1, d->orbitals,
                                              d->quanta + d->particles - 1, &less, err);
    const size_t pairs = (size_t)less.pairs, n = (size_t)less.n, K = (size_t)p->K;
    if (status == KL_OK)
        status = kl_alloc(pairs * pairs + K * n + 2 * n + pairs + K, sizeof *memory, "hierarchy",
                          &memory, err);
    status = kl_agree(p->m->comm, status, err);
    if (status == KL_OK)
        status = sum_terms(p, &less, memory, sum, err);
    kl_determinants_destroy(&less);
    free(memory);
    return status;
}

static kl_status find_third(pairing *p, kl_many_pair_terms *out, kl_error *err)
{
    const double hbar = p->m->basis.grid.eps, N = p->m->problem.particles;
    complex double three;
    KL_TRY(three_of_state(p, &three, err));
    find_mean(p);
    const double whole = cimag(three) / N - cimag(with_j(p, kl_many_pair_of, p->x)),
                 wick = cimag(three_of_determinant(p)) / N - cimag(with_j(p, kl_many_wick, p->x));
    out->exchange = -2 * wick / (hbar * N * (N - 1));
    out->correlation = -2 * (whole - wick) / (hbar * N * (N - 1));
    return KL_OK;
}

kl_status kl_many_pair_equation(kl_many *many, int which, const kl_hierarchy *h,
                                kl_many_pair_terms *out, kl_error *err)
{
    pairing p = {.m = many, .part = &many->part[which], .h = h, .K = many->part[which].orbitals};
    const int64_t n = many->problem.sites;
    KL_TRY(kl_agree(many->comm, allocate(&p, err), err));
    kl_many_measure(many, p.part);
    for (int k = 0; k < p.K; k++)
        kl_hierarchy_apply(h, kl_many_functions(many) + k * n, p.image + k * n);
    elements(&p, p.image, p.j);
    find_flow(&p, out);
    out->force = find_force(&p);
    kl_many_commutators(many, p.K, p.image, (double *)p.other, p.c);
    const kl_status status = find_third(&p, out, err);
    free(p.memory);
    return status;
}
