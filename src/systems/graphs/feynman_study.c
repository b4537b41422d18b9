#include "systems/graphs/feynman_study.h"

#include "base/complex.h"
#include "base/memory.h"
#include "dynamics/duhamel.h"
#include "dynamics/initial.h"
#include "graphs/torus.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { MOST_BY_CONTOUR = 8, MOST_VERTICES = 10 };
static const double most_sites = 1 << 27; /* of the whole torus */

typedef struct own_keys {
    int64_t left, right, lines;
    double tolerance;
} own_keys;

enum { CONTOUR, SAMPLED };
static const char *const methods[] = {"contour", "sampled", NULL};
static const kl_key own_table[] = {
    {.name = "left",
     KL_INT_AT(own_keys, left),
     .flags = KL_REQUIRED,
     KL_RANGE(0, MOST_VERTICES),
     .doc = "vertices n on the line of conj(psi_0)"},
    {.name = "right",
     KL_INT_AT(own_keys, right),
     .flags = KL_REQUIRED,
     KL_RANGE(0, MOST_VERTICES),
     .doc = "vertices m on the line of psi_0"},
    {.name = "lines",
     KL_INT_AT(own_keys, lines),
     KL_RANGE(1, 16),
     .fallback = "1",
     .doc = "r, for the r-th moment"},
    {.name = "tolerance",
     KL_REAL_AT(own_keys, tolerance),
     KL_RANGE(1e-12, 0.1),
     .fallback = "1.0e-9",
     .doc = "of an amplitude, next to 1; sampled: l2 error of each psi^(n)"},
    {0}};

typedef struct method_key {
    int method;
} method_key;
static const kl_key method_table[] = {
    {.name = "method",
     KL_CHOICE_AT(method_key, method, methods),
     .fallback = "contour",
     .doc = "of the amplitudes: exact, or means over realizations"},
    {0}};

const kl_key *const kl_feynman_keys[] = {
    own_table,         method_table, kl_points_table, kl_disorder_map, kl_initial_map,
    kl_observable_map, NULL};

/* ---- the start of a point ---- */

/* |psi_0^(k)|^2 of the packets: [L^d], its mean 1. */
static kl_status transform(const kl_state *psi, const kl_torus *torus, double *start, kl_error *err)
{
    double *part;
    double complex *f;
    KL_TRY(kl_alloc(2 * torus->points, sizeof *part, "start", &part, err));
    kl_status status = kl_alloc(torus->points, sizeof *f, "start", &f, err);
    if (status == KL_OK) {
        const int64_t n = (int64_t)torus->points, from = kl_lattice_origin(psi->lattice);
        kl_state_load(psi->precision, psi->re, from, n, part);
        kl_state_load(psi->precision, psi->im, from, n, part + n);
        for (int64_t i = 0; i < n; i++)
            f[i] = CMPLX(part[i], part[n + i]);
        kl_torus_forward(torus, f);
        for (int64_t i = 0; i < n; i++)
            start[i] = creal(f[i]) * creal(f[i]) + cimag(f[i]) * cimag(f[i]);
    }
    free(part);
    free(f);
    return status;
}

static kl_status fill_start(const kl_feynman *f, const kl_lattice_point *at, double *start,
                            kl_error *err)
{
    const bool even[3] = {false, false, false};
    const int d = (int)f->points.dimension;
    kl_lattice lattice;
    kl_state psi = {0};
    kl_torus torus = {0};
    KL_TRY(kl_lattice_create(MPI_COMM_SELF, d, at->sites, &lattice, err));
    kl_status status = kl_state_create(&lattice, KL_DOUBLE, &psi, err);
    if (status == KL_OK)
        status = kl_packets_fill(&f->packets, at->unit, &psi, err);
    if (status == KL_OK)
        status = kl_torus_create(d, (int)at->sites, even, &torus, err);
    if (status == KL_OK)
        status = transform(&psi, &torus, start, err);
    kl_torus_destroy(&torus);
    kl_state_destroy(&psi);
    return status;
}

