#include "systems/trotter/trotter.h"

#include "base/memory.h"
#include "systems/trotter/trotter_private.h"

#include <stdlib.h>
#include <string.h>

static const kl_key *const keys_of_a_study[] = {trotter_table, kl_potential_map,
                                                kl_wkb_optional_map, NULL};

static const kl_column columns[TROTTER_COLUMNS + 1] = {
    {.name = "slices",
     .units = "1",
     .long_name = "time slices N",
     .integer = true,
     .role = KL_FOLLOWS},
    {.name = "hbar", .units = "1", .long_name = "Planck's constant", .role = KL_PARAMETER},
    {.name = "step", .units = "1", .long_name = "1/N", .role = KL_SMALL},
    {.name = ""}};

static void close_study(void *self)
{
    trotter *s = self;
    free(s->columns);
    kl_keys_smooth_free(&s->potential);
    free(s->observable);
    free(s->quantity);
    free(s->of);
    free(s->derived);
    for (int i = 0; s->paths && i < s->times.n * s->n; i++)
        free(s->paths[i]);
    free(s->paths);
    kl_keys_wkb_free(&s->start);
    free(s->window);
    free(s->box);
    kl_warnings_free(&s->warnings);
}

/* Rates are in the length of a slice; with one number of slices alone they are in hbar. */
static void make_description(trotter *s)
{
    memcpy(s->column, columns, sizeof columns);
    if (s->slices.n == 1 && s->hbar.n > 1) {
        s->column[1].role = KL_SMALL;
        s->column[2].role = KL_FOLLOWS;
    }
    s->description =
        (kl_description){.points = {s->npoints, TROTTER_COLUMNS, s->column, s->columns, NULL},
                         .nquantities = s->nquantities,
                         .quantity = s->quantity,
                         .nderived = s->nderived,
                         .derived = s->derived,
                         .nlimits = 2,
                         .limit = trotter_limits,
                         .nwarnings = s->warnings.n,
                         .warning = s->warnings.text};
}

static kl_status open_study(kl_node *root, const kl_stations *stations, void *self, kl_error *err)
{
    trotter *s = self;
    s->times = *stations;
    KL_TRY(trotter_read(s, root, err));
    make_description(s);
    return KL_OK;
}

const kl_system kl_system_trotter = {
    .name = "trotter",
    .summary = "the path integral: products of time slices, and the sum over classical paths",
    .model =
        "The kernel of exp(-i t H/hbar), H = -hbar^2/2 Laplacian + V, against the integral over "
        "paths of N time slices, (exp(-i dt H0/hbar) exp(-i dt V/hbar))^N (lie) or with V "
        "halved at both ends of a slice (strang), and against van Vleck's sum over classical "
        "paths with Maslov's phases. Where V is above quadratic, kernels are of f(H) exp(-i t "
        "H/hbar), f(e) = exp(-(e/E)^16), and a path counts by f of its energy.",
    .source = "T. Chen, lecture notes on semiclassical scaling limits, University of Texas (2011), "
              "section 3; M. Gutzwiller, J. Math. Phys. 8 (1967) 1979",
    .ensemble = KL_DETERMINISTIC,
    .stations = {"times", "time", "T", "1", "time"},
    .keys = keys_of_a_study,
    .columns = columns,
    KL_STUDY(trotter),
    .open = open_study,
    .close = close_study,
    .cost = trotter_cost,
    .begin = trotter_begin,
    .start = trotter_start,
    .advance = trotter_advance,
    .measure = trotter_measure,
    .end = trotter_end,
    .packing = trotter_packing,
    .shape = trotter_shape,
    .pack = trotter_pack,
    .unpack = trotter_unpack,
    .restored = trotter_restored,
};
