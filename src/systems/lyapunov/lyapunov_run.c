/* A realization is one chain, strip or bar; the times of the study are its lengths N, in sites
 * along it. The start vectors add a bias of order 1/N to the exponents. The ranks of a group all
 * do the same work; the first one has the checkpoint.
 */
#include "systems/lyapunov/lyapunov_private.h"

#include "base/memory.h"
#include "dynamics/transfer.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BLOCK = 4096, STEP = 16 }; /* of chains: sites drawn at once; between normalisations */

typedef struct lyapunov_run {
    const lyapunov *l;
    MPI_Comm group;
    double width, energy;
    kl_disorder disorder;
    int64_t slice; /* sites across */
    int64_t sites; /* passed so far, along */
    double psi[2]; /* of a chain: psi(n+1), psi(n) */
    double growth; /* and log of the factors taken out of psi */
    float omega[BLOCK];
    kl_transfer transfer; /* of a strip */
    int interval;         /* its steps between normalisations */
    int64_t call;         /* and steps of a call, a multiple of it */
    float *across;        /* [slice] */
    double *diagonal;     /* [slice] */
    bool restored;        /* the other ranks of the group do not know the state yet */
} lyapunov_run;

int64_t lyapunov_slice(const lyapunov *l, int point)
{
    const int64_t side = (int64_t)l->columns[point * LYAPUNOV_COLUMNS + 2];
    return l->dimension == 3 ? side * side : side;
}

static bool is_chain(const lyapunov_run *r)
{
    return r->slice == 1;
}

kl_cost lyapunov_cost(const void *self, int point, int group_ranks)
{
    const lyapunov *l = self;
    const double n = (double)lyapunov_slice(l, point), last = l->lengths.value[l->lengths.n - 1];
    const int64_t side = (int64_t)l->columns[point * LYAPUNOV_COLUMNS + 2];
    (void)group_ranks;
    if (n == 1)
        return (kl_cost){.bytes = sizeof(lyapunov_run), .seconds = 20e-9 * last, .most_ranks = 0};
    return (kl_cost){.bytes = sizeof(lyapunov_run) + 8 * (n + 4) * (2 * n + 8),
                     .seconds = last * kl_transfer_seconds(l->dimension, side),
                     .most_ranks = 0};
}

void lyapunov_end(void **run)
{
    lyapunov_run *r = *run;
    if (!r)
        return;
    kl_transfer_destroy(&r->transfer);
    free(r->across);
    free(r->diagonal);
    free(r);
    *run = NULL;
}

static kl_status begin_strip(lyapunov_run *r, int64_t side, kl_error *err)
{
    const int dimension = r->l->dimension;
    const double seconds = kl_transfer_seconds(dimension, side);
    KL_TRY(kl_transfer_create(dimension, side, r->slice, &r->transfer, err));
    KL_TRY(kl_alloc((size_t)r->slice, sizeof *r->across, "slice", &r->across, err));
    KL_TRY(kl_alloc((size_t)r->slice, sizeof *r->diagonal, "slice", &r->diagonal, err));
    r->interval = kl_transfer_interval(dimension, fabs(r->energy) + r->width / 2);
    r->call = r->interval * (1 + (int64_t)(1 / (seconds * r->interval)));
    return KL_OK;
}

static kl_status begin(const lyapunov *l, int point, lyapunov_run **out, kl_error *err)
{
    const double *p = l->columns + point * LYAPUNOV_COLUMNS;
    lyapunov_run *r;
    KL_TRY(kl_alloc(1, sizeof *r, "run", out, err));
    r = *out;
    r->l = l;
    r->width = p[0];
    r->energy = p[1];
    r->slice = lyapunov_slice(l, point);
    /* A strip of one site is a chain and has the potential of one. */
    const double parameters[4] = {p[0], p[1], p[2], l->dimension};
    r->disorder = (kl_disorder){(kl_distribution)l->disorder.distribution, l->disorder.seed,
                                kl_disorder_point(parameters, is_chain(r) ? 2 : 4), 0};
    return is_chain(r) ? KL_OK : begin_strip(r, (int64_t)p[2], err);
}

kl_status lyapunov_begin(const void *self, const kl_place *place, void **run, kl_error *err)
{
    lyapunov_run *r = NULL;
    const kl_status status = kl_agree(place->group, begin(self, place->point, &r, err), err);
    *run = r;
    if (status != KL_OK)
        return lyapunov_end(run), status;
    r->group = place->group;
    return KL_OK;
}

kl_status lyapunov_start(void *run, int64_t batch, kl_error *err)
{
    lyapunov_run *r = run;
    (void)err;
    r->disorder.realization = (uint64_t)batch;
    r->sites = 0;
    r->psi[0] = 1;
    r->psi[1] = 0;
    r->growth = 0;
    r->restored = false;
    if (!is_chain(r))
        kl_transfer_start(&r->transfer);
    return KL_OK;
}

