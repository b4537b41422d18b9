#include "systems/semiclassical/semiclassical.h"

#include "base/memory.h"
#include "systems/semiclassical/semiclassical_private.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const kl_key *const keys_of_a_study[] = {semiclassical_points_table,
                                                kl_potential_map,
                                                kl_wkb_map,
                                                kl_phase_observables_table,
                                                kl_phase_pictures_table,
                                                kl_split_map,
                                                semiclassical_limits_table,
                                                NULL};

/* ---- the study ---- */

static kl_status name_quantities(semiclassical *s, kl_error *err)
{
    const int n = s->observables.n;
    s->nquantities = n + s->pictures.whole_wigner;
    KL_TRY(kl_alloc((size_t)s->nquantities, sizeof *s->quantity, "quantities", &s->quantity, err));
    for (int i = 0; i < s->nquantities; i++) {
        snprintf(s->quantity[i].observable, KL_NAME, "%s",
                 i < n ? s->observables.name[i] : "negativity");
        snprintf(s->quantity[i].part, sizeof s->quantity[i].part, "re");
        if (i < n && s->pictures.whole_wigner && strcmp(s->observables.name[i], "negativity") == 0)
            return kl_fail(err, KL_INPUT,
                           "observables.%d.name: negativity is the name of another number", i);
    }
    return KL_OK;
}

static kl_status read_keys(semiclassical *s, kl_node *root, kl_error *err)
{
    semiclassical_keys keys = {0};
    KL_TRY(kl_config_read(root, semiclassical_points_table, &keys, err));
    s->dimension = keys.dimension;
    s->side = keys.box;
    KL_TRY(kl_keys_split(root, &s->propagator, err));
    KL_TRY(kl_keys_potential(root, s->dimension, s->side, s->propagator.tolerance, &s->potential,
                             err));
    KL_TRY(kl_keys_harmonic(root, &s->potential, &s->propagator, err));
    KL_TRY(kl_keys_wkb(root, s->dimension, &s->start, err));
    KL_TRY(kl_keys_phase_observables(root, s->dimension, &keys.eps, s->side, &s->observables, err));
    KL_TRY(kl_keys_phase_pictures(root, s->dimension, s->side, &s->pictures, err));
    KL_TRY(semiclassical_choose_limits(s, root, err));
    KL_TRY(semiclassical_make_points(s, root, &keys, err));
    return name_quantities(s, err);
}

static const kl_column columns[COLUMNS + 1] = {
    {.name = "eps", .units = "1", .long_name = "semiclassical parameter", .role = KL_SMALL},
    {.name = "sites",
     .units = "1",
     .long_name = "points of the grid per axis",
     .integer = true,
     .role = KL_FOLLOWS},
    {.name = ""}};

static void make_description(semiclassical *s)
{
    static const char *const checks[] = {[NORM_DRIFT] = "norm_drift",
                                         [ENERGY_DRIFT] = "energy_drift",
                                         [SPLITTING] = "splitting",
                                         [GRID] = "grid",
                                         [EDGE] = "edge",
                                         [BAND] = "band",
                                         [SYMPLECTIC] = "symplectic",
                                         [MARGINALS] = "marginals"};
    kl_description *d = &s->description;
    d->points = (kl_points){s->npoints, COLUMNS, columns, s->columns, NULL};
    d->nquantities = s->nquantities;
    d->quantity = s->quantity;
    d->nchecks = s->pictures.whole_wigner ? CHECKS : CHECKS - 1;
    d->check = checks;
    d->nfields = s->pictures.n;
    d->field = s->pictures.kind;
    d->limit = s->limit;
    d->nwarnings = s->warnings.n;
    d->warning = s->warnings.text;
}

static void close_study(void *self)
{
    semiclassical *s = self;
    free(s->point);
    free(s->columns);
    kl_keys_smooth_free(&s->potential);
    kl_keys_wkb_free(&s->start);
    kl_phase_observables_free(&s->observables);
    kl_phase_pictures_free(&s->pictures);
    free(s->quantity);
    semiclassical_free_limits(s);
    kl_warnings_free(&s->warnings);
}

static kl_status open_study(kl_node *root, const kl_stations *stations, void *self, kl_error *err)
{
    semiclassical *s = self;
    s->times = *stations;
    KL_TRY(read_keys(s, root, err));
    make_description(s);
    return KL_OK;
}

int semiclassical_axis(const void *self, int point, int f, int axis, double *coordinate)
{
    const semiclassical *s = self;
    return kl_phase_pictures_axis(&s->pictures, &s->point[point], f, axis, coordinate);
}

const kl_system kl_system_semiclassical = {
    .name = "semiclassical",
    .summary = "Schroedinger's equation in the continuum against the Liouville equation",
    .model = "i eps d/dt psi = (-eps^2/2 Laplacian + V) psi on a periodic box, from psi = h exp(i "
             "S/eps) or coherent states. The Wigner function W of psi, paired with J(x,p), goes to "
             "that of |h|^2 delta(p - grad S) carried by the flow of p^2/2 + V as eps goes to "
             "zero, caustics or not: with an error of order eps^2 for real h, of order eps for "
             "coherent states against their points. next_order adds that term: it is the start's "
             "and the Moyal equation's. husimi carries the Husimi function of the start instead.",
    .source = "T. Chen, lecture notes on semiclassical scaling limits, University of Texas (2011), "
              "sections 2 and 4; P. Gerard, P. Markowich, N. Mauser, F. Poupaud, Comm. Pure Appl. "
              "Math. 50 (1997) 323",
    .ensemble = KL_DETERMINISTIC,
    .stations = {"times", "time", "T", "1", "time"},
    .keys = keys_of_a_study,
    .columns = columns,
    KL_STUDY(semiclassical),
    .open = open_study,
    .close = close_study,
    .axis = semiclassical_axis,
    .cost = semiclassical_cost,
    .begin = semiclassical_begin,
    .start = semiclassical_start,
    .advance = semiclassical_advance,
    .measure = semiclassical_measure,
    .end = semiclassical_end,
    .packing = semiclassical_packing,
    .shape = semiclassical_shape,
    .pack = semiclassical_pack,
    .unpack = semiclassical_unpack,
    .restored = semiclassical_restored,
};
