/* Density matrices of one and two particles: see many.h. */
#include "continuum/many_private.h"

#include "base/memory.h"
#include "continuum/hermitian.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* Of <b_p^+ b_q>. */
complex double kl_many_pair_of(const kl_many_part *part, int i, int j, int k, int l)
{
    if (i == j || k == l)
        return 0;
    const int p = i < j ? kl_pair_number(i, j) : kl_pair_number(j, i),
              q = k < l ? kl_pair_number(k, l) : kl_pair_number(l, k);
    const complex double value =
        part->pairs[(size_t)p * (size_t)part->determinants.pairs + (size_t)q];
    return (i < j) == (k < l) ? value : -value;
}

static void add_core(kl_many *m, kl_many_part *part, int64_t core)
{
    const kl_determinants *d = &part->determinants;
    const int64_t first = d->first[core], last = d->first[core + 1];
    kl_determinants_gather(d, core, m->state + part->at, m->core);
    for (int64_t f = first; f < last; f++) {
        const complex double left = conj(m->core[d->pair[f]]);
        complex double *row = part->pairs + (size_t)d->pair[f] * (size_t)d->pairs;
        for (int64_t g = first; g < last; g++)
            row[d->pair[g]] += kl_times(left, m->core[d->pair[g]]);
    }
}

void kl_many_measure(kl_many *m, kl_many_part *part)
{
    const int K = part->orbitals, N = m->problem.particles, P = part->determinants.pairs;
    int rank, size;
    MPI_Comm_rank(m->comm, &rank);
    MPI_Comm_size(m->comm, &size);
    memset(part->pairs, 0, (size_t)P * (size_t)P * sizeof *part->pairs);
    for (int64_t core = rank; core < part->determinants.cores; core += size)
        add_core(m, part, core);
    MPI_Allreduce(MPI_IN_PLACE, part->pairs, P * P, MPI_C_DOUBLE_COMPLEX, MPI_SUM, m->comm);
    for (int i = 0; i < K; i++)
        for (int k = 0; k < K; k++) {
            complex double sum = 0;
            for (int j = 0; j < K; j++)
                sum += kl_many_pair_of(part, i, j, k, j);
            part->density[i * K + k] = sum / (N - 1);
        }
}

/* ---- natural orbitals ---- */

/* orbital_m = sum_k u_km phi_k, u the eigenvectors of conj(density). */
static void write_orbitals(const kl_many *m, int K, const complex double *u, const int *order,
                           complex double *out)
{
    const int64_t n = m->problem.sites;
    const complex double *phi = kl_many_functions(m);
    for (int o = 0; o < K; o++)
        for (int64_t x = 0; x < n; x++) {
            complex double sum = 0;
            for (int k = 0; k < K; k++)
                sum += kl_times(u[k * K + order[o]], phi[k * n + x]);
            out[o * n + x] = sum;
        }
}

static void sort(int n, const double *value, int *order)
{
    for (int i = 0; i < n; i++) {
        int at = i;
        for (; at > 0 && value[order[at - 1]] < value[i]; at--)
            order[at] = order[at - 1];
        order[at] = i;
    }
}

kl_status kl_many_natural_create(kl_many *many, int which, const kl_box_grid *grid,
                                 kl_many_natural *out, kl_error *err)
{
    kl_many_part *part = &many->part[which];
    const int K = part->orbitals;
    const size_t n = (size_t)(K * K);
    int order[KL_MOST_ORBITALS];
    double value[KL_MOST_ORBITALS];
    complex double *a = NULL;
    *out = (kl_many_natural){.n = K};
    kl_status status = kl_alloc(2 * n, sizeof *a, "density", &a, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)K, sizeof *out->occupation, "density", &out->occupation, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)(K * grid->sites), sizeof *out->orbital, "density", &out->orbital,
                          err);
    KL_GOTO(kl_agree(many->comm, status, err));
    kl_many_measure(many, part);
    for (size_t i = 0; i < n; i++)
        a[i] = conj(part->density[i]);
    kl_hermitian_solve(K, a, value, a + n);
    sort(K, value, order);
    for (int m = 0; m < K; m++)
        out->occupation[m] = value[order[m]];
    write_orbitals(many, K, a + n, order, out->orbital);
done:
    free(a);
    return status;
}

void kl_many_natural_destroy(kl_many_natural *natural)
{
    free(natural->occupation);
    free(natural->orbital);
    *natural = (kl_many_natural){0};
}

/* ---- checks ---- */

static void one_particle(const kl_many *m, kl_many_checks *out)
{
    const kl_many_part *part = &m->part[0];
    const int K = part->orbitals;
    for (int i = 0; i < K; i++) {
        out->number += creal(part->density[i * K + i]);
        out->tail += i >= K - 2 ? creal(part->density[i * K + i]) : 0;
        for (int k = 0; k < K; k++)
            out->purity -= pow(cabs(part->density[i * K + k]), 2);
    }
    out->purity += out->number;
}

