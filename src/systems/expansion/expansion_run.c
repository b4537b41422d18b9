/* One group's work at one point of an `expansion` study. */
#include "systems/expansion/expansion_private.h"

#include "base/memory.h"
#include "systems/expansion/expansion_block.h"
#include "wigner/order_sums.h"

#include <math.h>
#include <stdlib.h>

typedef struct expansion_run {
    const expansion *x;
    const kl_lattice_point *point;
    kl_propagation whole; /* psi itself */
    expansion_block block;
    kl_wigner *pairing;
    complex double *value;   /* [npairs][nobservables] */
    double *overlap;         /* [N+1][N+1] */
    double *remainder;       /* [N+1] */
    const kl_state *current; /* the whole psi at the time reached */
} expansion_run;

/* Planes between what the observables pair. */
static int most_shift(const kl_observables *o)
{
    int most = 0;
    for (int k = 0; k < o->n; k++)
        for (int i = 0; i < o->symbol[k].n; i++)
            if (abs(o->symbol[k].mode[i][0]) > most)
                most = abs(o->symbol[k].mode[i][0]);
    return most;
}

kl_cost expansion_cost(const void *self, int point, int group_ranks)
{
    const expansion *x = self;
    const kl_propagation_setup setup = expansion_setup(x, point);
    const double sites = (double)setup.sites, plane = pow(sites, setup.dimension - 1);
    const double size = (double)kl_precision_size(setup.propagator.precision);
    const kl_cost block = expansion_block_cost(&setup, group_ranks);
    kl_cost cost = kl_propagation_cost(&setup, group_ranks);
    /* A measurement holds planes of other ranks of one order besides. */
    cost.bytes += block.bytes;
    if (group_ranks > 1)
        cost.bytes +=
            2 * plane * size * fmin(most_shift(&x->observables), ceil(sites / group_ranks));
    cost.seconds += block.seconds;
    cost.seconds +=
        x->times.n * x->orders * x->orders * plane * sites * (2e-9 + 4e-9 * x->observables.n);
    return cost;
}

static kl_status allocate(expansion_run *r, kl_error *err)
{
    const size_t n = (size_t)r->x->orders, pairs = n * (n + 1) / 2;
    KL_TRY(
        kl_alloc(pairs * (size_t)r->x->observables.n, sizeof *r->value, "values", &r->value, err));
    KL_TRY(kl_alloc(n * n, sizeof *r->overlap, "sums", &r->overlap, err));
    return kl_alloc(n, sizeof *r->remainder, "sums", &r->remainder, err);
}

static kl_status create(expansion_run *r, const kl_place *place, kl_error *err)
{
    const expansion *x = r->x;
    const kl_propagation_setup setup = expansion_setup(x, place->point);
    KL_TRY(kl_propagation_create(&setup, place->group, &r->whole, err));
    KL_TRY(expansion_block_create(&r->whole, &r->block, err));
    KL_TRY(kl_agree(place->group, allocate(r, err), err));
    return kl_wigner_create(&r->whole.lattice, setup.unit, x->observables.n,
                            x->observables.observable, &r->pairing, err);
}

kl_status expansion_begin(const void *self, const kl_place *place, void **run, kl_error *err)
{
    const expansion *x = self;
    expansion_run *r = NULL;
    kl_status status = kl_agree(place->group, kl_alloc(1, sizeof *r, "run", &r, err), err);
    *run = r;
    if (status != KL_OK)
        return status;
    r->x = x;
    r->point = &x->points.point[place->point];
    status = create(r, place, err);
    if (status != KL_OK)
        expansion_end(run);
    return status;
}

void expansion_end(void **run)
{
    expansion_run *r = *run;
    if (!r)
        return;
    kl_wigner_destroy(&r->pairing);
    expansion_block_destroy(&r->block);
    kl_propagation_destroy(&r->whole);
    free(r->value);
    free(r->overlap);
    free(r->remainder);
    free(r);
    *run = NULL;
}

void expansion_chosen(const void *run, char text[KL_NAME])
{
    kl_propagation_chosen(&((const expansion_run *)run)->whole, text);
}

