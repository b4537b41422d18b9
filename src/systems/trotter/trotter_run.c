/* The work of a point: at each station psi, its slices, kernels below an energy; the rest is
 * measured at once. In d = 1 each rank of a group does all. */
#include "systems/trotter/trotter_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct progress { /* plain data, in checkpoints beside psi */
    int exact, sliced;    /* stations that are done */
    kl_step_progress split;
    trotter_states_progress states;
    trotter_kernels_progress kernel;
} progress;

typedef struct trotter_run {
    const trotter *s;
    MPI_Comm group;
    double hbar;
    int64_t slices;
    trotter_states states;
    trotter_kernels kernels;
    progress now;
    double *value; /* [nquantities][2]: of kernels below an energy, and errors */
    bool restored; /* a rank without pieces does not know it yet */
} trotter_run;

kl_cost trotter_cost(const void *self, int point, int group_ranks)
{
    const trotter *s = self;
    const double *p = s->columns + point * TROTTER_COLUMNS;
    kl_cost sum = {.bytes = 65536, .seconds = 1e-3};
    for (int k = 0; k < s->n; k++) {
        if (!trotter_filtered(s, k))
            continue;
        const kl_filter filter = trotter_filter(s, k, p[1]);
        sum.bytes =
            fmax(sum.bytes, 65536 + kl_filter_bytes(s->dimension, filter.sites, group_ranks) +
                                kl_box_bytes(s->dimension, filter.sites, group_ranks));
        sum.seconds +=
            s->times.n * (p[0] + 1000) * 2.5 * kl_box_seconds(s->dimension, filter.sites);
        if (s->dimension > 1 && (sum.most_ranks == 0 || filter.sites / 4 < sum.most_ranks))
            sum.most_ranks = filter.sites / 4;
    }
    if (!s->states)
        return sum;
    const kl_cost states = trotter_states_cost(s, point / s->slices.n, (int64_t)p[0], group_ranks);
    sum.bytes += states.bytes;
    sum.seconds += states.seconds;
    if (sum.most_ranks == 0 || (states.most_ranks > 0 && states.most_ranks < sum.most_ranks))
        sum.most_ranks = states.most_ranks;
    return sum;
}

/* ---- begin and end ---- */

void trotter_end(void **run)
{
    trotter_run *r = *run;
    if (r) {
        trotter_states_destroy(&r->states);
        trotter_kernels_destroy(&r->kernels);
        free(r->value);
    }
    free(r);
    *run = NULL;
}

static kl_status create(trotter_run *r, int point, kl_error *err)
{
    const trotter *s = r->s;
    if (s->states)
        KL_TRY(trotter_states_create(s, point / s->slices.n, r->group, &r->states, err));
    KL_TRY(trotter_kernels_create(s, r->hbar, r->slices, r->group, &r->kernels, err));
    return kl_agree(r->group,
                    kl_alloc(2 * (size_t)s->nquantities, sizeof *r->value, "run", &r->value, err),
                    err);
}

kl_status trotter_begin(const void *self, const kl_place *place, void **run, kl_error *err)
{
    const trotter *s = self;
    trotter_run *r = NULL;
    kl_status status = kl_agree(place->group, kl_alloc(1, sizeof *r, "run", &r, err), err);
    *run = r;
    if (status != KL_OK)
        return status;
    const double *p = s->columns + place->point * TROTTER_COLUMNS;
    *r = (trotter_run){.s = s, .group = place->group, .hbar = p[1], .slices = (int64_t)p[0]};
    r->kernels.open = -1;
    status = create(r, place->point, err);
    if (status != KL_OK)
        trotter_end(run);
    return status;
}

/* ---- evolution ---- */

kl_status trotter_start(void *run, int64_t batch, kl_error *err)
{
    trotter_run *r = run;
    (void)batch;
    r->now = (progress){0};
    r->kernels.now = (trotter_kernels_progress){0};
    r->restored = false;
    return r->s->states ? trotter_states_start(&r->states, err) : KL_OK;
}

/* In d = 1 one rank has read all. */
static void share_line(trotter_run *r)
{
    trotter_states *states = &r->states;
    if (r->s->dimension > 1)
        return;
    if (r->s->states) {
        MPI_Bcast(states->psi, (int)states->grid.local, MPI_C_DOUBLE_COMPLEX, 0, r->group);
        MPI_Bcast(states->sliced, (int)states->grid.local, MPI_C_DOUBLE_COMPLEX, 0, r->group);
    }
    MPI_Bcast(r->kernels.psi, (int)r->kernels.all, MPI_C_DOUBLE_COMPLEX, 0, r->group);
}

/* After unpacking: all of progress on every rank, and what follows from it. */
static kl_status join(trotter_run *r, kl_error *err)
{
    MPI_Bcast(&r->now, sizeof r->now, MPI_BYTE, 0, r->group);
    MPI_Bcast(r->value, 2 * r->s->nquantities, MPI_DOUBLE, 0, r->group);
    share_line(r);
    r->states.exact.progress = r->now.split;
    r->states.now = r->now.states;
    r->kernels.now = r->now.kernel;
    r->restored = false;
    return kl_agree(r->group, trotter_kernels_restored(&r->kernels, err), err);
}

static kl_status advance_states(trotter_run *r, int station, kl_error *err)
{
    bool reached = true;
    if (r->now.exact == station) {
        KL_TRY(trotter_states_go_on(&r->states, station, &reached, err));
        r->now.exact += reached;
    } else {
        KL_TRY(trotter_states_slice(&r->states, station, r->slices, &reached, err));
        r->now.sliced += reached;
    }
    return KL_OK;
}

