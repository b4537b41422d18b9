/* The Boltzmann value of each observable, and of the fields. */
#include "systems/anderson/anderson_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The kinetic room's own description of an observable. */
static kl_status translate(const kl_observable *from, kl_kinetic_observable *to,
                           double (**coefficient)[2], kl_error *err)
{
    static const kl_kinetic_position position[] = {
        KL_KINETIC_POSITION_GAUSSIAN, KL_KINETIC_POSITION_UNIFORM, KL_KINETIC_POSITION_WAVE};
    const kl_symbol *s = from->symbol;
    KL_TRY(kl_alloc((size_t)s->n, sizeof **coefficient, "symbols", coefficient, err));
    for (int i = 0; i < s->n; i++) {
        (*coefficient)[i][0] = creal(s->coefficient[i]);
        (*coefficient)[i][1] = cimag(s->coefficient[i]);
    }
    *to = (kl_kinetic_observable){.position = position[from->position],
                                  .width = from->width,
                                  .nmodes = s->n,
                                  .mode = (const int(*)[3])s->mode,
                                  .coefficient = (const double(*)[2]) * coefficient};
    memcpy(to->center, from->center, sizeof to->center);
    memcpy(to->wave, from->wave, sizeof to->wave);
    return KL_OK;
}

static kl_status translate_phase(const kl_phase_sum *from, kl_kinetic_problem *to, kl_error *err)
{
    kl_kinetic_term *term;
    kl_kinetic_wave *wave;
    KL_TRY(kl_alloc((size_t)from->nterms, sizeof *term, "phase", &term, err));
    to->term = term;
    KL_TRY(kl_alloc((size_t)from->nwaves, sizeof *wave, "phase", &wave, err));
    to->wave = wave;
    to->nterms = from->nterms;
    to->nwaves = from->nwaves;
    for (int t = 0; t < from->nterms; t++) {
        memcpy(term[t].power, from->term[t].power, sizeof term[t].power);
        term[t].coefficient = from->term[t].coefficient;
    }
    for (int w = 0; w < from->nwaves; w++) {
        memcpy(wave[w].wave, from->wave[w].wave, sizeof wave[w].wave);
        wave[w].sine = from->wave[w].sine;
        wave[w].cosine = from->wave[w].cosine;
    }
    return KL_OK;
}

kl_status anderson_kinetic_packet(const anderson *a, int point, int i, kl_kinetic_problem *problem,
                                  double *share, kl_error *err)
{
    static const kl_kinetic_envelope envelope[] = {KL_KINETIC_GAUSSIAN, KL_KINETIC_BUMP,
                                                   KL_KINETIC_UNIFORM, KL_KINETIC_DELTA};
    const kl_initial packet = anderson_packet(a, point, i);
    double total = 0;
    for (int k = 0; k < a->npackets; k++)
        total += a->packet[k].weight * a->packet[k].weight;
    *share = packet.weight * packet.weight / total;
    problem->envelope = envelope[packet.envelope];
    problem->width = packet.width;
    if (problem->infinite) /* no dual lattice to round to */
        memcpy(problem->momentum, packet.momentum, sizeof problem->momentum);
    else
        kl_initial_momentum(&packet, (int)a->dimension, a->point[point].sites, problem->momentum);
    memcpy(problem->center, packet.center, sizeof problem->center);
    if (packet.envelope == KL_ENVELOPE_DELTA) /* at its site */
        for (int j = 0; j < (int)a->dimension; j++)
            problem->center[j] = packet.mu * (double)llround(packet.center[j] / packet.mu);
    memcpy(problem->hessian, packet.hessian, sizeof problem->hessian);
    return translate_phase(&packet.higher, problem, err);
}

void anderson_kinetic_packet_free(kl_kinetic_problem *problem)
{
    free((void *)problem->term);
    free((void *)problem->wave);
}

/* Collective. Adds packet i with its share of the weight; `one` has room for its values
 * [ntimes][nobservables][2] and errors [ntimes][nobservables]. */
static kl_status add_packet(const anderson *a, int point, int i, MPI_Comm comm,
                            kl_kinetic_problem problem, double *one, double *value, double *error,
                            char *note, kl_error *err)
{
    const int n = problem.ntimes * problem.nobservables;
    double share;
    char last[256] = "";
    kl_status status =
        kl_agree(comm, anderson_kinetic_packet(a, point, i, &problem, &share, err), err);
    if (status == KL_OK)
        status = kl_boltzmann_solve(comm, &problem, one, one + 2 * n, last, err);
    for (int k = 0; status == KL_OK && k < n; k++) {
        value[2 * k] += share * one[2 * k];
        value[2 * k + 1] += share * one[2 * k + 1];
        error[k] += share * one[2 * n + k];
    }
    if (last[0])
        snprintf(note, 256, "%s", last);
    anderson_kinetic_packet_free(&problem);
    return status;
}

typedef struct solving {
    const anderson *a;
    int point;
    bool infinite;
    int n;                             /* observables solved for */
    int *slot;                         /* [nobservables]: place among those solved for; -1: none */
    kl_kinetic_observable *observable; /* [n] */
    double (**coefficient)[2];         /* [nobservables] */
    double *value, *error;             /* [ntimes][n][2], [ntimes][n] */
    double *each;                      /* of one packet: both of them */
} solving;

