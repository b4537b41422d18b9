#include "classical/sliced_path.h"

#include "classical/small_matrix.h"

#include <math.h>
#include <string.h>

typedef struct slices {
    const kl_smooth *potential;
    const kl_path_ends *ends;
    kl_monomials of_x;
    double dt;
    int n;
} slices;

typedef struct walk { /* x_(k-1), x_k; J_(k-1), J_k */
    double before[3], x[3];
    double j_before[9], j[9];
} walk;

static void begin(const slices *s, const double *first, walk *w)
{
    const int d = s->potential->dimension;
    *w = (walk){0};
    memcpy(w->before, s->ends->from, sizeof w->before);
    memcpy(w->x, first, (size_t)d * sizeof *first);
    for (int i = 0; i < d; i++)
        w->j[i * d + i] = 1;
}

/* From k to k + 1. */
static void step(const slices *s, walk *w)
{
    const int d = s->potential->dimension;
    double c[64], curvature[9], turned[9];
    kl_smooth_taylor(s->potential, &s->of_x, w->x, c);
    for (int i = 0; i < d; i++) {
        int power[KL_MONOMIAL_VARIABLES] = {0};
        power[i] = 1;
        const double next =
            2 * w->x[i] - w->before[i] - s->dt * s->dt * c[kl_monomials_find(&s->of_x, power)];
        for (int j = 0; j < d; j++) {
            int two[KL_MONOMIAL_VARIABLES] = {0};
            two[i]++;
            two[j]++;
            curvature[i * d + j] = c[kl_monomials_find(&s->of_x, two)] * (i == j ? 2 : 1);
        }
        w->before[i] = w->x[i];
        w->x[i] = next;
    }
    kl_small_product(d, curvature, w->j, turned);
    for (int i = 0; i < d * d; i++) {
        const double next = 2 * w->j[i] - s->dt * s->dt * turned[i] - w->j_before[i];
        w->j_before[i] = w->j[i];
        w->j[i] = next;
    }
}

/* The first point, so that x_N = x. */
static bool refine(const slices *s, double *first)
{
    const int d = s->potential->dimension;
    double size = 0;
    for (int i = 0; i < 60; i++) {
        double inverse[9], miss[3], change[3], all = 1;
        walk w;
        begin(s, first, &w);
        for (int k = 1; k < s->n; k++)
            step(s, &w);
        kl_small_inverse(d, w.j, inverse);
        for (int j = 0; j < d; j++)
            miss[j] = w.x[j] - s->ends->to[j];
        kl_small_apply(d, inverse, miss, change);
        size = 0;
        for (int j = 0; j < d; j++) {
            first[j] -= change[j];
            size = fmax(size, fabs(change[j]));
            all = fmax(all, fabs(first[j]));
        }
        if (!isfinite(size))
            return false;
        if (size < 1e-15 * all)
            return true;
    }
    return size < 1e-12;
}

static void measure(const slices *s, const double *first, kl_sliced_path *out)
{
    const int d = s->potential->dimension;
    walk w;
    *out = (kl_sliced_path){0};
    begin(s, first, &w);
    for (int k = 0; k < s->n; k++) { /* the slice from x_k = before to x */
        const double here = kl_smooth_value(s->potential, w.before),
                     there = kl_smooth_value(s->potential, w.x);
        double kinetic = 0, inverse[9], pivot[9];
        for (int j = 0; j < d; j++)
            kinetic += (w.x[j] - w.before[j]) * (w.x[j] - w.before[j]) / (2 * s->dt);
        out->lie += kinetic - s->dt * here;
        out->strang += kinetic - s->dt * (here + there) / 2;
        if (k == s->n - 1)
            break;
        step(s, &w);
        kl_small_inverse(d, w.j_before, inverse);
        kl_small_product(d, w.j, inverse, pivot);
        out->negative += kl_small_negative(d, pivot);
    }
    out->determinant = kl_small_determinant(d, w.j);
}

bool kl_sliced_path_find(const kl_smooth *potential, const kl_path_ends *ends, int n,
                         const double momentum[3], kl_sliced_path *out)
{
    slices s = {.potential = potential, .ends = ends, .dt = ends->t / n, .n = n};
    double g[3], first[3];
    memcpy(first, ends->to, sizeof first);
    kl_smooth_gradient(potential, ends->from, g);
    for (int j = 0; j < potential->dimension && n > 1; j++)
        first[j] = ends->from[j] + momentum[j] * s.dt - s.dt * s.dt * g[j] / 2;
    if (kl_monomials_create(potential->dimension, KL_SMOOTH_DEGREE, &s.of_x, NULL) != KL_OK)
        return false;
    const bool found = n == 1 || refine(&s, first);
    if (found)
        measure(&s, first, out);
    kl_monomials_destroy(&s.of_x);
    return found && isfinite(out->determinant);
}
