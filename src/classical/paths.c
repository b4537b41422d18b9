#include "classical/paths.h"

#include "classical/flow.h"
#include "classical/small_matrix.h"

#include "base/complex.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { PIECES = 128, STEPS = 60 };

static const double overlap = 0.2; /* of the images of neighbours, which are not quite straight */

typedef struct search {
    int d;
    const kl_path_ends *ends;
    double most;
    kl_flow flow, points; /* with action; points alone, for the lattice */
    kl_paths *out;
} search;

/* ---- one path ---- */

static double length(int d, const double *v)
{
    double square = 0;
    for (int j = 0; j < d; j++)
        square += v[j] * v[j];
    return sqrt(square);
}

static void begin(const search *s, const double *p, double *state)
{
    memcpy(state, s->ends->from, (size_t)s->d * sizeof *state);
    memcpy(state + s->d, p, (size_t)s->d * sizeof *state);
}

/* The block of DPhi that is d(x or p)/d(x or p). */
static void block(int d, const double *state, int row, int column, double *out)
{
    for (int i = 0; i < d; i++)
        for (int j = 0; j < d; j++)
            out[i * d + j] = state[2 * d + (row * d + i) * 2 * d + column * d + j];
}

/* Newton's steps for x(p) = x. False: they come to nothing. */
static bool refine(search *s, double *p)
{
    const int d = s->d;
    double before = INFINITY;
    for (int i = 0; i < STEPS; i++) {
        double state[KL_FLOW_STATE], slope[9], inverse[9], miss[3], step[3];
        begin(s, p, state);
        kl_flow_identity(&s->flow, state);
        if (!kl_flow_advance(&s->flow, s->ends->t, state))
            return false;
        for (int j = 0; j < d; j++)
            miss[j] = state[j] - s->ends->to[j];
        block(d, state, 0, 1, slope);
        kl_small_inverse(d, slope, inverse);
        kl_small_apply(d, inverse, miss, step);
        const double size = length(d, step), all = 1 + length(d, p);
        if (!isfinite(size))
            return false;
        for (int j = 0; j < d; j++)
            p[j] -= step[j];
        if (size < 1e-14 * all || (size < 1e-10 * all && size > before / 4))
            return true;
        before = size;
    }
    return false;
}

/* Adds a piece to X = dx/dp and P = dp/dp of the whole; its block of the second variation, but of
 * the first piece, counts towards *negative. */
static void join(int d, const double *state, bool first, double *x, double *p, int *negative)
{
    double part[4][9], one[9], two[9], next[2][9];
    for (int k = 0; k < 4; k++)
        block(d, state, k / 2, k % 2, part[k]);
    for (int row = 0; row < 2; row++) {
        kl_small_product(d, part[2 * row], x, one);
        kl_small_product(d, part[2 * row + 1], p, two);
        for (int i = 0; i < d * d; i++)
            next[row][i] = one[i] + two[i];
    }
    if (!first) {
        kl_small_inverse(d, x, one);
        kl_small_product(d, next[0], one, two);
        kl_small_inverse(d, part[1], one);
        kl_small_product(d, one, two, part[0]);
        *negative += kl_small_negative(d, part[0]);
    }
    memcpy(x, next[0], (size_t)(d * d) * sizeof *x);
    memcpy(p, next[1], (size_t)(d * d) * sizeof *p);
}

/* The path of that momentum. False: it runs away. */
static bool follow(search *s, const double *p, kl_path *out)
{
    const int d = s->d, n = 2 * d, action = n + n * n;
    double state[KL_FLOW_STATE], x[9] = {0}, of_p[9] = {0};
    *out = (kl_path){.energy = length(d, p) * length(d, p) / 2 +
                               kl_smooth_value(s->flow.potential, s->ends->from)};
    memcpy(out->momentum, p, (size_t)d * sizeof *p);
    for (int i = 0; i < d; i++)
        of_p[i * d + i] = 1;
    begin(s, p, state);
    for (int i = 0; i < PIECES; i++) {
        kl_flow_identity(&s->flow, state);
        if (!kl_flow_advance(&s->flow, s->ends->t / PIECES, state))
            return false;
        join(d, state, i == 0, x, of_p, &out->maslov);
        out->action += state[action];
    }
    out->slope = kl_small_determinant(d, x);
    return true;
}

/* ---- all of them ---- */

static bool is_known(const search *s, const double *p)
{
    for (int i = 0; i < s->out->n; i++) {
        double apart[3];
        for (int j = 0; j < s->d; j++)
            apart[j] = p[j] - s->out->path[i].momentum[j];
        if (length(s->d, apart) < 1e-7 * (1 + s->most))
            return true;
    }
    return false;
}

/* The path near p; `sure`: one should be there. */
static void add(search *s, double *p, bool sure)
{
    kl_path found;
    if (!refine(s, p) || !follow(s, p, &found)) {
        s->out->lost += sure;
        return;
    }
    if (is_known(s, p) || length(s->d, p) > s->most)
        return;
    if (s->out->n == KL_MOST_PATHS)
        s->out->more = true;
    else
        s->out->path[s->out->n++] = found;
}

