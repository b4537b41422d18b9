#include "systems/expansion/expansion_block.h"

#include <math.h>
#include <string.h>

static double microscopic(const kl_propagation_setup *s, int time)
{
    return s->times.value[time] / s->unit;
}

double expansion_block_rounding(const kl_propagation_setup *s)
{
    return kl_duhamel_rounding(s->propagator.precision, s->dimension, s->orders,
                               microscopic(s, s->times.n - 1));
}

kl_cost expansion_block_cost(const kl_propagation_setup *s, int group_ranks)
{
    const double plane = pow((double)s->sites, s->dimension - 1);
    const double planes = ceil((double)s->sites / group_ranks);
    const double size = (double)kl_precision_size(s->propagator.precision);
    const double t = microscopic(s, s->times.n - 1), sites = plane * (double)s->sites;
    const double terms = 2 * s->dimension * 1.1 * t + (25 + 5 * s->orders) * s->times.n;
    return (kl_cost){.bytes = plane * (planes + 2) * size * (5 * s->orders - 3),
                     .seconds = sites * terms * 0.3e-9 * size * s->orders};
}

static kl_status allocate(expansion_block *b, kl_error *err)
{
    const kl_lattice *lattice = &b->whole->lattice;
    const kl_precision precision = b->whole->psi.precision;
    for (int n = 0, place = 5; n < b->orders; n++, place += 5) {
        KL_TRY(kl_state_create_at(lattice, precision, place, &b->psi[n], err));
        b->out[n] = (kl_state){.lattice = lattice, .precision = precision};
        if (n == 0)
            continue;
        KL_TRY(kl_lattice_array(lattice, kl_precision_size(precision), place + 2, &b->scratch[n],
                                err));
        KL_TRY(kl_state_create_at(lattice, precision, place + 3, &b->out[n], err));
    }
    return KL_OK;
}

kl_status expansion_block_create(kl_propagation *whole, expansion_block *b, kl_error *err)
{
    const kl_propagation_setup *s = &whole->setup;
    *b = (expansion_block){.whole = whole, .h = whole->h, .orders = s->orders};
    b->h.blocking = kl_blocking_orders(&whole->lattice);
    return kl_agree(whole->lattice.comm, allocate(b, err), err);
}

void expansion_block_destroy(expansion_block *b)
{
    for (int n = 0; n < b->orders; n++) {
        kl_state_destroy(&b->psi[n]);
        if (n == 0)
            continue;
        kl_state_destroy(&b->out[n]);
        kl_lattice_array_free(b->scratch[n]);
    }
    *b = (expansion_block){0};
}

void expansion_block_start(expansion_block *b)
{
    const kl_state *start = &b->whole->psi;
    const size_t bytes =
        (size_t)kl_lattice_extent(start->lattice) * kl_precision_size(start->precision);
    b->strength = kl_duhamel_strength(&b->h);
    b->t = 0;
    kl_state_copy(start, &b->psi[0]);
    for (int n = 1; n < b->orders; n++) {
        memset(b->psi[n].re, 0, bytes);
        memset(b->psi[n].im, 0, bytes);
        b->psi[n].real = true;
    }
}

static void borrow(expansion_block *b)
{
    void *spare[3];
    kl_propagation_spare(b->whole, spare);
    b->out[0].re = spare[0];
    b->out[0].im = spare[1];
    b->scratch[0] = spare[2];
}

kl_status expansion_block_advance(expansion_block *b, int time, kl_error *err)
{
    const kl_propagation_setup *s = &b->whole->setup;
    const double to = microscopic(s, time), t = to - b->t;
    /* Rounding takes its part of the tolerance; each stretch an equal share of the rest. */
    const double tolerance = (s->propagator.tolerance - expansion_block_rounding(s)) / s->times.n;
    const kl_duhamel_span span = {b->orders, b->strength, b->t, to, microscopic(s, s->times.n - 1),
                                  tolerance};
    kl_series series = {.hamiltonian = &b->h,
                        .orders = b->orders,
                        .psi = b->psi,
                        .scratch = b->scratch,
                        .n = 1,
                        .t = &t,
                        .out = b->out};
    if (to == 0)
        return KL_OK;
    borrow(b);
    KL_TRY(kl_agree(b->whole->lattice.comm, kl_duhamel_plan(&span, &series, err), err));
    KL_TRY(kl_series_evolve(&series, err));
    for (int n = 0; n < b->orders; n++)
        kl_state_copy(&b->out[n], &b->psi[n]);
    b->t = to;
    return KL_OK;
}

/* ---- checkpoints ---- */

size_t expansion_block_bytes(const expansion_block *b)
{
    const kl_lattice *lattice = &b->whole->lattice;
    return 2 * (size_t)b->orders * (size_t)lattice->plane *
           kl_precision_size(b->whole->psi.precision);
}

/* Re and im of a plane of an order. */
static size_t plane_of(const expansion_block *b, int n, int64_t plane, void *part[2])
{
    const kl_lattice *lattice = &b->whole->lattice;
    const size_t element = kl_precision_size(b->whole->psi.precision);
    part[0] = kl_lattice_plane(lattice, b->psi[n].re, element, plane);
    part[1] = kl_lattice_plane(lattice, b->psi[n].im, element, plane);
    return (size_t)lattice->plane * element;
}

void expansion_block_pack(const expansion_block *b, int64_t plane, void *bytes)
{
    char *to = bytes;
    void *part[2];
    for (int n = 0; n < b->orders; n++)
        for (int i = 0; i < 2; i++) {
            const size_t size = plane_of(b, n, plane, part);
            memcpy(to, part[i], size);
            to += size;
        }
}

void expansion_block_unpack(expansion_block *b, int64_t plane, const void *bytes)
{
    const char *from = bytes;
    void *part[2];
    for (int n = 0; n < b->orders; n++)
        for (int i = 0; i < 2; i++) {
            const size_t size = plane_of(b, n, plane, part);
            memcpy(part[i], from, size);
            from += size;
        }
}

void expansion_block_restored(expansion_block *b, int time)
{
    for (int n = 0; n < b->orders; n++)
        b->psi[n].real = false;
    b->t = microscopic(&b->whole->setup, time);
}
