#include "classical/liouville.h"

#include "base/bisect.h"
#include "base/memory.h"
#include "classical/flow.h"
#include "classical/jets.h"
#include "classical/normal_mean.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const double step_tolerance = 3e-14; /* of trajectories */

void kl_wkb_momentum(const kl_wkb *packet, const double x[3], double p[3])
{
    kl_smooth_gradient(&packet->phase, x, p);
}

/* What trajectories of one packet need. */
typedef struct carrier {
    const kl_liouville *l;
    const kl_wkb *packet;
    kl_flow flow;
    kl_jets jets;     /* of the smooth observables, where derivatives are asked for */
    int nsmooth, *of; /* [nobservables]: place among the smooth ones, -1 */
    kl_phase_observable *smooth;
    kl_monomials of_x;
} carrier;

static void release(carrier *c)
{
    kl_flow_destroy(&c->flow);
    kl_jets_destroy(&c->jets);
    kl_monomials_destroy(&c->of_x);
    free(c->of);
    free(c->smooth);
}

static kl_status prepare(const kl_liouville *l, bool jets, carrier *c, kl_error *err)
{
    const size_t n = (size_t)l->nobservables;
    *c = (carrier){.l = l};
    KL_TRY(kl_flow_create(l->potential, KL_FLOW_POINTS, step_tolerance, &c->flow, err));
    KL_TRY(kl_alloc(n, sizeof *c->of, "observables", &c->of, err));
    KL_TRY(kl_alloc(n, sizeof *c->smooth, "observables", &c->smooth, err));
    for (int k = 0; k < l->nobservables; k++) {
        c->of[k] = kl_phase_observable_smooth(&l->observable[k]) ? c->nsmooth : -1;
        if (c->of[k] >= 0)
            c->smooth[c->nsmooth++] = l->observable[k];
    }
    KL_TRY(kl_monomials_create(l->potential->dimension, KL_SMOOTH_DEGREE, &c->of_x, err));
    return jets ? kl_jets_create(l->potential, c->nsmooth, c->smooth, step_tolerance, &c->jets, err)
                : KL_OK;
}

/* The point of the packet at u standard deviations from its centre. */
static void start_at(const carrier *c, const double u[3], double *z)
{
    const int d = c->l->potential->dimension;
    double x[3] = {0}, p[3];
    for (int j = 0; j < d; j++)
        x[j] = c->packet->center[j] + (c->packet->coherent ? 0 : c->packet->width * u[j]);
    kl_wkb_momentum(c->packet, x, p);
    memcpy(z, x, (size_t)d * sizeof *z);
    memcpy(z + d, p, (size_t)d * sizeof *z);
}

/* ---- the limit ---- */

static bool evaluate(void *context, const double u[3], double *value)
{
    carrier *c = context;
    const kl_liouville *l = c->l;
    double z[6], now = 0;
    start_at(c, u, z);
    for (int t = 0; t < l->ntimes; t++) {
        if (!kl_flow_advance(&c->flow, l->times[t] - now, z))
            return false;
        now = l->times[t];
        for (int k = 0; k < l->nobservables; k++)
            value[t * l->nobservables + k] =
                kl_phase_observable_value(&l->observable[k], l->potential, z);
    }
    return true;
}

/* In d = 1 an indicator changes at points x, which are found; between them |h|^2 is known. */
typedef struct edges {
    carrier *c;
    int k, t;
} edges;

static double at_edge(const edges *e, double u)
{
    const kl_liouville *l = e->c->l;
    double z[2];
    start_at(e->c, (double[3]){u, 0, 0}, z);
    return kl_flow_advance(&e->c->flow, l->times[e->t], z)
               ? kl_phase_observable_value(&l->observable[e->k], l->potential, z)
               : 0;
}

typedef struct side {
    const edges *edges;
    double value;
} side;

static bool is_on_side(const void *context, double u)
{
    const side *s = context;
    return at_edge(s->edges, u) == s->value;
}

static double weight_below(double u)
{
    return erfc(-u / sqrt(2)) / 2;
}

static double indicator_mean(const edges *e, int nodes)
{
    const double radius = 8.3, step = 2 * radius / nodes;
    double sum = 0, from = -radius, before = at_edge(e, -radius);
    for (int i = 1; i <= nodes; i++) {
        const double u = i * step - radius, now = at_edge(e, u);
        if (now != before) {
            const double edge = kl_bisect(is_on_side, &(side){e, before}, u - step, u, 50);
            sum += before * (weight_below(edge) - weight_below(from));
            from = edge;
        }
        before = now;
    }
    return sum + before * (weight_below(radius) - weight_below(from));
}

