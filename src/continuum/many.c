#include "continuum/many_private.h"

#include "base/complex.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double piece = 60; /* phases of exp(-i t H/hbar) that a piece advances by, over 2 */

int kl_many_orbitals_for(int particles)
{
    static const int orbitals[] = {0, 0, 32, 30, 26, 22, 20};
    return orbitals[particles];
}

/* ---- H ---- */

void kl_many_apply(const kl_many *many, const kl_many_part *part, const complex double *c,
                   complex double *out)
{
    const kl_determinants *d = &part->determinants;
    int rank, size;
    MPI_Comm_rank(many->comm, &rank);
    MPI_Comm_size(many->comm, &size);
    memset(out, 0, (size_t)d->n * sizeof *out);
    for (int64_t core = rank; core < d->cores; core += size) {
        kl_determinants_gather(d, core, c, many->core);
        kl_determinants_scatter(d, core, part->a, many->core, out);
    }
    MPI_Allreduce(MPI_IN_PLACE, out, (int)d->n, MPI_C_DOUBLE_COMPLEX, MPI_SUM, many->comm);
}

/* The largest eigenvalue of sign A + shift, A + shift >= 0, by powers; from below. */
static double largest(int n, const double *a, double sign, double shift, double *v, double *w)
{
    double value = 0;
    for (int i = 0; i < n; i++)
        v[i] = 1 + 0.3 * sin(2.1 * i);
    for (int round = 0; round < 200; round++) {
        double norm = 0;
        for (int i = 0; i < n; i++) {
            double sum = shift * v[i];
            for (int k = 0; k < n; k++)
                sum += sign * a[(size_t)i * (size_t)n + (size_t)k] * v[k];
            w[i] = sum;
            norm += sum * sum;
        }
        value = sqrt(norm);
        for (int i = 0; i < n; i++)
            v[i] = w[i] / value;
    }
    return value;
}

/* <H> is a sum of <A> over cores whose weights are N (N - 1)/2 in all. */
static kl_status bound(kl_many_part *part, int particles, kl_error *err)
{
    const int n = part->determinants.pairs, all = particles * (particles - 1) / 2;
    double *v, rows = 0;
    KL_TRY(kl_alloc(2 * (size_t)n, sizeof *v, "bounds", &v, err));
    for (int i = 0; i < n; i++) {
        double row = 0;
        for (int k = 0; k < n; k++)
            row += fabs(part->a[(size_t)i * (size_t)n + (size_t)k]);
        rows = fmax(rows, row);
    }
    const double high = largest(n, part->a, 1, rows, v, v + n) - rows,
                 low = rows - largest(n, part->a, -1, rows, v, v + n), room = 0.03 * (high - low);
    part->high = all * (high + room);
    part->low = all * (low - room);
    free(v);
    return KL_OK;
}

/* ---- create ---- */

static kl_status make_part(kl_many *m, kl_many_part *part, int orbitals, kl_error *err)
{
    const kl_many_problem *p = &m->problem;
    KL_TRY(kl_many_basis_create(orbitals, m->hbar, p->displacement, &part->basis, err));
    KL_TRY(kl_determinants_create(p->particles, orbitals, &part->determinants, err));
    KL_TRY(kl_many_matrix(&part->basis, p->particles, p->potential, p->interaction, &part->a, err));
    KL_TRY(bound(part, p->particles, err));
    const size_t pairs = (size_t)part->determinants.pairs, K = (size_t)orbitals;
    KL_TRY(kl_alloc(pairs * pairs, sizeof *part->pairs, "pairs", &part->pairs, err));
    return kl_alloc(K * K, sizeof *part->density, "pairs", &part->density, err);
}

static kl_status make(kl_many *m, kl_error *err)
{
    for (int i = 0; i < 2; i++)
        KL_TRY(make_part(m, &m->part[i], m->problem.orbitals - KL_MANY_FEWER * i, err));
    const size_t first = (size_t)m->part[0].determinants.n;
    m->n = first + (size_t)m->part[1].determinants.n;
    KL_TRY(kl_alloc(m->n, sizeof *m->state, "psi", &m->state, err));
    for (int i = 0; i < 4; i++)
        KL_TRY(kl_alloc(first, sizeof *m->work[i], "psi", &m->work[i], err));
    KL_TRY(kl_alloc((size_t)m->part[0].determinants.pairs, sizeof *m->core, "psi", &m->core, err));
    m->part[0].c = m->state;
    m->part[1].c = m->state + first;
    m->part[0].c[0] = m->part[1].c[0] = 1; /* the lowest orbitals */
    return KL_OK;
}

kl_status kl_many_create(MPI_Comm comm, const kl_many_problem *problem, kl_many **out,
                         kl_error *err)
{
    kl_status status = kl_alloc(1, sizeof **out, "psi", out, err);
    if (status == KL_OK) {
        **out = (kl_many){.comm = comm, .problem = *problem, .hbar = 1.0 / problem->particles};
        if (problem->orbitals == 0)
            (*out)->problem.orbitals = kl_many_orbitals_for(problem->particles);
        status = make(*out, err);
    }
    status = kl_agree(comm, status, err);
    if (status != KL_OK)
        kl_many_destroy(out);
    return status;
}

