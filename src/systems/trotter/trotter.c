#include "systems/trotter/trotter.h"

#include "base/memory.h"
#include "continuum/filtered_kernel.h"
#include "systems/trotter/trotter_private.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static const kl_key *const keys_of_a_study[] = {trotter_table, kl_potential_map, NULL};

static const kl_column columns[TROTTER_COLUMNS + 1] = {
    {.name = "slices",
     .units = "1",
     .long_name = "time slices N",
     .integer = true,
     .role = KL_FOLLOWS},
    {.name = "hbar", .units = "1", .long_name = "Planck's constant", .role = KL_PARAMETER},
    {.name = "step", .units = "1", .long_name = "1/N", .role = KL_SMALL},
    {.name = ""}};

static void close_study(void **self)
{
    trotter *s = *self;
    if (!s)
        return;
    free(s->columns);
    kl_keys_smooth_free(&s->potential);
    free(s->observable);
    free(s->quantity);
    free(s->of);
    free(s->derived);
    free(s->sum_of);
    free(s);
    *self = NULL;
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
                         .limit = trotter_limits};
}

static kl_status open_study(kl_node *root, const kl_stations *stations, void **self, kl_error *err)
{
    trotter *s;
    *self = NULL;
    KL_TRY(kl_alloc(1, sizeof *s, "study", &s, err));
    *self = s;
    s->times = *stations;
    const kl_status status = trotter_read(s, root, err);
    if (status == KL_OK)
        make_description(s);
    else
        close_study(self);
    return status;
}

static const kl_description *describe(const void *self)
{
    return &((const trotter *)self)->description;
}

static kl_cost cost(const void *self, int point, int group_ranks)
{
    const trotter *s = self;
    const double *p = s->columns + point * TROTTER_COLUMNS, last = s->times.value[s->times.n - 1];
    kl_cost sum = {.bytes = 65536, .seconds = 1e-3};
    (void)group_ranks;
    for (int k = 0; k < s->n; k++) {
        double side;
        int64_t sites;
        if (s->observable[k].determinant || s->energy == 0)
            continue;
        kl_filtered_size(&s->potential, s->energy, p[1], s->observable[k].from, s->observable[k].to,
                         last, &side, &sites);
        sum.bytes = fmax(sum.bytes, 65536 + 120 * (double)sites);
        sum.seconds += s->times.n * (p[0] + 1000) * 2.5 * kl_box_seconds(1, sites);
    }
    return sum;
}

/* ---- the work of a point: each rank of a group does all of it ---- */

typedef struct trotter_run {
    const trotter *s;
    MPI_Comm group;
    double hbar;
    int64_t slices;
} trotter_run;

static void end(void **run)
{
    free(*run);
    *run = NULL;
}

static kl_status begin(const void *self, const kl_place *place, void **run, kl_error *err)
{
    const trotter *s = self;
    trotter_run *r = NULL;
    const kl_status status = kl_agree(place->group, kl_alloc(1, sizeof *r, "run", &r, err), err);
    *run = r;
    if (status != KL_OK)
        return end(run), status;
    const double *p = s->columns + place->point * TROTTER_COLUMNS;
    *r = (trotter_run){s, place->group, p[1], (int64_t)p[0]};
    return KL_OK;
}

static kl_status measure_all(const trotter_run *r, double time, kl_sample *out, kl_error *err)
{
    const trotter *s = r->s;
    for (int q = 0; q < s->nquantities; q++) {
        complex double value;
        double error;
        if (s->quantity[q].part[0] == 'i')
            continue;
        KL_TRY(trotter_slices(s, s->of[q], time, r->hbar, r->slices, &value, &error, err));
        out->quantity[q] = creal(value);
        out->error[q] = error;
        if (!s->observable[s->of[q]].determinant) {
            out->quantity[q + 1] = cimag(value);
            out->error[q + 1] = error;
        }
    }
    return KL_OK;
}

static kl_status measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    const trotter_run *r = run;
    (void)member;
    return kl_agree(r->group, measure_all(r, r->s->times.value[station], out, err), err);
}

const kl_system kl_system_trotter = {
    .name = "trotter",
    .summary = "the path integral: products of time slices, and the sum over classical paths",
    .model =
        "The kernel of exp(-i t H/hbar), H = -hbar^2/2 d^2/dx^2 + V, against the integral over "
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
    .open = open_study,
    .close = close_study,
    .describe = describe,
    .cost = cost,
    .begin = begin,
    .measure = measure,
    .end = end,
};
