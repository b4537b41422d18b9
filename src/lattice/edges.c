#include "lattice/edges.h"

#include "base/memory.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Axis of the grid on whose next part this side borders. */
static int axis_of(const kl_pencils *p, int side)
{
    return side >= KL_LEFT && p->lattice->dimension == 3 ? 1 : 0;
}

static bool is_cut(const kl_pencils *p, int side)
{
    const bool there = p->lattice->dimension == 3 || side >= KL_LEFT;
    return there && p->grid.parts[axis_of(p, side)] > 1;
}

/* Whether two parts are in one box, and the place there of the second. */
static int place_near(const kl_pencils *p, const int at[2])
{
    const int *box = p->grid.box;
    for (int axis = 0; axis < 2; axis++)
        if (at[axis] / box[axis] != p->at[axis] / box[axis])
            return -1;
    return at[0] % box[0] * box[1] + at[1] % box[1];
}

static kl_edge edge_of(const kl_pencils *p, const kl_team *team, int side)
{
    kl_edge edge = {.rank = -1, .near = -1, .rows = p->rows, .sites = p->sites};
    int at[2] = {p->at[0], p->at[1]};
    const int axis = axis_of(p, side), parts = p->grid.parts[axis];
    for (int i = 0; i < 2; i++)
        edge.sent[i] = edge.taken[i] = MPI_REQUEST_NULL;
    edge.length = side < KL_LEFT ? p->sites : p->rows;
    if (!is_cut(p, side) || p->rows == 0)
        return edge;
    at[axis] = (at[axis] + (side % 2 ? 1 : parts - 1)) % parts;
    const int64_t range =
        kl_pencils_first(p, axis, at[axis] + 1) - kl_pencils_first(p, axis, at[axis]);
    edge.rank = at[0] * p->grid.parts[1] + at[1];
    edge.near = team ? place_near(p, at) : -1;
    if (side < KL_LEFT)
        edge.rows = range;
    else
        edge.sites = range;
    return edge;
}

kl_status kl_edges_create(kl_pencils *pencils, kl_team *team, size_t element, int64_t most,
                          kl_edges *out, kl_error *err)
{
    kl_status status = KL_OK;
    *out = (kl_edges){.pencils = pencils, .team = team, .element = element, .most = most};
    pencils->edges = out;
    for (int s = 0; s < KL_SIDES; s++) {
        kl_edge *edge = &out->side[s];
        *edge = edge_of(pencils, team, s);
        const size_t bytes = (size_t)(most * edge->length) * element;
        for (int i = 0; edge->rank >= 0 && i < 2; i++) {
            if (status == KL_OK)
                status = kl_alloc(bytes, 1, "edges", &edge->out[i], err);
            if (status == KL_OK)
                status = kl_alloc(bytes, 1, "edges", &edge->in[i], err);
        }
    }
    return kl_agree(pencils->lattice->comm, status, err);
}

void kl_edges_destroy(kl_edges *edges)
{
    for (int s = 0; s < KL_SIDES; s++)
        for (int i = 0; i < 2; i++) {
            free(edges->side[s].out[i]);
            free(edges->side[s].in[i]);
        }
    *edges = (kl_edges){.pencils = NULL};
}

static bool is_near(const kl_edges *edges, const kl_edge *edge)
{
    return edges->shared && edge->near >= 0;
}

static bool is_far(const kl_edges *edges, const kl_edge *edge)
{
    return edge->rank >= 0 && !is_near(edges, edge);
}

void kl_edges_begin(kl_edges *edges, void *const array[2])
{
    kl_team *team = edges->team;
    edges->shared = team && kl_team_has(team, array[0]) && kl_team_has(team, array[1]);
    edges->begin = team ? team->fronts : 0;
    edges->newest = 0;
}

/* MPI does its part of messages that are under way only when it is called, and others may wait for
 * them while this rank waits for a flag. */
static void wait_near(kl_edges *edges, int near, int64_t fronts)
{
    int looks = 0, done;
    while (!kl_team_reached(edges->team, near, fronts, &looks))
        for (int s = 0; s < KL_SIDES; s++)
            for (int i = 0; is_far(edges, &edges->side[s]) && i < 2; i++) {
                MPI_Test(&edges->side[s].sent[i], &done, MPI_STATUS_IGNORE);
                MPI_Test(&edges->side[s].taken[i], &done, MPI_STATUS_IGNORE);
            }
}

