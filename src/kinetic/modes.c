/* Choice of the Fourier modes: every mode of every observable above a threshold,
 * then the smallest dropped as long as they add up to less than the tolerance.
 * A mode's share of <J,F_T> is at most |P(k)| sum_n |b_n| at any time, since the
 * mass of a mode never exceeds that of the start. */
#include "kinetic/modes.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

typedef struct list {
    kl_mode *item;
    size_t count, room;
} list;

double kl_observable_size(const kl_kinetic_observable *observable)
{
    double sum = 0;
    for (int n = 0; n < observable->nmodes; n++)
        sum += hypot(observable->coefficient[n][0], observable->coefficient[n][1]);
    return sum;
}

int kl_mode_canonical(int m[3])
{
    for (int j = 0; j < 3; j++)
        if (m[j] > 0)
            return 1;
        else if (m[j] < 0) {
            for (int i = 0; i < 3; i++)
                m[i] = -m[i];
            return -1;
        }
    return 1;
}

int kl_mode_image(const kl_mode *mode, const int m[3], int image[3])
{
    for (int i = 0; i < 3; i++)
        image[i] = mode->sign[i] * m[mode->axis[i]];
    return kl_mode_canonical(image);
}

static void representative(const kl_mode *mode, int r[3])
{
    for (int i = 0; i < 3; i++)
        r[i] = mode->sign[i] * mode->k[mode->axis[i]];
}

static int compare_vector(const int a[3], const int b[3])
{
    for (int j = 0; j < 3; j++)
        if (a[j] != b[j])
            return a[j] < b[j] ? -1 : 1;
    return 0;
}

static int by_vector(const void *a, const void *b)
{
    return compare_vector(((const kl_mode *)a)->k, ((const kl_mode *)b)->k);
}

static int by_weight(const void *a, const void *b)
{
    double x = ((const kl_mode *)a)->weight, y = ((const kl_mode *)b)->weight;
    return x > y ? -1 : x < y ? 1 : by_vector(a, b);
}

static int by_orbit(const void *a, const void *b)
{
    int r[3], s[3];
    representative(a, r);
    representative(b, s);
    int x = r[0] * r[0] + r[1] * r[1] + r[2] * r[2], y = s[0] * s[0] + s[1] * s[1] + s[2] * s[2];
    if (x != y)
        return x < y ? -1 : 1;
    int order = compare_vector(r, s);
    return order ? order : by_vector(a, b);
}

/* Which axes and signs bring k to its representative: |k| sorted, largest first. */
static void orient(int dimension, kl_mode *mode)
{
    for (int i = 0; i < 3; i++)
        mode->axis[i] = i;
    for (int pass = 0; pass + 1 < dimension; pass++)
        for (int i = 0; i + 1 < dimension; i++)
            if (abs(mode->k[mode->axis[i]]) < abs(mode->k[mode->axis[i + 1]])) {
                int swap = mode->axis[i];
                mode->axis[i] = mode->axis[i + 1];
                mode->axis[i + 1] = swap;
            }
    for (int i = 0; i < 3; i++)
        mode->sign[i] = mode->k[mode->axis[i]] < 0 ? -1 : 1;
}

static kl_status append(list *l, const kl_mode *mode, kl_error *err)
{
    if (l->count == l->room) {
        kl_mode *old = l->item;
        size_t room = l->room ? 2 * l->room : 1024;
        KL_TRY(kl_alloc(room, sizeof *old, "Fourier modes", &l->item, err));
        if (old)
            memcpy(l->item, old, l->count * sizeof *old);
        free(old);
        l->room = room;
    }
    l->item[l->count++] = *mode;
    return KL_OK;
}

static double size_at(const kl_pairing *pairing, int io, const int k[3])
{
    int minus[3] = {-k[0], -k[1], -k[2]};
    double size = cabs(kl_pairing_at(pairing, io, k));
    if (k[0] || k[1] || k[2])
        size += cabs(kl_pairing_at(pairing, io, minus));
    return size;
}

static double largest(const kl_pairing *pairing, int io, int axis)
{
    double max = 0;
    if (axis >= pairing->dimension)
        return 1;
    const kl_factor *f = &pairing->factor[io][axis];
    for (int k = 0; k <= 2 * f->reach; k++)
        max = fmax(max, cabs(f->value[k]));
    return max;
}

/* |value(k)| or |value(-k)| of one factor, the larger; 1 beyond the dimension. */
static double larger(const kl_pairing *pairing, int io, int axis, int k)
{
    if (axis >= pairing->dimension)
        return 1;
    const kl_factor *f = &pairing->factor[io][axis];
    return fmax(cabs(f->value[f->reach + k]), cabs(f->value[f->reach - k]));
}