kl_status trotter_advance(void *run, int station, bool *reached, kl_error *err)
{
    trotter_run *r = run;
    if (r->restored)
        KL_TRY(join(r, err));
    *reached = false;
    if (r->s->states && r->now.sliced == station)
        return advance_states(r, station, err);
    KL_TRY(kl_agree(r->group, trotter_kernels_go_on(&r->kernels, station, r->value, reached, err),
                    err));
    return KL_OK;
}

/* ---- measurement ---- */

/* Quantity q, a determinant, or the real part of a kernel, and its imaginary one. */
static kl_status measure_path(const trotter_run *r, int station, int q, kl_sample *out,
                              kl_error *err)
{
    const trotter *s = r->s;
    complex double value;
    double error;
    KL_TRY(kl_agree(r->group,
                    trotter_by_path(s, s->of[q], station, r->hbar, r->slices, &value, &error, err),
                    err));
    out->quantity[q] = creal(value);
    out->error[q] = error;
    if (s->observable[s->of[q]].kind == TROTTER_KERNEL) {
        out->quantity[q + 1] = cimag(value);
        out->error[q + 1] = error;
    }
    return KL_OK;
}

kl_status trotter_measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    trotter_run *r = run;
    const trotter *s = r->s;
    int window = 0;
    (void)member;
    for (int q = 0; q < s->nquantities; q++) {
        const int k = s->of[q], kind = s->observable[k].kind;
        if (kind >= TROTTER_STATE) {
            KL_TRY(trotter_states_measure(&r->states, k, window, &out->quantity[q], &out->error[q],
                                          err));
        } else if (trotter_filtered(s, k)) {
            out->quantity[q] = r->value[2 * q];
            out->error[q] = r->value[2 * q + 1];
        } else if (s->quantity[q].part[0] == 'r') {
            KL_TRY(measure_path(r, station, q, out, err));
        }
        window += kind == TROTTER_PHASE_SPACE;
    }
    return KL_OK;
}

/* ---- checkpoints: pieces are planes of psi and of its slices, in the same grid, then planes of
 * the kernel in work, each with how far the work is ---- */

static const kl_layout *layout(const trotter_run *r)
{
    return &r->states.grid.position;
}

static size_t states_bytes(const trotter_run *r)
{
    return r->s->states ? (size_t)(layout(r)->n[1] * layout(r)->n[2]) * sizeof(complex double) : 0;
}

static size_t array_bytes(const trotter_run *r)
{
    const size_t kernel = r->kernels.size * sizeof(complex double), states = 2 * states_bytes(r);
    return kernel > states ? kernel : states;
}

kl_packing trotter_shape(const void *run)
{
    const trotter_run *r = run;
    const int64_t planes = r->s->states ? layout(r)->planes : 0;
    int rank;
    MPI_Comm_rank(r->group, &rank);
    const bool none = r->s->dimension == 1 && rank > 0; /* the others do the same */
    return (kl_packing){.pieces = planes + r->kernels.planes,
                        .first = r->s->states ? layout(r)->first : 0,
                        .count = r->s->states && !none ? layout(r)->n[0] : 0,
                        .more_first = planes + r->kernels.first,
                        .more_count = none ? 0 : r->kernels.count,
                        .piece_bytes = array_bytes(r) + sizeof r->now +
                                       2 * (size_t)r->s->nquantities * sizeof *r->value};
}

kl_packing trotter_packing(const void *run, int station)
{
    (void)station;
    return ((const trotter_run *)run)->restored ? (kl_packing){0} : trotter_shape(run);
}

/* Pieces of this rank that are of psi. */
static int64_t planes_of_states(const trotter_run *r)
{
    return r->s->states ? layout(r)->n[0] : 0;
}

static void pack_arrays(const trotter_run *r, int64_t piece, char *bytes)
{
    const int64_t states = planes_of_states(r);
    const size_t size = states_bytes(r);
    if (piece >= states) {
        trotter_kernels_pack(&r->kernels, piece - states, bytes);
        return;
    }
    memcpy(bytes, (const char *)r->states.psi + (size_t)piece * size, size);
    memcpy(bytes + size, (const char *)r->states.sliced + (size_t)piece * size, size);
}

static void unpack_arrays(trotter_run *r, int64_t piece, const char *bytes)
{
    const int64_t states = planes_of_states(r);
    const size_t size = states_bytes(r);
    if (piece >= states) {
        trotter_kernels_unpack(&r->kernels, piece - states, bytes);
        return;
    }
    memcpy((char *)r->states.psi + (size_t)piece * size, bytes, size);
    memcpy((char *)r->states.sliced + (size_t)piece * size, bytes + size, size);
}

void trotter_pack(const void *run, int64_t piece, void *bytes)
{
    const trotter_run *r = run;
    char *rest = (char *)bytes + array_bytes(r);
    progress now = r->now;
    now.split = r->states.exact.progress;
    now.states = r->states.now;
    now.kernel = r->kernels.now;
    memset(bytes, 0, array_bytes(r));
    pack_arrays(r, piece, bytes);
    memcpy(rest, &now, sizeof now);
    memcpy(rest + sizeof now, r->value, 2 * (size_t)r->s->nquantities * sizeof *r->value);
}

void trotter_unpack(void *run, int64_t piece, const void *bytes)
{
    trotter_run *r = run;
    const char *rest = (const char *)bytes + array_bytes(r);
    unpack_arrays(r, piece, bytes);
    memcpy(&r->now, rest, sizeof r->now);
    memcpy(r->value, rest + sizeof r->now, 2 * (size_t)r->s->nquantities * sizeof *r->value);
}

void trotter_restored(void *run, int station)
{
    (void)station;
    ((trotter_run *)run)->restored = true;
}