void kl_many_destroy(kl_many **many)
{
    kl_many *m = *many;
    if (!m)
        return;
    for (int i = 0; i < 2; i++) {
        kl_many_basis_destroy(&m->part[i].basis);
        kl_determinants_destroy(&m->part[i].determinants);
        free(m->part[i].a);
        free(m->part[i].pairs);
        free(m->part[i].density);
    }
    free(m->state);
    for (int i = 0; i < 4; i++)
        free(m->work[i]);
    free(m->core);
    free(m);
    *many = NULL;
}

/* ---- in time ---- */

/* out = (2 (H - middle)/half ..) of the recurrence: 2 X v - out, or X v at first. */
static void chebyshev_next(kl_many *m, const kl_many_part *part, bool first,
                           const complex double *v, complex double *out)
{
    const double middle = (part->high + part->low) / 2, half = (part->high - part->low) / 2;
    complex double *h = m->work[3];
    kl_many_apply(m, part, v, h);
    m->progress.products++;
    for (int64_t i = 0; i < part->determinants.n; i++) {
        const complex double x = (h[i] - middle * v[i]) / half;
        out[i] = first ? x : 2 * x - out[i];
    }
}

/* c = exp(-i t H/hbar) c = sum_k (2 - d_k0) (-i)^k J_k(half t/hbar) T_k(X) c, and a phase. */
static void advance_part(kl_many *m, const kl_many_part *part, double t)
{
    const int64_t n = part->determinants.n;
    const double half = (part->high - part->low) / 2, s = half * t / m->hbar,
                 angle = -(part->high + part->low) / 2 * t / m->hbar;
    complex double *before = m->work[0], *now = m->work[1], *sum = m->work[2], factor = 1;
    memcpy(before, part->c, (size_t)n * sizeof *before);
    for (int64_t i = 0; i < n; i++)
        sum[i] = j0(s) * before[i];
    chebyshev_next(m, part, true, before, now);
    for (int k = 1; k < s || fabs(jn(k, s)) > 1e-17; k++) {
        factor = kl_times(factor, CMPLX(0, -1));
        const complex double weight = 2 * jn(k, s) * factor;
        for (int64_t i = 0; i < n; i++)
            sum[i] += kl_times(weight, now[i]);
        chebyshev_next(m, part, false, now, before);
        complex double *swap = before;
        before = now;
        now = swap;
    }
    for (int64_t i = 0; i < n; i++)
        part->c[i] = kl_times(CMPLX(cos(angle), sin(angle)), sum[i]);
}

static double norm(const kl_many_part *part)
{
    double sum = 0;
    for (int64_t i = 0; i < part->determinants.n; i++)
        sum += creal(part->c[i]) * creal(part->c[i]) + cimag(part->c[i]) * cimag(part->c[i]);
    return sum;
}

kl_status kl_many_advance(kl_many *m, double to, bool *reached, kl_error *err)
{
    const double half = (m->part[0].high - m->part[0].low) / 2,
                 t = fmin(to - m->progress.now, piece * m->hbar / half);
    if (t > 0) {
        advance_part(m, &m->part[0], t);
        advance_part(m, &m->part[1], t);
    }
    *reached = t >= to - m->progress.now;
    m->progress.now = *reached ? fmax(to, m->progress.now) : m->progress.now + t;
    for (int i = 0; i < 2; i++)
        if (!(fabs(norm(&m->part[i]) - 1) < 1e-8))
            return kl_fail(err, KL_BUG, "exact: the norm of psi has become %.9g",
                           norm(&m->part[i]));
    return KL_OK;
}

complex double *kl_many_state(kl_many *many, size_t *n)
{
    *n = many->n;
    return many->state;
}

kl_many_progress *kl_many_progress_of(kl_many *many)
{
    return &many->progress;
}

/* ---- costs ---- */

static int orbitals_of(const kl_many_problem *p)
{
    return p->orbitals > 0 ? p->orbitals : kl_many_orbitals_for(p->particles);
}

double kl_many_bytes(const kl_many_problem *p)
{
    const double K = orbitals_of(p), pairs = K * (K - 1) / 2;
    return 2 * kl_determinants_bytes(p->particles, (int)K) + 48 * pairs * pairs +
           8 * K * K * K * K + 96 * kl_binomial((int)K, p->particles);
}

double kl_many_seconds(const kl_many_problem *p, double t)
{
    const int K = orbitals_of(p), N = p->particles;
    const double product = kl_binomial(K, N - 2) * kl_binomial(K - N + 2, 2) * K * (K - 1) / 2;
    /* The spectrum is some N K hbar wide, twice that by its bounds. */
    return 1.2e-9 * product * (100 + 2.5 * N * K * t) + 1e-9 * pow(K, 4) * 300;
}