static void find_indicators(carrier *c, double *mean, double *error)
{
    const kl_liouville *l = c->l;
    for (int t = 0; t < l->ntimes; t++)
        for (int k = 0; k < l->nobservables; k++) {
            const edges e = {c, k, t};
            if (c->of[k] >= 0)
                continue;
            const double coarse = indicator_mean(&e, 300), fine = indicator_mean(&e, 700);
            mean[t * l->nobservables + k] = fine;
            error[t * l->nobservables + k] = fabs(fine - coarse) + 1e-12;
        }
}

static kl_status add_packet(MPI_Comm comm, carrier *c, const kl_normal_mean *q, double *one,
                            double *value, double *error, bool *reached, kl_error *err)
{
    const int n = q->nvalues;
    bool found;
    if (c->packet->coherent) { /* a point */
        found = q->evaluate(c, (double[3]){0}, one);
        for (int i = 0; i < n; i++)
            one[n + i] = found ? 1e-13 * fmax(1, fabs(one[i])) : INFINITY;
    } else {
        KL_TRY(kl_normal_mean_solve(comm, q, one, one + n, &found, err));
        if (c->l->potential->dimension == 1 && q->evaluate == evaluate)
            find_indicators(c, one, one + n);
    }
    *reached = *reached && found;
    for (int i = 0; i < n; i++) {
        value[i] += c->packet->share * one[i];
        error[i] += c->packet->share * one[n + i];
    }
    return KL_OK;
}

static kl_status solve(MPI_Comm comm, const kl_liouville *l,
                       bool (*at)(void *context, const double u[3], double *value), bool jets,
                       double *value, double *error, bool *reached, kl_error *err)
{
    const size_t n = (size_t)(l->ntimes * l->nobservables);
    carrier c;
    bool *rough = NULL;
    double *one = NULL;
    kl_status status = prepare(l, jets, &c, err);
    if (status == KL_OK)
        status = kl_alloc(n, sizeof *rough, "quadrature", &rough, err);
    if (status == KL_OK)
        status = kl_alloc(2 * n, sizeof *one, "quadrature", &one, err);
    KL_GOTO(kl_agree(comm, status, err));
    for (size_t i = 0; i < n; i++) {
        rough[i] = c.of[i % (size_t)l->nobservables] < 0;
        value[i] = error[i] = 0;
    }
    const kl_normal_mean q = {.dimension = l->potential->dimension,
                              .nvalues = (int)n,
                              .rough = rough,
                              .evaluate = at,
                              .context = &c,
                              .tolerance = l->tolerance,
                              .stop = l->stop,
                              .stop_context = l->stop_context};
    *reached = true;
    for (int i = 0; i < l->npackets; i++) {
        c.packet = &l->packet[i];
        KL_GOTO(add_packet(comm, &c, &q, one, value, error, reached, err));
    }
done:
    release(&c);
    free(rough);
    free(one);
    return status;
}

kl_status kl_liouville_reference(MPI_Comm comm, const kl_liouville *l, double *value, double *error,
                                 bool *reached, kl_error *err)
{
    return solve(comm, l, evaluate, false, value, error, reached, err);
}

/* ---- its correction ---- */

static double correction(const carrier *c, const double *phase, int k)
{
    const int d = c->l->potential->dimension;
    const double *a = kl_jets_coefficients(&c->jets, k);
    double x = 0, p = 0;
    for (int j = 0; j < d; j++) {
        x += kl_jets_second(&c->jets, j, a);
        p += kl_jets_second(&c->jets, d + j, a);
    }
    if (c->packet->coherent)
        return (x + p) / 4;
    return p / (8 * c->packet->width * c->packet->width) - kl_jets_third(&c->jets, phase, a) / 24 +
           kl_jets_integral(&c->jets, k);
}

static bool evaluate_correction(void *context, const double u[3], double *value)
{
    carrier *c = context;
    const kl_liouville *l = c->l;
    double z[6], x[3] = {0}, phase[64], now = 0;
    start_at(c, u, z);
    memcpy(x, z, (size_t)l->potential->dimension * sizeof *x);
    kl_smooth_taylor(&c->packet->phase, &c->of_x, x, phase);
    for (int t = 0; t < l->ntimes; t++) {
        if (!kl_flow_advance(&c->flow, l->times[t] - now, z))
            return false;
        now = l->times[t];
        if (!kl_jets_pull_back(&c->jets, z, now))
            return false;
        for (int k = 0; k < l->nobservables; k++)
            value[t * l->nobservables + k] = c->of[k] < 0 ? 0 : correction(c, phase, c->of[k]);
    }
    return true;
}

kl_status kl_liouville_next_order(MPI_Comm comm, const kl_liouville *l, double *value,
                                  double *error, bool *reached, kl_error *err)
{
    KL_TRY(solve(comm, l, evaluate_correction, true, value, error, reached, err));
    for (int i = 0; i < l->ntimes * l->nobservables; i++)
        if (!kl_phase_observable_smooth(&l->observable[i % l->nobservables]))
            value[i] = error[i] = NAN;
    return KL_OK;
}