/* Appends the modes of observable io whose weight exceeds `least`. */
static kl_status collect(const kl_kinetic_problem *problem, const kl_pairing *pairing, int io,
                         double least, list *l, kl_error *err)
{
    double size = kl_observable_size(&problem->observables[io]);
    double rest2 = largest(pairing, io, 2), rest1 = rest2 * largest(pairing, io, 1);
    const kl_factor *f = pairing->factor[io];
    kl_mode mode = {0};
    int *k = mode.k;
    for (k[0] = 0; k[0] <= f[0].reach; k[0]++) {
        double first = 2 * size * larger(pairing, io, 0, k[0]);
        if (first * rest1 < least)
            continue;
        for (k[1] = k[0] ? -f[1].reach : 0; k[1] <= f[1].reach; k[1]++) {
            if (first * larger(pairing, io, 1, k[1]) * rest2 < least)
                continue;
            for (k[2] = k[0] || k[1] ? -f[2].reach : 0; k[2] <= f[2].reach; k[2]++) {
                mode.weight = size * size_at(pairing, io, k);
                if (mode.weight > least)
                    KL_TRY(append(l, &mode, err));
            }
        }
    }
    return KL_OK;
}

static void sort(list *l, int (*compare)(const void *, const void *))
{
    if (l->count > 1)
        qsort(l->item, l->count, sizeof *l->item, compare);
}

/* One entry per k, its weight the sum over observables. */
static void merge(list *l)
{
    size_t kept = 0;
    sort(l, by_vector);
    for (size_t i = 0; i < l->count; i++)
        if (kept && by_vector(&l->item[kept - 1], &l->item[i]) == 0)
            l->item[kept - 1].weight += l->item[i].weight;
        else
            l->item[kept++] = l->item[i];
    l->count = kept;
}

static void drop_smallest(list *l, double tolerance)
{
    double sum = 0;
    sort(l, by_weight);
    while (l->count && sum + l->item[l->count - 1].weight <= tolerance)
        sum += l->item[--l->count].weight;
}

static kl_status group(int dimension, list *l, kl_modes *modes, kl_error *err)
{
    for (size_t i = 0; i < l->count; i++)
        orient(dimension, &l->item[i]);
    sort(l, by_orbit);
    KL_TRY(kl_alloc(l->count, sizeof *modes->orbit, "Fourier modes", &modes->orbit, err));
    for (size_t i = 0; i < l->count; i++) {
        int r[3];
        representative(&l->item[i], r);
        kl_orbit *orbit = &modes->orbit[modes->norbits];
        if (modes->norbits == 0 || compare_vector(orbit[-1].k, r) != 0) {
            *orbit = (kl_orbit){.k = {r[0], r[1], r[2]}, .first = (int)i};
            modes->norbits++;
        }
        modes->orbit[modes->norbits - 1].count++;
        l->item[i].orbit = modes->norbits - 1;
    }
    modes->mode = l->item;
    modes->nmodes = (int)l->count;
    return KL_OK;
}

kl_status kl_modes_create(const kl_kinetic_problem *problem, const kl_pairing *pairing,
                          double tolerance, kl_modes *modes, kl_error *err)
{
    list l = {0};
    kl_status status = KL_OK;
    *modes = (kl_modes){0};
    for (int io = 0; io < problem->nobservables; io++)
        KL_GOTO(collect(problem, pairing, io, 1e-6 * tolerance, &l, err));
    merge(&l);
    drop_smallest(&l, 0.5 * tolerance);
    KL_GOTO(kl_alloc((size_t)problem->nobservables, sizeof(double), "Fourier modes",
                     &modes->dropped, err));
    for (int io = 0; io < problem->nobservables; io++) {
        double all = kl_pairing_sum(pairing, io), kept = 0;
        for (size_t i = 0; i < l.count; i++)
            kept += size_at(pairing, io, l.item[i].k);
        modes->dropped[io] =
            kl_observable_size(&problem->observables[io]) * fmax(all - kept, 1e-15 * all);
    }
    KL_GOTO(group(problem->dimension, &l, modes, err));
    return KL_OK;
done:
    if (modes->mode != l.item)
        free(l.item);
    kl_modes_destroy(modes);
    return status;
}

void kl_modes_destroy(kl_modes *modes)
{
    free(modes->mode);
    free(modes->orbit);
    free(modes->dropped);
    *modes = (kl_modes){0};
}