void kl_edges_need(kl_edges *edges, int64_t w)
{
    for (int s = 0; s < KL_SIDES; s++) {
        kl_edge *edge = &edges->side[s];
        if (is_near(edges, edge) && w >= 2)
            wait_near(edges, edge->near, edges->begin + w - 1);
        if (is_far(edges, edge))
            MPI_Wait(&edge->taken[w % 2], MPI_STATUS_IGNORE);
    }
}

/* This rank's own edge of a plane, as the neighbour on that side reads it. */
static void pack_edge(const kl_edges *edges, int side, const char *plane, char *out)
{
    const size_t element = edges->element, row = (size_t)edges->pencils->sites * element;
    const size_t rows = (size_t)edges->pencils->rows;
    if (side < KL_LEFT) {
        memcpy(out, side == KL_LOW ? plane : plane + (rows - 1) * row, row);
        return;
    }
    plane += side == KL_LEFT ? 0 : row - element;
    if (element == sizeof(float))
        for (size_t z = 0; z < rows; z++)
            memcpy(out + z * sizeof(float), plane + z * row, sizeof(float));
    else
        for (size_t z = 0; z < rows; z++)
            memcpy(out + z * element, plane + z * row, element);
}

/* What front w needs on a side; the number of planes, or the packed edges of them. */
static int64_t pack(const kl_edges *edges, const kl_wave *wave, int64_t w, int side,
                    void *const array[2], char *out)
{
    const kl_pencils *p = edges->pencils;
    const size_t plane = (size_t)(p->rows * p->sites) * edges->element;
    const size_t bytes = (size_t)edges->side[side].length * edges->element;
    int64_t n = 0, from, to;
    for (int j = kl_wave_oldest(wave, edges->newest); j <= edges->newest; j++)
        if (kl_wave_range(wave, j, w, &from, &to)) {
            const char *read = array[(j - 1) % 2];
            for (int64_t q = from; out && q < to; q++, out += bytes)
                pack_edge(edges, side, read + (size_t)(q % wave->planes) * plane, out);
            n += to - from;
        }
    return n;
}

void kl_edges_done(kl_edges *edges, const kl_wave *wave, int64_t w, void *const array[2])
{
    const MPI_Comm comm = edges->pencils->lattice->comm;
    edges->newest = kl_wave_newest(wave, w + 2, edges->newest);
    const int64_t planes = pack(edges, wave, w + 2, KL_LOW, array, NULL);
    if (edges->team)
        kl_team_done(edges->team, edges->begin + w + 1);
    for (int s = 0; planes > 0 && s < KL_SIDES; s++) { /* tag: the direction of a message */
        kl_edge *edge = &edges->side[s];
        const int64_t bytes = planes * edge->length * (int64_t)edges->element;
        if (!is_far(edges, edge))
            continue;
        MPI_Irecv(edge->in[w % 2], (int)bytes, MPI_BYTE, edge->rank, s ^ 1, comm,
                  &edge->taken[w % 2]);
        MPI_Wait(&edge->sent[w % 2], MPI_STATUS_IGNORE);
        pack(edges, wave, w + 2, s, array, edge->out[w % 2]);
        MPI_Isend(edge->out[w % 2], (int)bytes, MPI_BYTE, edge->rank, s, comm, &edge->sent[w % 2]);
        edges->bytes += bytes;
    }
}

void kl_edges_end(kl_edges *edges, const kl_wave *wave)
{
    for (int s = 0; s < KL_SIDES; s++) {
        kl_edge *edge = &edges->side[s];
        if (is_near(edges, edge))
            wait_near(edges, edge->near, edges->begin + kl_wave_fronts(wave));
        MPI_Waitall(2, edge->sent, MPI_STATUSES_IGNORE);
    }
}

const void *kl_edges_at(const kl_edges *edges, kl_side side, const void *array, int64_t p,
                        int64_t w, int64_t n, int64_t *stride)
{
    const kl_edge *edge = &edges->side[side];
    if (is_far(edges, edge)) {
        *stride = 1;
        return edge->in[w % 2] + (size_t)(n * edge->length) * edges->element;
    }
    const char *theirs = array;
    if (edge->rank >= 0)
        theirs = kl_team_at(edges->team, edge->near, array);
    *stride = side < KL_LEFT ? 1 : edge->sites;
    const int64_t at = side == KL_LOW    ? (edge->rows - 1) * edge->sites
                       : side == KL_LEFT ? edge->sites - 1
                                         : 0;
    return theirs + (size_t)(p * edge->rows * edge->sites + at) * edges->element;
}
