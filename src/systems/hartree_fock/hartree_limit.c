/* The limits of an interacting gas and its constants, from the room `kinetic` alone. */
#include "systems/hartree_fock/hartree_private.h"

#include "base/memory.h"
#include "parts/kinetic_start.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct symbols {
    kl_kinetic_observable *symbol; /* [nobservables] */
    double (**coefficient)[2];     /* [nobservables] */
    double *time;                  /* [ntimes]: eta^2 t */
    double complex *value;         /* [2][ntimes][nobservables] */
    double *error;                 /* [ntimes][nobservables] */
} symbols;

static kl_status create(const hartree *h, int point, symbols *s, kl_error *err)
{
    const size_t n = (size_t)h->observables.n, times = (size_t)h->times.n;
    *s = (symbols){0};
    KL_TRY(kl_alloc(n, sizeof *s->symbol, "reference", &s->symbol, err));
    KL_TRY(kl_alloc(n, sizeof *s->coefficient, "reference", &s->coefficient, err));
    KL_TRY(kl_alloc(times, sizeof *s->time, "reference", &s->time, err));
    KL_TRY(kl_alloc(2 * n * times, sizeof *s->value, "reference", &s->value, err));
    KL_TRY(kl_alloc(n * times, sizeof *s->error, "reference", &s->error, err));
    for (size_t k = 0; k < n; k++)
        KL_TRY(kl_kinetic_translate(&h->observables.observable[k], &s->symbol[k],
                                    &s->coefficient[k], err));
    for (size_t t = 0; t < times; t++)
        s->time[t] = h->points.point[point].unit * hartree_time(h, point, (int)t);
    return KL_OK;
}

static void destroy(const hartree *h, symbols *s)
{
    for (int k = 0; s->coefficient && k < h->observables.n; k++)
        free(s->coefficient[k]);
    free(s->symbol);
    free(s->coefficient);
    free(s->time);
    free(s->value);
    free(s->error);
}

static void put(const hartree *h, const symbols *s, kl_limit_values *out)
{
    const kl_observables *o = &h->observables;
    for (int t = 0; t < h->times.n; t++)
        for (int q = 0; q < o->nquantities; q++) {
            const int k = o->of[q];
            const double complex value = s->value[t * o->n + k];
            out->value[t * o->nquantities + q] = q > o->first[k] ? cimag(value) : creal(value);
            out->error[t * o->nquantities + q] = s->error[t * o->n + k];
        }
}

static kl_hartree_problem problem_of(const hartree *h, int point)
{
    return (kl_hartree_problem){.dimension = (int)h->points.dimension,
                                .lambda = h->column[3 * point + 1],
                                .v = kl_gas_interaction_kinetic(&h->interaction),
                                .j = kl_gas_start_occupation(&h->start)};
}

/* In d = 1 there is none. */
static bool has_none(const hartree *h, kl_limit_values *out)
{
    if (h->points.dimension == 1)
        snprintf(out->note, sizeof out->note,
                 "d = 1 has no Boltzmann limit: the localization length is of the order of the "
                 "mean free path");
    return h->points.dimension == 1;
}

static kl_status solve(const hartree *h, int point, bool frozen, MPI_Comm comm,
                       kl_limit_values *out, kl_error *err)
{
    symbols s;
    if (has_none(h, out))
        return KL_OK;
    kl_status status = kl_agree(comm, create(h, point, &s, err), err);
    if (status == KL_OK) {
        kl_hartree_problem p = problem_of(h, point);
        p.frozen = frozen;
        p.ntimes = h->times.n;
        p.times = s.time;
        p.nsymbols = h->observables.n;
        p.symbol = s.symbol;
        p.stop = out->stop;
        p.stop_context = out->stop_context;
        status = kl_hartree_solve(comm, &p, s.value, s.error, err);
    }
    if (status == KL_OK)
        put(h, &s, out);
    destroy(h, &s);
    return status;
}

kl_status hartree_solve(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                        kl_error *err)
{
    return solve(self, point, false, comm, out, err);
}

kl_status hartree_solve_frozen(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                               kl_error *err)
{
    return solve(self, point, true, comm, out, err);
}

/* The linear equation at eta^2 t, whatever the clock. */
kl_status hartree_solve_linear(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                               kl_error *err)
{
    const hartree *h = self;
    const int n = h->observables.n, all = n * h->times.n;
    const kl_occupation j = kl_gas_start_occupation(&h->start);
    symbols s;
    if (has_none(h, out))
        return KL_OK;
    kl_status status = create(h, point, &s, err);
    for (int rung = 1; status == KL_OK && rung >= 0; rung--) { /* the finer one first */
        kl_gas gas;
        status = kl_gas_create((int)h->points.dimension, j, n, s.symbol, rung, &gas, err);
        for (int t = 0; status == KL_OK && t < h->times.n; t++)
            kl_gas_means(&gas, s.time[t], s.value + (1 - rung) * all + t * n);
        kl_gas_destroy(&gas);
    }
    for (int i = 0; status == KL_OK && i < all; i++)
        s.error[i] = cabs(s.value[i] - s.value[all + i]) + 1e-12;
    if (status == KL_OK)
        put(h, &s, out);
    destroy(h, &s);
    return kl_agree(comm, status, err);
}

double hartree_seconds(const void *self, int point)
{
    (void)self, (void)point;
    return 8;
}

/* ---- constants ---- */

static double phi(const void *context, double energy)
{
    const hartree *h = context;
    return 1 / (1 + exp(h->beta * (energy - h->mu)));
}

static kl_status fixed_points(const hartree *h, const kl_hartree_problem *p, double *value,
                              kl_error *err)
{
    kl_fixed_point point[KL_MOST_BRANCHES];
    int found;
    KL_TRY(kl_hartree_fixed_points(p, phi, h, (int)h->starts, point, &found, err));
    for (int b = 0; b < found; b++) {
        for (int j = 0; j < p->dimension; j++)
            *value++ = point[b].a[j];
        *value++ = point[b].energy;
    }
    return KL_OK;
}

kl_status hartree_constants(const void *self, int point, double *value, kl_error *err)
{
    const hartree *h = self;
    const kl_hartree_problem p = problem_of(h, point);
    if (h->points.dimension == 1)
        return KL_OK;
    KL_TRY(kl_hartree_residual(&p, &value[0], err));
    return h->search ? fixed_points(h, &p, value + 1, err) : KL_OK;
}