static kl_status make_start(kl_feynman *f, int point, kl_error *err)
{
    const kl_lattice_point *at = &f->points.point[point];
    const int d = (int)f->points.dimension;
    kl_feynman_point *out = &f->point[point];
    double p[3] = {0};
    if (f->packets.n > 1 || f->packets.packet->envelope != KL_ENVELOPE_UNIFORM) {
        KL_TRY(kl_alloc((size_t)pow((double)at->sites, d), sizeof *out->start, "start", &out->start,
                        err));
        return fill_start(f, at, out->start, err);
    }
    kl_initial_momentum(f->packets.packet, d, at->sites, p);
    for (int j = 0; j < d; j++)
        out->wave[j] = (int)lround(p[j] * (double)at->sites);
    return KL_OK;
}

/* ---- points ---- */

kl_law kl_feynman_law(const kl_feynman *f)
{
    static const kl_law law[] = {[KL_GAUSSIAN] = KL_LAW_GAUSSIAN,
                                 [KL_UNIFORM] = KL_LAW_UNIFORM,
                                 [KL_BERNOULLI] = KL_LAW_BERNOULLI,
                                 [KL_LAPLACE] = KL_LAW_LAPLACE};
    return law[f->disorder.distribution];
}

kl_graphs_problem kl_feynman_problem(const kl_feynman *f, int point)
{
    const kl_lattice_point *at = &f->points.point[point];
    const kl_feynman_point *own = &f->point[point];
    kl_graphs_problem p = {.dimension = (int)f->points.dimension,
                           .sites = (int)at->sites,
                           .left = f->left,
                           .right = f->right,
                           .law = kl_feynman_law(f),
                           .eta = at->eta,
                           .ntimes = f->times.n,
                           .times = own->times,
                           .start = own->start,
                           .nmodes = f->symbol.n,
                           .mode = (const int(*)[3])f->symbol.mode,
                           .coefficient = (const double(*)[2])f->symbol.coefficient,
                           .tolerance = f->tolerance};
    memcpy(p.wave, own->wave, sizeof p.wave);
    return p;
}

static kl_status check_point(kl_feynman *f, kl_node *root, int point, kl_error *err)
{
    const kl_lattice_point *at = &f->points.point[point];
    const double last = f->times.value[f->times.n - 1] / at->unit;
    if (pow((double)at->sites, (double)f->points.dimension) > most_sites)
        return kl_config_fail(root, "sites", err,
                              "%lld per side are not allowed: must be 2^27 at most in all",
                              (long long)at->sites);
    if ((double)at->sites < 3 * last * (1 - 1e-9))
        KL_TRY(kl_warnings_add(&f->warnings, err,
                               "at eta %g the %lld sites are fewer than 3 t = %.4g: the torus is "
                               "not close to infinite",
                               at->eta, (long long)at->sites, 3 * last));
    return KL_OK;
}

static kl_status make_point(kl_feynman *f, kl_node *root, int point, kl_error *err)
{
    const kl_lattice_point *at = &f->points.point[point];
    kl_feynman_point *out = &f->point[point];
    KL_TRY(check_point(f, root, point, err));
    if (f->sampled)
        return KL_OK;
    KL_TRY(kl_alloc((size_t)f->times.n, sizeof *out->times, "times", &out->times, err));
    for (int i = 0; i < f->times.n; i++)
        out->times[i] = f->times.value[i] / at->unit;
    KL_TRY(make_start(f, point, err));
    const kl_graphs_problem problem = kl_feynman_problem(f, point);
    return kl_graphs_estimate(&problem, f->graph, f->n, &out->cost, err);
}

/* ---- the study ---- */

kl_status kl_feynman_is_sampled(kl_node *root, bool *sampled, kl_error *err)
{
    method_key key;
    KL_TRY(kl_config_read(root, method_table, &key, err));
    *sampled = key.method == SAMPLED;
    return KL_OK;
}

