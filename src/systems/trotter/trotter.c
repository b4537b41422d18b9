#include "systems/trotter/trotter.h"

#include "base/memory.h"
#include "continuum/filtered_kernel.h"
#include "systems/trotter/trotter_private.h"

#include <math.h>
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
    for (int i = 0; s->paths && i < s->times.n * s->n; i++)
        free(s->paths[i]);
    free(s->paths);
    kl_keys_wkb_free(&s->start);
    free(s->window);
    free(s->box);
    kl_warnings_free(&s->warnings);
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
                         .limit = trotter_limits,
                         .nwarnings = s->warnings.n,
                         .warning = s->warnings.text};
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
    const double *p = s->columns + point * TROTTER_COLUMNS;
    kl_cost sum = {.bytes = 65536, .seconds = 1e-3};
    for (int k = 0; k < s->n; k++) {
        if (s->observable[k].kind != TROTTER_KERNEL || s->energy == 0)
            continue;
        const kl_filter filter = trotter_filter(s, k, p[1]);
        sum.bytes =
            fmax(sum.bytes, 65536 + kl_filter_bytes(s->dimension, filter.sites, group_ranks));
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

/* ---- the work of a point: in d = 1 each rank of a group does all ---- */

typedef struct trotter_run {
    const trotter *s;
    MPI_Comm group;
    double hbar;
    int64_t slices;
    trotter_states states;
    int exact; /* stations that the exact psi has come to */
} trotter_run;

static void end(void **run)
{
    trotter_run *r = *run;
    if (r)
        trotter_states_destroy(&r->states);
    free(r);
    *run = NULL;
}

static kl_status begin(const void *self, const kl_place *place, void **run, kl_error *err)
{
    const trotter *s = self;
    trotter_run *r = NULL;
    kl_status status = kl_agree(place->group, kl_alloc(1, sizeof *r, "run", &r, err), err);
    *run = r;
    if (status != KL_OK)
        return end(run), status;
    const double *p = s->columns + place->point * TROTTER_COLUMNS;
    *r = (trotter_run){.s = s, .group = place->group, .hbar = p[1], .slices = (int64_t)p[0]};
    if (s->states)
        status =
            trotter_states_create(s, place->point / s->slices.n, place->group, &r->states, err);
    if (status != KL_OK)
        end(run);
    return status;
}

static kl_status start(void *run, int64_t batch, kl_error *err)
{
    trotter_run *r = run;
    (void)batch;
    r->exact = 0;
    return r->s->states ? trotter_states_start(&r->states, err) : KL_OK;
}

static kl_status advance(void *run, int station, bool *reached, kl_error *err)
{
    trotter_run *r = run;
    if (!r->s->states)
        return KL_OK;
    if (r->exact == station) {
        KL_TRY(trotter_states_go_on(&r->states, station, reached, err));
        r->exact += *reached;
        *reached = false;
        return KL_OK;
    }
    return trotter_states_slice(&r->states, station, r->slices, reached, err);
}

static kl_status measure_kernels(const trotter_run *r, int station, kl_sample *out, kl_error *err)
{
    const trotter *s = r->s;
    for (int q = 0; q < s->nquantities; q++) {
        const trotter_observable *o = &s->observable[s->of[q]];
        complex double value;
        double error;
        if (s->quantity[q].part[0] == 'i' || o->kind >= TROTTER_STATE)
            continue;
        KL_TRY(trotter_slices(s, s->of[q], station, r->hbar, r->slices, r->group, &value, &error,
                              err));
        out->quantity[q] = creal(value);
        out->error[q] = error;
        if (o->kind == TROTTER_KERNEL) {
            out->quantity[q + 1] = cimag(value);
            out->error[q + 1] = error;
        }
    }
    return KL_OK;
}

static kl_status measure(void *run, int station, int member, kl_sample *out, kl_error *err)
{
    trotter_run *r = run;
    const trotter *s = r->s;
    int window = 0;
    (void)member;
    KL_TRY(measure_kernels(r, station, out, err));
    for (int q = 0; q < s->nquantities; q++) {
        const int k = s->of[q], kind = s->observable[k].kind;
        if (kind >= TROTTER_STATE)
            KL_TRY(trotter_states_measure(&r->states, k, window, &out->quantity[q], &out->error[q],
                                          err));
        window += kind == TROTTER_PHASE_SPACE;
    }
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
    .open = open_study,
    .close = close_study,
    .describe = describe,
    .cost = cost,
    .begin = begin,
    .start = start,
    .advance = advance,
    .measure = measure,
    .end = end,
};
