/* The limits of a gas and its constants, from the room `kinetic` alone. */
#include "systems/fermi/fermi_private.h"

#include "base/memory.h"
#include "parts/kinetic_start.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const double one[1][2] = {{1, 0}};

/* What is averaged over the shells: the observables, then x_j - x_i of the matrix. */
typedef struct symbols {
    int n;
    kl_kinetic_observable *symbol; /* [n] */
    double (**coefficient)[2];     /* [nobservables] */
    int (*mode)[1][3];             /* [pairs] */
} symbols;

static kl_status create(const fermi *f, bool with_matrix, symbols *s, kl_error *err)
{
    const kl_observables *o = &f->observables;
    const int pairs = with_matrix ? f->sites.n * (f->sites.n + 1) / 2 : 0;
    *s = (symbols){0};
    KL_TRY(kl_alloc((size_t)(o->n + pairs), sizeof *s->symbol, "reference", &s->symbol, err));
    KL_TRY(kl_alloc((size_t)o->n, sizeof *s->coefficient, "reference", &s->coefficient, err));
    KL_TRY(kl_alloc((size_t)pairs, sizeof *s->mode, "reference", &s->mode, err));
    for (int k = 0; k < o->n; k++)
        KL_TRY(
            kl_kinetic_translate(&o->observable[k], &s->symbol[s->n++], &s->coefficient[k], err));
    for (int i = 0; i < f->sites.n && with_matrix; i++)
        for (int j = i; j < f->sites.n; j++) {
            int(*mode)[3] = s->mode[s->n - o->n];
            for (int c = 0; c < 3; c++)
                mode[0][c] = f->sites.site[j][c] - f->sites.site[i][c];
            s->symbol[s->n++] = (kl_kinetic_observable){
                .nmodes = 1, .mode = (const int(*)[3])mode, .coefficient = one};
        }
    return KL_OK;
}

static void destroy(const fermi *f, symbols *s)
{
    for (int k = 0; s->coefficient && k < f->observables.n; k++)
        free(s->coefficient[k]);
    free(s->symbol);
    free(s->coefficient);
    free(s->mode);
}

/* The part of a symbol's mean over the momenta that its position sees: the mean over the torus of
 * g^2 a. NAN: a and g both vary, the momenta alone do not say. */
static double share_of(const fermi *f, int k, const kl_lattice_point *point)
{
    const kl_observable *o = &f->observables.observable[k];
    const int d = (int)f->points.dimension;
    if (o->position == KL_POSITION_UNIFORM)
        return kl_gas_start_share(&f->start, point);
    if (f->start.envelope)
        return NAN;
    if (o->position == KL_POSITION_GAUSSIAN)
        return pow(sqrt(2 * M_PI) * o->width / point->ell, d);
    return o->wave[0] == 0 && o->wave[1] == 0 && o->wave[2] == 0;
}

/* ---- the values at one time ---- */

typedef struct means { /* of the coarser and the finer shells */
    double complex *coarse, *fine;
} means;

static void put(kl_limit_values *out, int at, double value, double error)
{
    out->value[at] = value;
    out->error[at] = error;
}

static void put_observables(const fermi *f, const kl_lattice_point *point, int time, const means *m,
                            kl_limit_values *out)
{
    const kl_observables *o = &f->observables;
    for (int q = 0; q < o->nquantities; q++) {
        const int k = o->of[q];
        const double share = share_of(f, k, point);
        const bool im = q > o->first[k];
        const double fine = im ? cimag(m->fine[k]) : creal(m->fine[k]);
        if (!isnan(share))
            put(out, time * f->nquantities + q, share * fine,
                share * (cabs(m->fine[k] - m->coarse[k]) + 1e-12));
    }
}

static void put_matrix(const fermi *f, int time, const means *m, kl_limit_values *out)
{
    double *value = out->value + time * f->nquantities;
    int k = f->observables.n;
    for (int i = 0; i < f->sites.n; i++)
        for (int j = i; j < f->sites.n; j++, k++)
            for (int part = 0; part <= (j > i); part++)
                put(out, time * f->nquantities + fermi_matrix(f, i, j, part),
                    part ? cimag(m->fine[k]) : creal(m->fine[k]),
                    cabs(m->fine[k] - m->coarse[k]) + 1e-12);
    for (int i = 0; i < f->sites.norders; i++) {
        const int r = f->sites.order[i];
        double worst = 0;
        for (k = f->observables.n; k < f->observables.n + f->sites.n * (f->sites.n + 1) / 2; k++)
            worst = fmax(worst, cabs(m->fine[k] - m->coarse[k]) + 1e-12);
        /* |det A - det B| <= r^2 max|A - B| for 0 <= A, B <= 1 */
        put(out, time * f->nquantities + f->first_det + i, fermi_determinant(f, r, value),
            r * r * worst);
    }
}

static void put_fields(const fermi *f, const kl_lattice_point *point, int time, const kl_gas *gas,
                       kl_limit_values *out)
{
    double *field[KL_MOST_BINS];
    for (int i = 0; i < f->bins.n; i++)
        field[i] = out->field[i] + (size_t)time * out->cells[i];
    if (!f->start.envelope)
        kl_bins_limit(&f->bins, point, gas, f->times.value[time], field);
}