static kl_status read_own(kl_feynman *f, kl_node *root, kl_error *err)
{
    own_keys keys;
    KL_TRY(kl_config_read(root, own_table, &keys, err));
    KL_TRY(kl_feynman_is_sampled(root, &f->sampled, err));
    const int vertices = (int)(keys.left + keys.right);
    if (vertices < 2 || vertices > (f->sampled ? MOST_VERTICES : MOST_BY_CONTOUR) || vertices % 2)
        return kl_config_fail(root, "right", err,
                              "%d vertices in all are not allowed: left + right must be 2, 4, 6 or "
                              "8, or sampled 10",
                              vertices);
    f->left = (int)keys.left;
    f->right = (int)keys.right;
    f->lines = (int)keys.lines;
    f->tolerance = keys.tolerance;
    return KL_OK;
}

static kl_status read_physics(kl_feynman *f, kl_node *root, kl_error *err)
{
    bool complex_valued;
    KL_TRY(kl_keys_disorder(root, &f->disorder, err));
    int64_t distribution = f->disorder.distribution;
    KL_TRY(kl_keys_points(root, 2, &(kl_ints){1, &distribution}, &f->points, err));
    KL_TRY(kl_packets_read(root, f->points.dimension, &f->packets, err));
    KL_TRY(kl_packets_check(&f->packets, root, &f->points, &f->warnings, err));
    KL_TRY(
        kl_keys_one_observable(root, &f->points, &f->observable, &f->symbol, &complex_valued, err));
    if (!f->sampled && f->observable.position != KL_POSITION_UNIFORM)
        return kl_config_fail(root, "observable.position.shape", err,
                              "must be uniform: contours take observables of momentum alone, "
                              "method: sampled any");
    return KL_OK;
}

/* What rounding leaves; the whole tolerance is the series'. */
static kl_status check_tolerance(const kl_feynman *f, kl_node *root, kl_error *err)
{
    const int orders = 1 + (f->left > f->right ? f->left : f->right);
    for (int i = 0; i < f->points.n; i++) {
        const double t = f->times.value[f->times.n - 1] / f->points.point[i].unit;
        const double least =
            2 * kl_duhamel_rounding(KL_DOUBLE, (int)f->points.dimension, orders, t);
        if (f->tolerance < least)
            return kl_config_fail(root, "tolerance", err,
                                  "%g cannot be reached: must be at least %.2g", f->tolerance,
                                  least);
    }
    return KL_OK;
}

kl_status kl_feynman_read(kl_node *root, const kl_stations *times, kl_feynman *f, kl_error *err)
{
    *f = (kl_feynman){.times = *times};
    KL_TRY(read_own(f, root, err));
    KL_TRY(read_physics(f, root, err));
    KL_TRY(kl_graphs_list(f->left, f->right, f->disorder.distribution == KL_GAUSSIAN, &f->graph,
                          &f->n, err));
    KL_TRY(kl_alloc((size_t)f->points.n, sizeof *f->point, "points", &f->point, err));
    for (int i = 0; i < f->points.n; i++)
        KL_TRY(make_point(f, root, i, err));
    if (!f->sampled)
        return KL_OK;
    KL_TRY(check_tolerance(f, root, err));
    return f->lines > 1 ? KL_OK : kl_colours_create(f->graph, f->n, &f->colours, err);
}

void kl_feynman_free(kl_feynman *f)
{
    for (int i = 0; f->point && i < f->points.n; i++) {
        free(f->point[i].start);
        free(f->point[i].times);
    }
    free(f->point);
    free(f->graph);
    kl_colours_destroy(&f->colours);
    kl_symbol_destroy(&f->symbol);
    kl_packets_free(&f->packets);
    kl_lattice_points_free(&f->points);
    kl_warnings_free(&f->warnings);
    *f = (kl_feynman){0};
}