/* ---- chains ---- */

static void normalise(lyapunov_run *r)
{
    const double size = hypot(r->psi[0], r->psi[1]);
    r->growth += log(size);
    r->psi[0] /= size;
    r->psi[1] /= size;
}

/* The sites of one block, from first to first + n - 1. */
static void pass(lyapunov_run *r, int n)
{
    const double strength = r->width / sqrt(12);
    kl_disorder_fill(&r->disorder, r->sites, n, r->omega);
    for (int i = 0; i < n; i++) {
        const double next = (r->energy - strength * (double)r->omega[i]) * r->psi[0] - r->psi[1];
        r->psi[1] = r->psi[0];
        r->psi[0] = next;
        if (i % STEP == STEP - 1)
            normalise(r);
    }
    normalise(r);
    r->sites += n;
}

/* ---- strips and bars ---- */

static void pass_slice(lyapunov_run *r)
{
    const double strength = r->width / sqrt(12);
    kl_disorder_fill(&r->disorder, r->sites * r->slice, r->slice, r->across);
    for (int64_t i = 0; i < r->slice; i++)
        r->diagonal[i] = r->energy - strength * (double)r->across[i];
    kl_transfer_step(&r->transfer, r->diagonal);
    r->sites++;
    if (r->sites % r->interval == 0)
        kl_transfer_orthonormalise(&r->transfer);
}

static void share_state(lyapunov_run *r)
{
    kl_transfer *t = &r->transfer;
    MPI_Bcast(&r->sites, 1, MPI_INT64_T, 0, r->group);
    MPI_Bcast(&t->newest, 1, MPI_INT, 0, r->group);
    MPI_Bcast(t->column, (int)(t->columns * t->length), MPI_DOUBLE, 0, r->group);
    MPI_Bcast(t->growth, (int)t->columns, MPI_DOUBLE, 0, r->group);
    r->restored = false;
}

/* Where a call ends depends on how far the strip is, not on what came before, so that a run which
 * was stopped comes to the same bits. */
kl_status lyapunov_advance(void *run, int station, bool *reached, kl_error *err)
{
    lyapunov_run *r = run;
    const int64_t to = (int64_t)r->l->lengths.value[station];
    if (r->restored)
        share_state(r);
    const int64_t call = is_chain(r) ? to : (r->sites / r->call + 1) * r->call;
    (void)err;
    while (is_chain(r) && r->sites < to)
        pass(r, (int)(to - r->sites < BLOCK ? to - r->sites : BLOCK));
    while (r->sites < to && r->sites < call)
        pass_slice(r);
    *reached = r->sites >= to;
    if (*reached && !is_chain(r) && r->sites % r->interval != 0)
        kl_transfer_orthonormalise(&r->transfer);
    return KL_OK;
}

kl_status lyapunov_measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    const lyapunov_run *r = run;
    (void)station, (void)member, (void)err;
    if (is_chain(r))
        out->quantity[0] = r->growth / (double)r->sites;
    for (int k = 0; !is_chain(r) && k < r->l->exponents; k++)
        out->quantity[k] = r->transfer.growth[r->slice - 1 - k] / (double)r->sites;
    if (r->l->description.nchecks > 0)
        out->check[0] = is_chain(r) ? 0 : kl_transfer_defect(&r->transfer);
    return KL_OK;
}

/* ---- checkpoints: of strips, whose state is one piece ---- */

kl_packing lyapunov_shape(const void *run)
{
    const lyapunov_run *r = run;
    int rank;
    if (is_chain(r))
        return (kl_packing){0};
    MPI_Comm_rank(r->group, &rank);
    return (kl_packing){.pieces = 1,
                        .count = rank == 0,
                        .piece_bytes = kl_transfer_bytes(&r->transfer) + sizeof r->sites};
}

kl_packing lyapunov_packing(const void *run, int station)
{
    (void)station;
    return lyapunov_shape(run);
}

void lyapunov_pack(const void *run, int64_t piece, void *bytes)
{
    const lyapunov_run *r = run;
    (void)piece;
    memcpy(bytes, &r->sites, sizeof r->sites);
    kl_transfer_pack(&r->transfer, (char *)bytes + sizeof r->sites);
}

void lyapunov_unpack(void *run, int64_t piece, const void *bytes)
{
    lyapunov_run *r = run;
    (void)piece;
    memcpy(&r->sites, bytes, sizeof r->sites);
    kl_transfer_unpack(&r->transfer, (const char *)bytes + sizeof r->sites);
}

void lyapunov_restored(void *run, int station)
{
    (void)station;
    ((lyapunov_run *)run)->restored = true;
}
