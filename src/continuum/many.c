#include "base/complex.h"
#include "base/memory.h"
#include "continuum/many_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

int kl_many_orbitals_for(int particles)
{
    static const int orbitals[] = {0, 0, 24, 22, 20, 20, 20};
    return orbitals[particles];
}

int kl_many_quanta_for(int particles, int orbitals)
{
    return orbitals - particles + 8;
}

/* ---- create ---- */

static kl_status make_part(kl_many *m, kl_many_part *part, int orbitals, kl_error *err)
{
    part->orbitals = orbitals;
    KL_TRY(kl_determinants_create(m->problem.particles, orbitals,
                                  kl_many_quanta_for(m->problem.particles, orbitals),
                                  &part->determinants, err));
    const size_t pairs = (size_t)part->determinants.pairs, K = (size_t)orbitals;
    KL_TRY(kl_alloc(pairs * pairs, sizeof *part->pairs, "pairs", &part->pairs, err));
    return kl_alloc(K * K, sizeof *part->density, "pairs", &part->density, err);
}

static kl_status make(kl_many *m, kl_error *err)
{
    const kl_many_problem *p = &m->problem;
    KL_TRY(kl_many_basis_create(p->particles, p->orbitals, p->displacement, p->side, p->sites,
                                p->potential, p->interaction, &m->basis, err));
    for (int i = 0; i < 2; i++)
        KL_TRY(make_part(m, &m->part[i], p->orbitals - KL_MANY_FEWER * i, err));
    const size_t first = (size_t)m->part[0].determinants.n;
    m->part[1].at = first;
    m->functions = first + (size_t)m->part[1].determinants.n;
    m->n = m->functions + (size_t)p->orbitals * (size_t)p->sites;
    KL_TRY(kl_alloc(m->n, sizeof *m->state, "psi", &m->state, err));
    KL_TRY(kl_alloc(m->n, sizeof *m->spare, "psi", &m->spare, err));
    for (int i = 0; i < 2; i++)
        KL_TRY(kl_alloc(first, sizeof *m->work[i], "psi", &m->work[i], err));
    KL_TRY(kl_alloc((size_t)m->part[0].determinants.pairs, sizeof *m->core, "psi", &m->core, err));
    m->state[0] = m->state[first] = 1; /* the lowest orbitals */
    kl_many_basis_start(&m->basis, m->state + m->functions);
    m->progress.step.pair = 0.1;
    return KL_OK;
}