static kl_status solve_with(const fermi *f, int point, const kl_gas gas[2], kl_limit_values *out,
                            kl_error *err)
{
    const size_t n = (size_t)gas[0].nsymbols;
    means m;
    KL_TRY(kl_alloc(2 * n, sizeof *m.coarse, "reference", &m.coarse, err));
    m.fine = m.coarse + n;
    for (int t = 0; t < f->times.n; t++) {
        kl_gas_means(&gas[0], f->times.value[t], m.coarse);
        kl_gas_means(&gas[1], f->times.value[t], m.fine);
        put_observables(f, &f->points.point[point], t, &m, out);
        put_matrix(f, t, &m, out);
        put_fields(f, &f->points.point[point], t, &gas[1], out);
    }
    free(m.coarse);
    return KL_OK;
}

/* Where share_of() says nothing: the equation itself, for all observables at once. */
static kl_status put_packet(const fermi *f, int point, const symbols *s, MPI_Comm comm,
                            kl_limit_values *out, kl_error *err)
{
    const kl_observables *o = &f->observables;
    const kl_lattice_point *at = &f->points.point[point];
    const int n = o->n * f->times.n;
    bool wanted = false;
    double *value;
    for (int k = 0; k < o->n; k++)
        wanted = wanted || isnan(share_of(f, k, at));
    if (!wanted)
        return KL_OK;
    KL_TRY(kl_agree(comm, kl_alloc(3 * (size_t)n, sizeof *value, "reference", &value, err), err));
    kl_status status =
        fermi_solve_packet(f, point, o->n, s->symbol, comm, out, value, value + 2 * n, err);
    const double share = kl_gas_start_share(&f->start, at);
    for (int i = 0; status == KL_OK && i < f->times.n * o->nquantities; i++) {
        const int k = o->of[i % o->nquantities], from = i / o->nquantities * o->n + k;
        const bool im = i % o->nquantities > o->first[k];
        if (isnan(share_of(f, k, at)))
            put(out, i / o->nquantities * f->nquantities + i % o->nquantities,
                share * value[2 * from + im], share * value[2 * n + from]);
    }
    free(value);
    return status;
}

kl_status fermi_solve(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                      kl_error *err)
{
    const fermi *f = self;
    const int d = (int)f->points.dimension;
    const kl_occupation j = kl_gas_start_occupation(&f->start);
    kl_gas gas[2] = {{0}, {0}};
    symbols s;
    if (d == 1) {
        snprintf(out->note, sizeof out->note,
                 "d = 1 has no Boltzmann limit: the localization length is of the order of the "
                 "mean free path");
        return KL_OK;
    }
    kl_status status = create(f, true, &s, err);
    for (int rung = 0; rung < 2 && status == KL_OK; rung++)
        status = kl_gas_create(d, j, s.n, s.symbol, rung, &gas[rung], err);
    if (status == KL_OK)
        status = solve_with(f, point, gas, out, err);
    status = kl_agree(comm, status, err);
    if (status == KL_OK)
        status = put_packet(f, point, &s, comm, out, err);
    for (int rung = 0; rung < 2; rung++)
        kl_gas_destroy(&gas[rung]);
    destroy(f, &s);
    return status;
}

/* Fields along an axis have the momenta of the lattice, an envelope its box. */
int fermi_same(const void *self, int point)
{
    const fermi *f = self;
    const kl_lattice_point *at = f->points.point;
    for (int q = 0; q < point; q++)
        if (at[q].eta == at[point].eta && at[q].sites == at[point].sites)
            return q;
    return point;
}

double fermi_seconds(const void *self, int point)
{
    const fermi *f = self;
    bool packet = false;
    for (int k = 0; k < f->observables.n; k++)
        packet = packet || isnan(share_of(f, k, &f->points.point[point]));
    return packet ? (f->points.dimension == 3 ? 300 : 5) : 1;
}

/* ---- the response of determinants ---- */

kl_status fermi_solve_response(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                               kl_error *err)
{
    const fermi *f = self;
    kl_gas gas;
    double value[KL_MOST_SITES], error[KL_MOST_SITES];
    (void)point;
    kl_status status = kl_agree(
        comm, kl_gas_create(3, kl_gas_start_occupation(&f->start), 0, NULL, 1, &gas, err), err);
    for (int t = 0; t < f->times.n && status == KL_OK; t++) {
        if (f->times.value[t] == 0)
            continue;
        if (out->stop && out->stop(out->stop_context))
            status = kl_fail(err, KL_STOPPED, "stopped");
        else
            status = kl_gas_response(comm, &gas, f->times.value[t], f->sites.n,
                                     (const int(*)[3])f->sites.site, value, error, err);
        for (int i = 0; i < f->sites.norders && status == KL_OK; i++)
            put(out, t * f->nquantities + f->first_det + i, value[f->sites.order[i] - 1],
                error[f->sites.order[i] - 1]);
    }
    kl_gas_destroy(&gas);
    return status;
}

int fermi_same_response(const void *self, int point)
{
    (void)self, (void)point;
    return 0;
}

double fermi_response_seconds(const void *self, int point)
{
    (void)point;
    return ((const fermi *)self)->times.n * kl_gas_response_seconds();
}

/* ---- constants ---- */

kl_status fermi_constants(const void *self, int point, double *value, kl_error *err)
{
    const fermi *f = self;
    kl_gas gas = {0};
    symbols s;
    if (f->description.nconstants == 0)
        return KL_OK;
    kl_status status = create(f, false, &s, err);
    if (status == KL_OK)
        status = kl_gas_create((int)f->points.dimension, kl_gas_start_occupation(&f->start), s.n,
                               s.symbol, 1, &gas, err);
    if (status == KL_OK)
        status = kl_gas_shift(&gas, value, err);
    for (int k = 0; status == KL_OK && k < f->observables.n; k++)
        value[k] *= share_of(f, k, &f->points.point[point]);
    kl_gas_destroy(&gas);
    destroy(f, &s);
    return status;
}
