#include "graphs/tetrahedron.h"

#include "base/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void coordinates(const kl_torus *torus, size_t at, int x[3])
{
    for (int j = 2; j >= 0; j--) {
        x[j] = (int)(at % (size_t)torus->n[j]);
        at /= (size_t)torus->n[j];
    }
}

static size_t index_of(const kl_torus *torus, const int x[3])
{
    size_t at = 0;
    for (int j = 0; j < 3; j++)
        at = at * (size_t)torus->n[j] + (size_t)x[j];
    return at;
}

/* Generators 0..d-1 reflect an axis, d..2d-2 exchange it with the next. */
static size_t moved(const kl_torus *torus, int generator, size_t at)
{
    const int d = torus->dimension;
    int x[3];
    coordinates(torus, at, x);
    if (generator < d) {
        x[generator] = (torus->sites - x[generator]) % torus->sites;
    } else {
        const int j = generator - d, swap = x[j];
        x[j] = x[j + 1];
        x[j + 1] = swap;
    }
    return index_of(torus, x);
}

static bool leaves(const kl_torus *torus, int generator, const double complex *symbol)
{
    double scale = 0, off = 0;
    for (size_t i = 0; i < torus->points; i++) {
        const double here = cabs(symbol[i]),
                     there = cabs(symbol[i] - symbol[moved(torus, generator, i)]);
        scale = here > scale ? here : scale;
        off = there > off ? there : off;
    }
    return off <= 1e-13 * scale;
}

/* Numbers the orbits in order of their first sites, by flooding each over the generators. */
static void flood(kl_tetrahedron *t, const bool *allowed, size_t *stack)
{
    const kl_torus *torus = t->torus;
    for (size_t i = 0; i < torus->points; i++)
        t->orbit[i] = SIZE_MAX;
    for (size_t i = 0; i < torus->points; i++) {
        if (t->orbit[i] != SIZE_MAX)
            continue;
        size_t depth = 0;
        t->site[t->orbits] = i;
        t->orbit[i] = t->orbits;
        stack[depth++] = i;
        while (depth > 0) {
            const size_t at = stack[--depth];
            for (int g = 0; g < 2 * torus->dimension - 1; g++) {
                const size_t to = moved(torus, g, at);
                if (allowed[g] && t->orbit[to] == SIZE_MAX) {
                    t->orbit[to] = t->orbits;
                    stack[depth++] = to;
                }
            }
        }
        t->orbits++;
    }
}

kl_status kl_tetrahedron_create(const kl_torus *torus, const double complex *symbol,
                                kl_tetrahedron *out, kl_error *err)
{
    kl_status status;
    const size_t points = torus->points;
    bool allowed[5];
    size_t *stack = NULL;
    *out = (kl_tetrahedron){.torus = torus};
    KL_GOTO(kl_alloc(points, sizeof(size_t), "orbits", &out->site, err));
    KL_GOTO(kl_alloc(points, sizeof(size_t), "orbits", &out->orbit, err));
    KL_GOTO(kl_alloc(points, sizeof(size_t), "orbits", &stack, err));
    KL_GOTO(kl_alloc(3 * points, sizeof(double complex), "tetrahedron", &out->work, err));
    for (int g = 0; g < 2 * torus->dimension - 1; g++)
        allowed[g] = leaves(torus, g, symbol);
    flood(out, allowed, stack);
done:
    free(stack);
    if (status != KL_OK)
        kl_tetrahedron_destroy(out);
    return status;
}

void kl_tetrahedron_destroy(kl_tetrahedron *tetrahedron)
{
    free(tetrahedron->site);
    free(tetrahedron->orbit);
    free(tetrahedron->work);
    *tetrahedron = (kl_tetrahedron){0};
}

/* out(x) = f(x) g(x - a) */
static void multiply_shifted(const kl_torus *torus, const double complex *f,
                             const double complex *g, const int a[3], double complex *out)
{
    const int *n = torus->n;
    for (int i = 0; i < n[0]; i++)
        for (int j = 0; j < n[1]; j++) {
            const int row[3] = {(i - a[0] + n[0]) % n[0], (j - a[1] + n[1]) % n[1], 0};
            const size_t from = index_of(torus, row), at = index_of(torus, (int[3]){i, j, 0});
            for (int k = 0; k < n[2]; k++) {
                const int l = k < a[2] ? k - a[2] + n[2] : k - a[2];
                out[at + (size_t)k] = kl_times(f[at + (size_t)k], g[from + (size_t)l]);
            }
        }
}

/* sum_c ca(c-a) c0(c) [inner * (e0 ea(. - a))](c) */
static double complex at_site(kl_tetrahedron *t, const double complex *const edge[6], size_t site)
{
    const kl_torus *torus = t->torus;
    double complex *u = t->work, *v = t->work + torus->points;
    int a[3];
    coordinates(torus, site, a);
    multiply_shifted(torus, edge[KL_TETRAHEDRON_E0], edge[KL_TETRAHEDRON_EA], a, v);
    kl_torus_forward(torus, v);
    for (size_t i = 0; i < torus->points; i++)
        v[i] = kl_times(v[i], edge[KL_TETRAHEDRON_INNER][i]);
    kl_torus_backward(torus, v);
    multiply_shifted(torus, edge[KL_TETRAHEDRON_C0], edge[KL_TETRAHEDRON_CA], a, u);
    return kl_torus_dot(torus, u, v);
}

double complex kl_tetrahedron_sum(kl_tetrahedron *t, const double complex *const edge[6])
{
    const size_t points = t->torus->points;
    double complex *outer = t->work + 2 * points, sum = 0;
    memset(outer, 0, t->orbits * sizeof *outer);
    for (size_t i = 0; i < points; i++)
        outer[t->orbit[i]] += edge[KL_TETRAHEDRON_OUTER][i];
    for (size_t o = 0; o < t->orbits; o++)
        sum += kl_times(outer[o], at_site(t, edge, t->site[o]));
    return sum;
}