kl_status kl_many_create(MPI_Comm comm, const kl_many_problem *problem, kl_many **out,
                         kl_error *err)
{
    kl_status status = kl_alloc(1, sizeof **out, "psi", out, err);
    if (status == KL_OK) {
        **out = (kl_many){.comm = comm, .problem = *problem};
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
    kl_many_basis_destroy(&m->basis);
    for (int i = 0; i < 2; i++) {
        kl_determinants_destroy(&m->part[i].determinants);
        free(m->part[i].pairs);
        free(m->part[i].density);
        free(m->work[i]);
    }
    free(m->state);
    free(m->spare);
    free(m->core);
    free(m);
    *many = NULL;
}

/* ---- the coefficients ---- */

/* out = R c. Collective. */
static void apply(kl_many *m, const kl_many_part *part, const complex double *c,
                  complex double *out)
{
    const kl_determinants *d = &part->determinants;
    int rank, size;
    MPI_Comm_rank(m->comm, &rank);
    MPI_Comm_size(m->comm, &size);
    memset(out, 0, (size_t)d->n * sizeof *out);
    for (int64_t core = rank; core < d->cores; core += size) {
        kl_determinants_gather(d, core, c, m->core);
        kl_determinants_scatter(d, core, m->basis.a, m->part[0].determinants.pairs, m->core, out);
    }
    MPI_Allreduce(MPI_IN_PLACE, out, (int)d->n, MPI_C_DOUBLE_COMPLEX, MPI_SUM, m->comm);
    m->progress.products++;
}

static double square(int64_t n, const complex double *c)
{
    double sum = 0;
    for (int64_t i = 0; i < n; i++)
        sum += creal(c[i]) * creal(c[i]) + cimag(c[i]) * cimag(c[i]);
    return sum;
}

/* <R> of the N first orbitals: taken out of the series, for it is large. */
static double first_energy(const kl_many *m)
{
    const size_t pairs = (size_t)m->part[0].determinants.pairs;
    double sum = 0;
    for (int j = 1; j < m->problem.particles; j++)
        for (int i = 0; i < j; i++)
            sum += creal(m->basis.a[(size_t)kl_pair_number(i, j) * (pairs + 1)]);
    return sum;
}

/* c = exp(-i dt R/hbar) c, by its series, which kicks are short enough for: to 3e-14. */
static void kick_part(kl_many *m, const kl_many_part *part, double dt, complex double *c)
{
    const int64_t n = part->determinants.n;
    const double hbar = m->basis.grid.eps, shift = first_energy(m);
    complex double *term = m->work[0], *next = m->work[1];
    const complex double phase = CMPLX(cos(dt * shift / hbar), -sin(dt * shift / hbar));
    memcpy(term, c, (size_t)n * sizeof *c);
    for (int k = 1; k < 100 && square(n, term) > 1e-27; k++) {
        const complex double factor = CMPLX(0, -dt / (hbar * k));
        apply(m, part, term, next);
        for (int64_t i = 0; i < n; i++) {
            term[i] = kl_times(factor, next[i] - shift * term[i]);
            c[i] += term[i];
        }
    }
    for (int64_t i = 0; i < n; i++)
        c[i] = kl_times(phase, c[i]);
}

/* ---- steps ---- */

static void one_step(kl_many *m, double dt, complex double *state)
{
    static const double drift[] = {0.0792036964311957, 0.353172906049774, -0.0420650803577195},
                        kick[] = {0.209515106613362, -0.143851773179818};
    const double a[] = {drift[0], drift[1], drift[2], 1 - 2 * (drift[0] + drift[1] + drift[2]),
                        drift[2], drift[1], drift[0]},
                 last = 0.5 - kick[0] - kick[1],
                 b[] = {kick[0], kick[1], last, last, kick[1], kick[0]};
    complex double *phi = state + m->functions;
    for (int s = 0; s < 6; s++) {
        kl_many_basis_drift(&m->basis, a[s] * dt, phi);
        kl_many_basis_field(&m->basis, phi);
        kl_many_basis_residual(&m->basis, phi);
        for (int i = 0; i < 2; i++)
            kick_part(m, &m->part[i], b[s] * dt, state + m->part[i].at);
        kl_many_basis_kick(&m->basis, b[s] * dt, phi);
    }
    kl_many_basis_drift(&m->basis, a[6] * dt, phi);
}

static void set(void *state, double dt)
{
    ((kl_many *)state)->dt = dt;
}

static void run(void *state, int64_t count)
{
    kl_many *m = state;
    for (int64_t i = 0; i < count; i++)
        one_step(m, m->dt, m->state);
}

static void undo(void *state, int64_t count)
{
    kl_many *m = state;
    for (int64_t i = 0; i < count; i++)
        one_step(m, -m->dt, m->state);
}

/* Of the coefficients, and of the orbitals by how much of psi is in them: the N first count. */
static double compare(void *state)
{
    kl_many *m = state;
    const size_t counts = m->functions + (size_t)m->problem.particles * (size_t)m->problem.sites;
    memcpy(m->spare, m->state, m->n * sizeof *m->state);
    one_step(m, 2 * m->dt, m->spare);
    run(m, 2);
    for (size_t i = 0; i < counts; i++)
        m->spare[i] -= m->state[i];
    return sqrt(square((int64_t)counts, m->spare));
}

kl_status kl_many_advance(kl_many *m, double to, bool *reached, kl_error *err)
{
    const double K = m->problem.orbitals;
    const kl_step_scheme scheme = {.state = m,
                                   .order = 4,
                                   .transforms = 6,
                                   .work = 20 * K * K * K * K * (double)m->problem.sites,
                                   .set = set,
                                   .run = run,
                                   .undo = undo,
                                   .compare = compare};
    const kl_step_goal goal = {m->problem.tolerance, fmax(m->problem.last, to)};
    KL_TRY(kl_step_advance(&scheme, &goal, m->progress.now, to, &m->progress.step, reached, err));
    m->progress.now = *reached ? fmax(to, m->progress.now) : m->progress.now;
    for (int i = 0; i < 2; i++) {
        const double norm = square(m->part[i].determinants.n, m->state + m->part[i].at);
        if (!(fabs(norm - 1) < 1e-8))
            return kl_fail(err, KL_BUG, "exact: the norm of psi has become %.9g", norm);
    }
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
    const double K = orbitals_of(p), pairs = K * (K - 1) / 2, sites = (double)p->sites;
    return 2 * kl_determinants_bytes(p->particles, (int)K) + 48 * pairs * pairs +
           16 * K * K * K * K + 96 * kl_binomial((int)K, p->particles) + 32 * K * sites +
           8 * (K * K + K + 4) * sites;
}

/* Products by the coefficients' matrix, some ten for a kick, and the matrix itself. */
double kl_many_seconds(const kl_many_problem *p, double t)
{
    const int K = orbitals_of(p), N = p->particles;
    const double sites = (double)p->sites, pairs = K * (K + 1) / 2.,
                 product = (double)kl_determinants_count(N, K, kl_many_quanta_for(N, K)) * N *
                           (N - 1) / 4 * pairs,
                 matrix = 2 * pairs * pairs * sites + 2 * pairs * sites * sites;
    const double steps = 3 + 9 * t * N * pow(1e-7 / p->tolerance, 0.25);
    return 6e-10 * steps * 6 * (10 * product + matrix);
}
