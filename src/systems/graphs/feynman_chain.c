#include "systems/graphs/feynman_chain.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

kl_cost feynman_chain_cost(const kl_feynman *f, int point, int most)
{
    const kl_lattice_point *at = &f->points.point[point];
    const double d = (double)f->points.dimension, sites = pow((double)at->sites, d);
    const double extent = sites + 2 * pow((double)at->sites, d - 1);
    const double t = f->times.value[f->times.n - 1] / at->unit;
    const double terms = 2 * d * 1.1 * t + (25 + 5 * most) * f->times.n;
    return (kl_cost){.bytes =
                         sizeof(double) * extent * (2 + 5 * most) + sizeof(float) * sites + 4096,
                     .seconds = 1e-5 + sites * terms * 2.4e-9 * most};
}

static kl_status allocate(feynman_chain *c, kl_error *err)
{
    KL_TRY(kl_alloc((size_t)kl_lattice_local(&c->lattice), sizeof *c->nothing, "potential",
                    &c->nothing, err));
    KL_TRY(kl_state_create(&c->lattice, KL_DOUBLE, &c->start, err));
    for (int n = 0, place = 2; n < c->most; n++, place += 5) {
        KL_TRY(kl_state_create_at(&c->lattice, KL_DOUBLE, place, &c->psi[n], err));
        KL_TRY(kl_state_create_at(&c->lattice, KL_DOUBLE, place + 2, &c->out[n], err));
        KL_TRY(kl_lattice_array(&c->lattice, sizeof(double), place + 4, &c->scratch[n], err));
    }
    return KL_OK;
}

kl_status feynman_chain_create(const kl_feynman *study, int point, MPI_Comm self, int most,
                               feynman_chain *c, kl_error *err)
{
    const kl_lattice_point *at = &study->points.point[point];
    *c = (feynman_chain){.study = study, .unit = at->unit, .most = most};
    KL_TRY(kl_lattice_create(self, (int)study->points.dimension, at->sites, &c->lattice, err));
    KL_TRY(allocate(c, err));
    c->h = (kl_hamiltonian){.lattice = &c->lattice,
                            .set = kl_stencil_choose(),
                            .hopping = 1,
                            .eta = at->eta,
                            .omega = c->nothing,
                            .blocking = kl_blocking_orders(&c->lattice)};
    return kl_packets_fill(&study->packets, at->unit, &c->start, err);
}

void feynman_chain_destroy(feynman_chain *c)
{
    free(c->nothing);
    kl_state_destroy(&c->start);
    for (int n = 0; n < c->most; n++) {
        kl_state_destroy(&c->psi[n]);
        kl_state_destroy(&c->out[n]);
        kl_lattice_array_free(c->scratch[n]);
    }
    *c = (feynman_chain){0};
}

void feynman_chain_start(feynman_chain *c, int orders)
{
    const size_t bytes = (size_t)kl_lattice_extent(&c->lattice) * sizeof(double);
    c->t = 0;
    kl_state_copy(&c->start, &c->psi[0]);
    for (int n = 1; n < orders; n++) {
        memset(c->psi[n].re, 0, bytes);
        memset(c->psi[n].im, 0, bytes);
        c->psi[n].real = true;
    }
}

kl_status feynman_chain_advance(feynman_chain *c, int orders, const float *const *field,
                                double strength, int time, kl_error *err)
{
    const kl_stations *times = &c->study->times;
    const double to = times->value[time] / c->unit, last = times->value[times->n - 1] / c->unit;
    const double t = to - c->t;
    const double rounding = kl_duhamel_rounding(KL_DOUBLE, c->lattice.dimension, c->most, last);
    const kl_duhamel_span span = {orders, strength, c->t,
                                  to,     last,     (c->study->tolerance - rounding) / times->n};
    kl_series series = {.hamiltonian = &c->h,
                        .orders = orders,
                        .fields = field,
                        .psi = c->psi,
                        .scratch = c->scratch,
                        .n = 1,
                        .t = &t,
                        .out = c->out};
    if (to == 0)
        return KL_OK;
    KL_TRY(kl_duhamel_plan(&span, &series, err));
    KL_TRY(kl_series_evolve(&series, err));
    for (int n = 0; n < orders; n++)
        kl_state_copy(&c->out[n], &c->psi[n]);
    c->t = to;
    return KL_OK;
}