kl_status expansion_start(void *run, int64_t batch, kl_error *err)
{
    expansion_run *r = run;
    kl_propagation *e = &r->whole;
    kl_potential_draw(&r->x->disorder, r->point->distribution, r->point->eta, NULL, batch,
                      &e->lattice, e->omega);
    kl_propagation_bound(e);
    KL_TRY(kl_packets_fill(&r->x->packets, r->point->unit, &e->psi, err));
    expansion_block_start(&r->block);
    return kl_propagation_start(e, err);
}

kl_status expansion_advance(void *run, int station, bool *reached, kl_error *err)
{
    expansion_run *r = run;
    (void)reached;
    KL_TRY(kl_propagation_advance(&r->whole, station, &r->current, err));
    return expansion_block_advance(&r->block, station, err);
}

/* The largest |sum_{n+m=M} <psi^(n),psi^(m)>| of M = 1..N, where all terms are there; the sums are
 * zero because the evolution is unitary for every eta. */
static kl_status check_sums(const expansion_run *r, int station, double *largest, kl_error *err)
{
    const int orders = r->x->orders;
    const double tolerance = r->x->propagator.tolerance;
    *largest = 0;
    for (int M = 1; M < orders; M++) {
        double sum = 0, allowed = 0;
        for (int n = 0; n <= M; n++) {
            const int m = M - n;
            sum += r->overlap[n * orders + m];
            allowed +=
                tolerance * (2 + tolerance) *
                sqrt(fmax(1, r->overlap[n * orders + n]) * fmax(1, r->overlap[m * orders + m]));
        }
        if (!(fabs(sum) <= allowed))
            return kl_fail(err, KL_BUG,
                           "eta %g, %lld sites, T = %g: the overlaps of orders that add up to %d "
                           "have the sum %.3g, more than %.3g",
                           r->point->eta, (long long)r->point->sites, r->x->times.value[station], M,
                           sum, allowed);
        *largest = fmax(*largest, fabs(sum));
    }
    return KL_OK;
}

static double quantity_of(const expansion_run *r, const expansion_quantity *q)
{
    const expansion *x = r->x;
    if (q->k == NORM)
        return r->overlap[q->n * x->orders + q->n];
    if (q->k == REMAINDER)
        return r->remainder[q->n];
    const complex double value = r->value[expansion_pair(x, q->n, q->m) * x->observables.n + q->k];
    return q->part ? cimag(value) : creal(value);
}

kl_status expansion_measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    expansion_run *r = run;
    const expansion *x = r->x;
    (void)member;
    KL_TRY(kl_wigner_evaluate_pairs(r->pairing, x->orders, r->block.psi, r->value, err));
    KL_TRY(kl_order_sums(x->orders, r->block.psi, r->current, r->overlap, r->remainder, err));
    for (int q = 0; q < x->nquantities; q++)
        out->quantity[q] = quantity_of(r, &x->meaning[q]);
    KL_TRY(check_sums(r, station, &out->check[ORDER_SUM], err));
    return kl_propagation_drift(&r->whole, station, r->current, out->check, err);
}

/* ---- checkpoints: a piece is a plane of psi, then of each order ---- */

kl_packing expansion_shape(const void *run)
{
    const expansion_run *r = run;
    kl_packing packing = kl_propagation_shape(&r->whole);
    packing.piece_bytes += expansion_block_bytes(&r->block);
    return packing;
}

kl_packing expansion_packing(const void *run, int station)
{
    const expansion_run *r = run;
    kl_packing packing = expansion_shape(run);
    packing.pieces = kl_propagation_packing(&r->whole, station).pieces;
    return packing;
}

static size_t of_whole(const expansion_run *r)
{
    return kl_propagation_shape(&r->whole).piece_bytes;
}

void expansion_pack(const void *run, int64_t piece, void *bytes)
{
    const expansion_run *r = run;
    kl_propagation_pack(&r->whole, piece, bytes);
    expansion_block_pack(&r->block, piece, (char *)bytes + of_whole(r));
}

void expansion_unpack(void *run, int64_t piece, const void *bytes)
{
    expansion_run *r = run;
    kl_propagation_unpack(&r->whole, piece, bytes);
    expansion_block_unpack(&r->block, piece, (const char *)bytes + of_whole(r));
}

void expansion_restored(void *run, int station)
{
    expansion_run *r = run;
    kl_propagation_restored(&r->whole, station);
    expansion_block_restored(&r->block, station);
}