typedef struct lattice {
    int n; /* steps an axis */
    double step;
    double *image; /* [n+1]^d[d]; NAN: runs away */
} lattice;

static const double *image_of(const search *s, const lattice *l, const int at[3])
{
    size_t i = 0;
    for (int j = 0; j < s->d; j++)
        i = i * (size_t)(l->n + 1) + (size_t)at[j];
    return l->image + i * (size_t)s->d;
}

static void momentum_of(const search *s, const lattice *l, const int at[3], double *p)
{
    for (int j = 0; j < s->d; j++)
        p[j] = at[j] * l->step - s->most;
}

/* The next node, of n an axis; false after the last. */
static bool next(int d, int n, int at[3])
{
    for (int j = d - 1; j >= 0; j--) {
        if (++at[j] < n)
            return true;
        at[j] = 0;
    }
    return false;
}

static void fill_images(search *s, const lattice *l)
{
    int at[3] = {0};
    do {
        double p[3], state[6], *image = (double *)image_of(s, l, at);
        momentum_of(s, l, at, p);
        begin(s, p, state);
        /* a simplex at the edge of the ball needs its corners beyond */
        const bool inside = length(s->d, p) <= s->most + 2 * l->step;
        const bool there = inside && kl_flow_advance(&s->points, s->ends->t, state);
        for (int j = 0; j < s->d; j++)
            image[j] = there ? state[j] : NAN;
    } while (next(s->d, l->n + 1, at));
}

/* The simplex from a node one step along each axis, in the order of `axis`: where x is in it, from
 * 1 to 0 along these axes. */
static void try_simplex(search *s, const lattice *l, const int at[3], const int axis[3])
{
    const int d = s->d;
    const double *from = image_of(s, l, at);
    double edges[9], inverse[9], miss[3], where[3], p[3], worst = INFINITY;
    int corner[3] = {at[0], at[1], at[2]};
    for (int i = 0; i < d; i++) {
        const double *before = image_of(s, l, corner);
        corner[axis[i]]++;
        const double *after = image_of(s, l, corner);
        for (int j = 0; j < d; j++)
            edges[j * d + i] = after[j] - before[j];
        miss[i] = s->ends->to[i] - from[i];
    }
    kl_small_inverse(d, edges, inverse);
    kl_small_apply(d, inverse, miss, where);
    for (int i = 0; i <= d; i++)
        worst = fmin(worst, (i > 0 ? where[i - 1] : 1) - (i < d ? where[i] : 0));
    if (!isfinite(length(d, where)) || worst < -overlap)
        return;
    momentum_of(s, l, at, p);
    for (int i = 0; i < d; i++)
        p[axis[i]] += where[i] * l->step;
    if (length(d, p) <= s->most * (1 + 1e-9))
        add(s, p, worst > 0);
}

static void try_cells(search *s, const lattice *l)
{
    static const int orders[6][3] = {{0, 1, 2}, {1, 0, 2}, {2, 0, 1},
                                     {0, 2, 1}, {1, 2, 0}, {2, 1, 0}};
    static const int count[] = {0, 1, 2, 6};
    int at[3] = {0};
    do
        for (int k = 0; k < count[s->d]; k++)
            try_simplex(s, l, at, orders[k]);
    while (next(s->d, l->n, at));
}

static kl_status search_all(search *s, int starts, kl_error *err)
{
    lattice l = {.n = starts, .step = 2 * s->most / starts};
    size_t nodes = (size_t)s->d;
    for (int j = 0; j < s->d; j++)
        nodes *= (size_t)starts + 1;
    KL_TRY(kl_alloc(nodes, sizeof *l.image, "paths", &l.image, err));
    fill_images(s, &l);
    try_cells(s, &l);
    free(l.image);
    return KL_OK;
}

kl_status kl_paths_find(const kl_smooth *potential, const kl_path_ends *ends, double most,
                        int starts, kl_paths *out, kl_error *err)
{
    search s = {.d = potential->dimension, .ends = ends, .most = most, .out = out};
    double p[3] = {0};
    out->n = out->lost = 0;
    out->more = false;
    kl_status status = kl_flow_create(potential, KL_FLOW_ACTION, 3e-14, &s.flow, err);
    if (status == KL_OK)
        status = kl_flow_create(potential, KL_FLOW_POINTS, 1e-6, &s.points, err);
    if (status == KL_OK && starts == 0) {
        s.most = INFINITY;
        add(&s, p, false);
    } else if (status == KL_OK && most > 0) {
        status = search_all(&s, starts, err);
    }
    kl_flow_destroy(&s.flow);
    kl_flow_destroy(&s.points);
    return status;
}

/* ---- terms ---- */

complex double kl_path_term(const kl_path *path, int d, double hbar)
{
    const double size = pow(2 * M_PI * hbar, -d / 2.) / sqrt(fabs(path->slope));
    const double phase =
        fmod(path->action / hbar, 2 * M_PI) - d * M_PI / 4 - M_PI / 2 * (path->maslov % 4);
    return CMPLX(size * cos(phase), size * sin(phase));
}

double kl_energy_cut(double energy, double E)
{
    return exp(-pow(energy / E, 16));
}