static void fill_quantities(const solving *s, kl_limit_values *out)
{
    const anderson *a = s->a;
    const int nq = a->description.nquantities;
    for (int t = 0; t < a->times.n; t++)
        for (int k = 0, q = 0; k < a->nobservables; k++)
            for (int part = 0; part <= (int)a->complex_valued[k]; part++, q++)
                if (s->slot[k] >= 0) {
                    out->value[t * nq + q] = s->value[2 * (s->n * t + s->slot[k]) + part];
                    out->error[t * nq + q] = s->error[s->n * t + s->slot[k]];
                }
}

static void destroy_solving(solving *s)
{
    for (int k = 0; s->coefficient && k < s->a->nobservables; k++)
        free(s->coefficient[k]);
    free(s->slot);
    free(s->coefficient);
    free(s->observable);
    free(s->value);
    free(s->error);
    free(s->each);
}

static kl_status create_solving(const anderson *a, int point, bool infinite, solving *s,
                                kl_error *err)
{
    const size_t most = (size_t)a->nobservables;
    const size_t size = most * (size_t)a->times.n;
    *s = (solving){.a = a, .point = point, .infinite = infinite};
    KL_TRY(kl_alloc(most, sizeof *s->slot, "reference", &s->slot, err));
    KL_TRY(kl_alloc(most, sizeof *s->observable, "reference", &s->observable, err));
    KL_TRY(kl_alloc(most, sizeof *s->coefficient, "reference", &s->coefficient, err));
    KL_TRY(kl_alloc(2 * size, sizeof *s->value, "reference", &s->value, err));
    KL_TRY(kl_alloc(size, sizeof *s->error, "reference", &s->error, err));
    KL_TRY(kl_alloc(3 * size, sizeof *s->each, "reference", &s->each, err));
    for (int k = 0; k < a->nobservables; k++) {
        s->slot[k] = infinite && !anderson_has_infinite(a, k) ? -1 : s->n++;
        if (s->slot[k] >= 0)
            KL_TRY(
                translate(&a->observable[k], &s->observable[s->slot[k]], &s->coefficient[k], err));
    }
    return KL_OK;
}

static kl_status solve(solving *s, MPI_Comm comm, kl_limit_values *out, kl_error *err)
{
    const anderson *a = s->a;
    const kl_kinetic_problem problem = {.dimension = (int)a->dimension,
                                        .ell = a->point[s->point].ell,
                                        .infinite = s->infinite,
                                        .ntimes = a->times.n,
                                        .times = a->times.value,
                                        .nobservables = s->n,
                                        .observables = s->observable,
                                        .tolerance = a->boltzmann_tolerance};
    kl_status status = KL_OK;
    for (int i = 0; i < a->npackets && status == KL_OK; i++)
        status =
            add_packet(a, s->point, i, comm, problem, s->each, s->value, s->error, out->note, err);
    if (status == KL_OK)
        fill_quantities(s, out);
    if (status == KL_OK && !s->infinite)
        status = anderson_fields_limit(a, s->point, &problem, comm, out, err);
    if (status == KL_INPUT && !a->linear) { /* known only now: no reason to lose the run */
        snprintf(out->note, sizeof out->note, "%.255s", err->message);
        status = KL_OK;
    }
    return status;
}

static kl_status reference(const anderson *a, int point, bool infinite, MPI_Comm comm,
                           kl_limit_values *out, kl_error *err)
{
    solving s;
    if (a->dimension == 1) {
        snprintf(
            out->note, sizeof out->note,
            "d = 1 has no Boltzmann limit: the localization length is of the order of the mean "
            "free path, eta^-2");
        return KL_OK;
    }
    kl_status status = kl_agree(comm, create_solving(a, point, infinite, &s, err), err);
    if (status == KL_OK && s.n > 0)
        status = solve(&s, comm, out, err);
    destroy_solving(&s);
    return status;
}

kl_status anderson_reference(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                             kl_error *err)
{
    return reference(self, point, false, comm, out, err);
}

kl_status anderson_infinite_reference(const void *self, int point, MPI_Comm comm,
                                      kl_limit_values *out, kl_error *err)
{
    return reference(self, point, true, comm, out, err);
}

/* The distribution of the disorder does not matter; in infinite space neither does the
 * box, nor eta unless it moves a start on one site. */
static int first_alike(const anderson *a, int point, bool infinite)
{
    const kl_lattice_point *p = &a->point[point];
    for (int q = 0; q < point; q++) {
        const bool same = a->point[q].eta == p->eta;
        if (infinite ? same || a->packet[0].envelope != KL_ENVELOPE_DELTA
                     : same && a->point[q].sites == p->sites)
            return q;
    }
    return point;
}

int anderson_same_reference(const void *self, int point)
{
    return first_alike(self, point, false);
}

int anderson_same_infinite(const void *self, int point)
{
    return first_alike(self, point, true);
}
