/* The kinetic limits of the orders (kinetic/order_limits.h), from the solution of the Boltzmann
 * equation collision by collision. Packets on several energy shells add up, each by its share. */
#include "systems/expansion/expansion_private.h"

#include "base/memory.h"
#include "kinetic/collisions.h"
#include "kinetic/order_limits.h"
#include "parts/kinetic_start.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct solving {
    const expansion *x;
    const kl_lattice_point *point;
    bool infinite;
    int n;                             /* observables that have the limit */
    int *slot;                         /* [nobservables]: place among them; -1: not one of them */
    kl_kinetic_observable *observable; /* [n] */
    double (**coefficient)[2];         /* [nobservables] */
    double *value;                     /* [ntimes][orders][n][2]: of one packet */
    double *error;                     /* [ntimes][orders][n] */
} solving;

static kl_status create(const expansion *x, int point, bool infinite, solving *s, kl_error *err)
{
    const kl_observables *o = &x->observables;
    const size_t most = (size_t)o->n, size = most * (size_t)(x->times.n * x->orders);
    *s = (solving){.x = x, .point = &x->points.point[point], .infinite = infinite};
    KL_TRY(kl_alloc(most, sizeof *s->slot, "reference", &s->slot, err));
    KL_TRY(kl_alloc(most, sizeof *s->observable, "reference", &s->observable, err));
    KL_TRY(kl_alloc(most, sizeof *s->coefficient, "reference", &s->coefficient, err));
    KL_TRY(kl_alloc(2 * size, sizeof *s->value, "reference", &s->value, err));
    KL_TRY(kl_alloc(size, sizeof *s->error, "reference", &s->error, err));
    for (int k = 0; k < o->n; k++) {
        s->slot[k] = infinite && !kl_boltzmann_has_infinite(&x->packets, o, k) ? -1 : s->n++;
        if (s->slot[k] >= 0)
            KL_TRY(kl_kinetic_translate(&o->observable[k], &s->observable[s->slot[k]],
                                        &s->coefficient[k], err));
    }
    return KL_OK;
}

static void destroy(solving *s)
{
    for (int k = 0; s->coefficient && k < s->x->observables.n; k++)
        free(s->coefficient[k]);
    free(s->slot);
    free(s->observable);
    free(s->coefficient);
    free(s->value);
    free(s->error);
}

/* Value and error of the pairing of orders n and m with observable `slot` at time t. */
static void pairing(const solving *s, const double gamma[2], int t, const expansion_quantity *q,
                    int slot, double value[2], double *error)
{
    const int orders = s->x->orders;
    const double time = s->x->times.value[t];
    const double size[2] = {-hypot(gamma[0], gamma[1]), 0}; /* makes all terms positive */
    double lambda[KL_MOST_ORDERS][2], uncertain[KL_MOST_ORDERS][2] = {{0}}, sum[2];
    for (int k = 0; k < orders; k++) {
        const size_t at = (size_t)((t * orders + k) * s->n + slot);
        memcpy(lambda[k], s->value + 2 * at, sizeof lambda[k]);
        uncertain[k][0] = s->error[at];
    }
    kl_order_pairing(gamma, time, q->n, q->m, (const double(*)[2])lambda, value);
    kl_order_pairing(size, time, q->n, q->m, (const double(*)[2])uncertain, sum);
    *error = sum[0];
}

/* Adds the share of a packet on the shell of Gamma = gamma[0] + i gamma[1]. */
static void add_quantity(const solving *s, const double gamma[2], double share, int t, int i,
                         kl_limit_values *out)
{
    const expansion_quantity *q = &s->x->meaning[i];
    const double time = s->x->times.value[t],
                 rounding = 1e-15 * exp(4 * hypot(gamma[0], gamma[1]) * time);
    const int at = t * s->x->nquantities + i;
    double value[2] = {0}, error = rounding;
    if (q->k == NORM)
        value[0] = kl_order_norm(gamma, time, q->n);
    else if (q->k == REMAINDER)
        value[0] = kl_order_remainder(gamma, time, q->n);
    else if (s->slot[q->k] >= 0)
        pairing(s, gamma, t, q, s->slot[q->k], value, &error);
    else
        return; /* stays NAN */
    out->value[at] = (isnan(out->value[at]) ? 0 : out->value[at]) + share * value[q->part];
    out->error[at] = (isnan(out->error[at]) ? 0 : out->error[at]) + share * error;
}

static void add_packet(const solving *s, const double *momentum, double share, kl_limit_values *out)
{
    const int dimension = (int)s->x->points.dimension;
    double energy = 0, gamma[2];
    for (int j = 0; j < dimension; j++)
        energy += 2 * cos(2 * M_PI * momentum[j]);
    kl_self_energy(dimension, energy, &gamma[0], &gamma[1]);
    for (int t = 0; t < s->x->times.n; t++)
        for (int i = 0; i < s->x->nquantities; i++)
            add_quantity(s, gamma, share, t, i, out);
}

static kl_status solve_packet(const solving *s, int i, MPI_Comm comm, kl_limit_values *out,
                              kl_error *err)
{
    const expansion *x = s->x;
    kl_kinetic_problem problem = {.dimension = (int)x->points.dimension,
                                  .ell = s->point->ell,
                                  .infinite = s->infinite,
                                  .ntimes = x->times.n,
                                  .times = x->times.value,
                                  .nobservables = s->n,
                                  .observables = s->observable,
                                  .tolerance = x->boltzmann.tolerance,
                                  .stop = out->stop,
                                  .stop_context = out->stop_context};
    double share;
    char note[256] = "";
    kl_status status =
        kl_agree(comm, kl_kinetic_start(&x->packets, s->point, i, &problem, &share, err), err);
    if (status == KL_OK)
        status =
            kl_boltzmann_collisions(comm, &problem, x->orders - 1, s->value, s->error, note, err);
    if (status == KL_OK)
        add_packet(s, problem.momentum, share, out);
    if (note[0])
        memcpy(out->note, note, sizeof note);
    kl_kinetic_start_free(&problem);
    return status;
}

kl_status expansion_solve(const expansion *x, int point, bool infinite, MPI_Comm comm,
                          kl_limit_values *out, kl_error *err)
{
    solving s;
    if (x->points.dimension == 1 || !x->packets.linear ||
        x->packets.packet[0].envelope == KL_ENVELOPE_DELTA) {
        snprintf(
            out->note, sizeof out->note,
            x->points.dimension == 1
                ? "d = 1 has no kinetic limit: crossing graphs are as large as ladders"
                : "the limits of the orders are known for starts on one energy shell: S = p.X");
        return KL_OK;
    }
    kl_status status = kl_agree(comm, create(x, point, infinite, &s, err), err);
    for (int i = 0; status == KL_OK && i < x->packets.n; i++)
        status = solve_packet(&s, i, comm, out, err);
    if (status == KL_INPUT) { /* no shell to scatter on: no reason to lose the run */
        for (int i = 0; i < x->times.n * x->nquantities; i++)
            out->value[i] = out->error[i] = NAN;
        snprintf(out->note, sizeof out->note, "%.255s", err->message);
        status = KL_OK;
    }
    destroy(&s);
    return status;
}
