/* One group's work at one point of an `anderson` study. */
#include "systems/anderson_private.h"

#include "base/memory.h"
#include "dynamics/chebyshev.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_OUTPUTS = 4 };

typedef struct anderson_run {
    const anderson *a;
    anderson_point point;
    int index; /* of the point */
    kl_lattice lattice;
    float *omega;
    kl_hamiltonian h;
    kl_wigner *pairing, *energy_only;
    kl_splitting *splitting; /* or NULL */
    double *marginal;        /* [sites] */
    complex double *value;   /* [nobservables] */
    void *scratch;
    kl_state psi, out[MOST_OUTPUTS];
    int outputs; /* states in out */

    int64_t realization;
    double radius, energy;   /* of this realization; energy at t = 0 */
    kl_state *current;       /* at the time reached */
    int served_from, served; /* times that the last sweep gave */
    double t;                /* microscopic time of psi (or of the last output) */
} anderson_run;

/* The spectral radius that decides how times are grouped: of the study alone. */
static double nominal_radius(const anderson *a)
{
    return 2 * (double)a->dimension;
}

static int sweep_size(const anderson *a, int point, int time, double now)
{
    double t[MOST_OUTPUTS];
    int n = 0;
    for (; n < MOST_OUTPUTS && time + n < a->times.n; n++)
        t[n] = a->times.t[time + n] / a->point[point].mu - now;
    return kl_chebyshev_sweep(nominal_radius(a), t, n);
}

static int most_outputs(const anderson *a, int point)
{
    int most = 1;
    double now = 0;
    if (a->method != CHEBYSHEV)
        return 0;
    for (int time = a->times.t[0] == 0; time < a->times.n;) { /* T = 0 needs no sweep */
        int n = sweep_size(a, point, time, now);
        most = n > most ? n : most;
        time += n;
        now = a->times.t[time - 1] / a->point[point].mu;
    }
    return most;
}

kl_cost anderson_cost(const void *self, int point, int group_ranks)
{
    const anderson *a = self;
    const anderson_point *p = &a->point[point];
    const double plane = pow((double)p->sites, (double)a->dimension - 1);
    const double planes = ceil((double)p->sites / group_ranks);
    const double size = (double)kl_precision_size(a->precision);
    const double t = a->times.t[a->times.n - 1] / p->mu, sites = plane * (double)p->sites;
    double arrays = 3 + 2 * most_outputs(a, point); /* psi, scratch, outputs */
    double terms = nominal_radius(a) * 1.1 * t + 20 * a->times.n, term = 4e-9;
    if (a->method != CHEBYSHEV) {
        arrays += 8.5;       /* FFT, two copies, transfer, potential */
        terms = 3 * (1 + t); /* two step sizes and more */
        term = 200e-9;
    }
    /* A measurement may hold a shifted copy of psi besides. */
    return (kl_cost){.bytes = plane * ((planes + 2) * size * (arrays + 1) + planes * 4),
                     .seconds = sites * (terms * term + 60e-9),
                     .most_ranks = p->sites};
}

static kl_status allocate(anderson_run *r, kl_error *err)
{
    const anderson *a = r->a;
    const kl_lattice *lattice = &r->lattice;
    r->outputs = most_outputs(a, r->index);
    KL_TRY(
        kl_alloc((size_t)kl_lattice_local(lattice), sizeof *r->omega, "potential", &r->omega, err));
    KL_TRY(kl_lattice_array(lattice, kl_precision_size(a->precision), 2, &r->scratch, err));
    KL_TRY(kl_alloc((size_t)lattice->sites, sizeof *r->marginal, "marginal", &r->marginal, err));
    KL_TRY(kl_alloc((size_t)a->nobservables, sizeof *r->value, "values", &r->value, err));
    KL_TRY(kl_state_create(lattice, a->precision, &r->psi, err));
    for (int j = 0; j < r->outputs; j++)
        KL_TRY(kl_state_create_at(lattice, a->precision, 3 + 2 * j, &r->out[j], err));
    return KL_OK;
}

