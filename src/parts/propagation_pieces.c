/* The pieces of a state in flight, for checkpoints and checksums: the planes of its slab. */
#include "parts/propagation.h"

#include <string.h>

static const kl_state *reached(const kl_propagation *e)
{
    if (e->seen)
        return &e->slab;
    return e->served > 0 ? &e->out[e->served - 1] : &e->psi;
}

/* Planes *first..*first+*count-1, which this rank packs: its own, or, where the ranks of a node
 * have its planes together, its part of these, which follow each other. */
static void packed_planes(const kl_propagation *e, int64_t *first, int64_t *count)
{
    const kl_lattice *lattice = &e->lattice;
    const kl_team *team = e->pencils.team;
    int64_t begin = lattice->sites, all = 0;
    *first = lattice->first;
    *count = lattice->count;
    for (int place = 0; team && place < team->ranks; place++) {
        const int rank = kl_pencils_mate(&e->pencils, place);
        const int64_t from = kl_lattice_first(lattice, rank),
                      n = kl_lattice_first(lattice, rank + 1) - from;
        begin = n > 0 && from < begin ? from : begin;
        all += n;
    }
    if (!team || team->ranks == 0)
        return;
    *first = begin + all * team->rank / team->ranks;
    *count = all * (team->rank + 1) / team->ranks - all * team->rank / team->ranks;
}

/* One of them, of a slab's array. */
static char *packed_plane(const kl_propagation *e, void *array, int64_t plane)
{
    const kl_lattice *lattice = &e->lattice;
    const size_t element = kl_precision_size(e->setup.propagator.precision);
    int64_t first, count;
    packed_planes(e, &first, &count);
    const int owner = e->pencils.team ? kl_lattice_owner(lattice, first + plane) : lattice->rank;
    if (owner != lattice->rank)
        array = kl_team_at(e->pencils.team, kl_pencils_place(&e->pencils, owner), array);
    return kl_lattice_plane(lattice, array, element,
                            first + plane - kl_lattice_first(lattice, owner));
}

kl_packing kl_propagation_shape(const kl_propagation *e)
{
    const kl_lattice *lattice = &e->lattice;
    kl_packing packing = {.pieces = lattice->sites,
                          .piece_bytes = 2 * (size_t)lattice->plane *
                                         kl_precision_size(e->setup.propagator.precision)};
    packed_planes(e, &packing.first, &packing.count);
    return packing;
}

kl_packing kl_propagation_packing(const kl_propagation *e, int time)
{
    kl_packing packing = kl_propagation_shape(e);
    if (time < 0 || (e->served > 0 && time != e->served_from + e->served - 1))
        packing.pieces = 0;
    return packing;
}

void kl_propagation_pack(const kl_propagation *e, int64_t plane, void *bytes)
{
    const size_t part = kl_propagation_shape(e).piece_bytes / 2;
    memcpy(bytes, packed_plane(e, reached(e)->re, plane), part);
    memcpy((char *)bytes + part, packed_plane(e, reached(e)->im, plane), part);
}

void kl_propagation_unpack(kl_propagation *e, int64_t plane, const void *bytes)
{
    const size_t part = kl_propagation_shape(e).piece_bytes / 2;
    memcpy(packed_plane(e, e->psi.re, plane), bytes, part);
    memcpy(packed_plane(e, e->psi.im, plane), (const char *)bytes + part, part);
}