/* <H>/N, H in m->basis.a. */
static double energy_of(const kl_many *m, const kl_many_part *part)
{
    const size_t all = (size_t)m->part[0].determinants.pairs, P = (size_t)part->determinants.pairs;
    double sum = 0;
    for (size_t p = 0; p < P; p++)
        for (size_t q = 0; q < P; q++)
            sum += creal(kl_times(m->basis.a[p * all + q], part->pairs[p * P + q]));
    return sum / m->problem.particles;
}

/* a: the difference of the two density matrices over N. */
static double basis_error(const kl_many *m, complex double *a)
{
    const int K = m->part[0].orbitals, fewer = m->part[1].orbitals;
    double value[KL_MOST_ORBITALS], sum = 0;
    for (int i = 0; i < K; i++)
        for (int k = 0; k < K; k++) {
            a[i * K + k] = m->part[0].density[i * K + k];
            if (i < fewer && k < fewer)
                a[i * K + k] -= m->part[1].density[i * fewer + k];
        }
    kl_hermitian_solve(K, a, value, a + K * K);
    for (int i = 0; i < K; i++)
        sum += fabs(value[i]) / m->problem.particles;
    return sum;
}

/* Of the pairs (i < j), (k < l): four of them each in the whole space. */
static void two_particles(const kl_many *m, kl_many_checks *out)
{
    const kl_many_part *part = &m->part[0];
    const complex double *g = part->density;
    const int K = part->orbitals, N = m->problem.particles;
    double whole = 0, apart = 0, overlap = 0, one = 0;
    for (int i = 0; i < K * K; i++)
        one += pow(cabs(g[i]), 2);
    for (int j = 1; j < K; j++)
        for (int i = 0; i < j; i++)
            for (int l = 1; l < K; l++)
                for (int k = 0; k < l; k++) {
                    const complex double both = kl_many_pair_of(part, i, j, k, l),
                                         free = kl_times(g[i * K + k], g[j * K + l]) -
                                                kl_times(g[i * K + l], g[j * K + k]);
                    whole += creal(kl_times(conj(both), both));
                    apart += creal(kl_times(conj(both - free), both - free));
                    overlap += creal(kl_times(conj(both), free));
                }
    const double pairs = N * (N - 1.0), squares = (double)N * N;
    out->antisymmetrised = sqrt(apart / whole);
    /* |g_2|^2 - 2 Re (g_2, g_1 x g_1) + |g_1 x g_1|^2 */
    out->plain = sqrt(fmax(0, 4 * whole / (pairs * pairs) - 4 * overlap / (pairs * squares) +
                                  one * one / (squares * squares))) *
                 squares / one;
}

kl_status kl_many_check(kl_many *many, kl_many_checks *out, kl_error *err)
{
    const size_t K = (size_t)many->part[0].orbitals;
    complex double *a;
    KL_TRY(kl_agree(many->comm, kl_alloc(2 * K * K, sizeof *a, "density", &a, err), err));
    *out = (kl_many_checks){0};
    kl_many_measure(many, &many->part[0]);
    kl_many_measure(many, &many->part[1]);
    kl_many_basis_whole(&many->basis, kl_many_functions(many));
    one_particle(many, out);
    out->energy = energy_of(many, &many->part[0]);
    out->energy_of_fewer = energy_of(many, &many->part[1]);
    out->basis = basis_error(many, a);
    two_particles(many, out);
    free(a);
    return KL_OK;
}

kl_status kl_many_pair(kl_many *many, int which, const kl_phase_observable *o, double *defect,
                       kl_error *err)
{
    const bool no_x = o->x.shape == KL_WINDOW_UNIFORM, no_p = o->p.shape == KL_WINDOW_UNIFORM;
    kl_many_part *part = &many->part[which];
    const int K = part->orbitals, N = many->problem.particles;
    complex double *f, one = 0, two = 0;
    KL_TRY(kl_agree(many->comm, kl_alloc((size_t)(K * K), sizeof *f, "density", &f, err), err));
    *defect = NAN;
    if (!o->energy && (no_x || no_p)) {
        kl_many_measure(many, part);
        kl_many_window(&many->basis, K, kl_many_functions(many), no_x ? &o->p : &o->x, no_x, f);
        for (int i = 0; i < K * K; i++)
            one += kl_times(f[i], part->density[i]) / N;
        for (int j = 1; j < K; j++)
            for (int i = 0; i < j; i++)
                for (int l = 1; l < K; l++)
                    for (int k = 0; k < l; k++)
                        two += kl_times(kl_many_pair_of(part, i, j, k, l),
                                        kl_times(f[i * K + k], f[j * K + l]) -
                                            kl_times(f[i * K + l], f[j * K + k]));
        *defect = 2 * creal(two) / (N * (N - 1.0)) - creal(one) * creal(one);
    }
    free(f);
    return KL_OK;
}