kl_status anderson_begin(const void *self, int point, MPI_Comm group, void **run, kl_error *err)
{
    const anderson *a = self;
    anderson_run *r = NULL;
    kl_status status = kl_agree(group, kl_alloc(1, sizeof *r, "run", &r, err), err);
    *run = r;
    if (status != KL_OK)
        return status;
    r->a = a;
    r->index = point;
    r->point = a->point[point];
    status = kl_lattice_create(group, (int)a->dimension, r->point.sites, &r->lattice, err);
    if (status == KL_OK)
        status = kl_agree(group, allocate(r, err), err);
    if (status == KL_OK) {
        r->h = (kl_hamiltonian){&r->lattice, kl_stencil_choose(),
                                1,           r->point.eta,
                                r->omega,    kl_blocking_choose(&r->lattice, a->precision, 0)};
        status = kl_wigner_create(&r->lattice, r->point.mu, a->nobservables, a->observable,
                                  &r->pairing, err);
    }
    if (status == KL_OK)
        status = kl_wigner_create(&r->lattice, r->point.mu, 0, NULL, &r->energy_only, err);
    if (status == KL_OK && a->method != CHEBYSHEV)
        status = kl_splitting_create(&r->h, a->precision,
                                     a->method == STRANG ? KL_STRANG : KL_FOURTH_ORDER,
                                     &r->splitting, err);
    if (status != KL_OK)
        anderson_end(run);
    return status;
}

void anderson_end(void **run)
{
    anderson_run *r = *run;
    if (!r)
        return;
    kl_wigner_destroy(&r->pairing);
    kl_wigner_destroy(&r->energy_only);
    kl_splitting_destroy(&r->splitting);
    kl_state_destroy(&r->psi);
    for (int j = 0; j < r->outputs; j++)
        kl_state_destroy(&r->out[j]);
    free(r->omega);
    kl_lattice_array_free(r->scratch);
    free(r->marginal);
    free(r->value);
    free(r);
    *run = NULL;
}

static void fill_disorder(anderson_run *r)
{
    const double parameters[3] = {r->point.eta, (double)r->point.sites, (double)r->a->dimension};
    kl_disorder disorder = {r->a->distribution, r->a->seed, kl_disorder_point(parameters, 3),
                            (uint64_t)r->realization};
    kl_disorder_fill(&disorder, r->lattice.first * r->lattice.plane, kl_lattice_local(&r->lattice),
                     r->omega);
}

/* <psi, H psi> from the hopping part of a pairing. */
static kl_status total_energy(const anderson_run *r, const kl_state *psi, double hop,
                              double *energy, kl_error *err)
{
    double potential;
    KL_TRY(kl_potential_energy(psi, r->omega, &potential, err));
    *energy = r->h.hopping * hop + r->point.eta * potential;
    return KL_OK;
}

kl_status anderson_start(void *run, int64_t realization, kl_error *err)
{
    anderson_run *r = run;
    const kl_initial initial = anderson_initial(r->a, r->index);
    double norm, hop;
    r->realization = realization;
    r->t = 0;
    r->current = &r->psi;
    r->served_from = r->served = 0;
    fill_disorder(r);
    if (r->a->method == CHEBYSHEV) /* before psi: its array is the second scratch */
        r->radius = kl_hamiltonian_radius(&r->h, r->a->precision, r->psi.re, r->scratch);
    KL_TRY(kl_initial_fill(&initial, &r->psi, err));
    KL_TRY(kl_wigner_evaluate(r->energy_only, &r->psi, NULL, &norm, &hop, NULL, err));
    return total_energy(r, &r->psi, hop, &r->energy, err);
}

static void swap_states(kl_state *x, kl_state *y)
{
    kl_state old = *x;
    *x = *y;
    *y = old;
}

static kl_status sweep(anderson_run *r, int time, kl_error *err)
{
    const anderson *a = r->a;
    double t[MOST_OUTPUTS];
    if (r->served > 0) /* go on from the last output */
        swap_states(&r->psi, &r->out[r->served - 1]);
    r->served_from = time;
    r->served = sweep_size(a, r->index, time, r->t);
    for (int j = 0; j < r->served; j++)
        t[j] = a->times.t[time + j] / r->point.mu - r->t;
    /* Rounding takes its part of the tolerance; each sweep an equal share of the rest. */
    kl_chebyshev chebyshev = {&r->h, r->radius,
                              (a->tolerance - anderson_rounding(a, r->index)) / a->times.n};
    KL_TRY(kl_chebyshev_evolve(&chebyshev, &r->psi, r->scratch, t, r->served, r->out, NULL, err));
    r->t = a->times.t[time + r->served - 1] / r->point.mu;
    return KL_OK;
}

kl_status anderson_advance(void *run, int time, kl_error *err)
{
    anderson_run *r = run;
    const double t = r->a->times.t[time] / r->point.mu;
    if (t == 0)
        return KL_OK;
    if (r->a->method != CHEBYSHEV) {
        KL_TRY(kl_splitting_evolve(r->splitting, &r->psi, t - r->t, r->a->tolerance / r->a->times.n,
                                   err));
        r->t = t;
        return KL_OK;
    }
    if (time >= r->served_from + r->served)
        KL_TRY(sweep(r, time, err));
    r->current = &r->out[time - r->served_from];
    return KL_OK;
}

static kl_status check_drift(const anderson_run *r, int time, const double *check, kl_error *err)
{
    /* |psi|^2 and <H> of a vector that is off by `tolerance` in l2. */
    const double radius = r->radius > 0 ? r->radius : nominal_radius(r->a) + 6 * r->point.eta;
    const double norm = 2 * r->a->tolerance, energy = 2 * radius * r->a->tolerance;
    const char *what = NULL;
    if (!(check[NORM_DRIFT] <= norm))
        what = "norm";
    else if (!(check[ENERGY_DRIFT] <= energy))
        what = "energy";
    if (!what)
        return KL_OK;
    return kl_fail(
        err, KL_BUG,
        "eta %g, %lld sites, realization %lld (seed %llu), T = %g: the %s drifted by %.3g, "
        "more than %.3g: rerun it alone with --realizations %lld:%lld",
        r->point.eta, (long long)r->point.sites, (long long)r->realization,
        (unsigned long long)r->a->seed, r->a->times.t[time], what,
        what[0] == 'n' ? check[NORM_DRIFT] : check[ENERGY_DRIFT], what[0] == 'n' ? norm : energy,
        (long long)r->realization, (long long)r->realization + 1);
}

kl_status anderson_measure(void *run, int time, double *quantity, double *check, double **field,
                           kl_error *err)
{
    anderson_run *r = run;
    const int64_t L = r->point.sites;
    double norm, hop, energy;
    KL_TRY(kl_wigner_evaluate(r->pairing, r->current, r->value, &norm, &hop, r->marginal, err));
    KL_TRY(total_energy(r, r->current, hop, &energy, err));
    int q = 0;
    for (int k = 0; k < r->a->nobservables; k++) {
        quantity[q++] = creal(r->value[k]);
        if (r->a->complex_valued[k])
            quantity[q++] = cimag(r->value[k]);
    }
    check[NORM_DRIFT] = fabs(norm - 1);
    check[ENERGY_DRIFT] = fabs(energy - r->energy);
    for (int64_t i = 0; i < L; i++) /* ascending X; a density in X */
        field[DENSITY_FIELD][i] = r->marginal[(i - L / 2 + L) % L] / r->point.mu;
    return check_drift(r, time, check, err);
}

kl_status anderson_snapshot(void *run, int time, const char *path, kl_snapshot **snapshot,
                            kl_error *err)
{
    anderson_run *r = run;
    const kl_lattice *lattice = &r->lattice;
    const int64_t n = kl_lattice_local(lattice), from = kl_lattice_origin(lattice);
    float *density = NULL;
    if (!*snapshot)
        KL_TRY(kl_snapshot_create(lattice->comm, path, lattice->dimension, (int)lattice->sites,
                                  r->point.mu, 0, "density", "probability |psi|^2 per site", "1",
                                  snapshot, err));
    kl_status status = kl_alloc((size_t)n, sizeof *density, "snapshot", &density, err);
    KL_TRY(kl_agree(lattice->comm, status, err));
    for (int64_t i = 0; i < n; i++) {
        double re, im;
        kl_state_load(r->current->precision, r->current->re, from + i, 1, &re);
        kl_state_load(r->current->precision, r->current->im, from + i, 1, &im);
        density[i] = (float)(re * re + im * im);
    }
    status = kl_snapshot_write(*snapshot, r->a->times.t[time], (int)lattice->first,
                               (int)lattice->count, density, err);
    free(density);
    return status;
}
