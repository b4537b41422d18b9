/* Forests of moments: see forest.h. Local. */
#include "statistics/forest.h"

#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static int64_t first_of(kl_subtree t)
{
    return t.index << t.level;
}

static int64_t end_of(kl_subtree t)
{
    return (t.index + 1) << t.level;
}

void kl_forest_destroy(kl_forest *forest)
{
    free(forest->place);
    free(forest->sums);
    *forest = (kl_forest){.cells = forest->cells};
}

/* a[orders][cells] of na realizations becomes that of both. */
static void combine(size_t cells, double na, double *a, double nb, const double *b)
{
    const double n = na + nb;
    double *a2 = a + cells, *a3 = a2 + cells, *a4 = a3 + cells;
    const double *b2 = b + cells, *b3 = b2 + cells, *b4 = b3 + cells;
    for (size_t i = 0; i < cells; i++) {
        const double d = b[i] - a[i], s = d / n, s2 = s * s;
        a4[i] = a4[i] + b4[i] + d * d * s2 * na * nb * (na * na - na * nb + nb * nb) / n +
                6 * s2 * (na * na * b2[i] + nb * nb * a2[i]) + 4 * s * (na * b3[i] - nb * a3[i]);
        a3[i] = a3[i] + b3[i] + d * s2 * na * nb * (na - nb) + 3 * s * (na * b2[i] - nb * a2[i]);
        a2[i] = a2[i] + b2[i] + d * s * na * nb;
        a[i] += s * nb;
    }
}

static double *sums_of(const kl_forest *f, int64_t i)
{
    return f->sums + (size_t)i * KL_FOREST_ORDERS * f->cells;
}

/* Makes room for `more` subtrees at i (fewer for more < 0). */
static void shift(kl_forest *f, int64_t i, int64_t more)
{
    const int64_t from = more < 0 ? i - more : i, to = i + (more < 0 ? 0 : more);
    const size_t left = (size_t)(f->count - from);
    memmove(f->place + to, f->place + from, left * sizeof *f->place);
    memmove(sums_of(f, to), sums_of(f, from), left * KL_FOREST_ORDERS * f->cells * sizeof *f->sums);
    f->count += more;
}

/* Where a subtree that starts at `first` belongs. */
static int64_t find(const kl_forest *f, int64_t first)
{
    int64_t low = 0, high = f->count;
    while (low < high) {
        const int64_t middle = (low + high) / 2;
        if (end_of(f->place[middle]) <= first)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

void kl_forest_insert(kl_forest *f, kl_subtree t, const double *sums)
{
    int64_t i = find(f, first_of(t)), inside = 0;
    if (i < f->count && first_of(f->place[i]) <= first_of(t) && end_of(t) <= end_of(f->place[i]))
        return; /* known */
    while (i + inside < f->count && end_of(f->place[i + inside]) <= end_of(t))
        inside++; /* parts of it are known */
    shift(f, i, 1 - inside);
    f->place[i] = t;
    memcpy(sums_of(f, i), sums, KL_FOREST_ORDERS * f->cells * sizeof *sums);
    for (;;) { /* siblings become their parent */
        const int64_t left = f->place[i].index % 2 ? i - 1 : i;
        if (left < 0 || left + 1 >= f->count)
            return;
        const kl_subtree a = f->place[left], b = f->place[left + 1];
        if (a.level != b.level || a.index % 2 != 0 || b.index != a.index + 1)
            return;
        const double half = ldexp(1, (int)a.level);
        combine(f->cells, half, sums_of(f, left), half, sums_of(f, left + 1));
        shift(f, left + 1, -1);
        f->place[left] = (kl_subtree){a.level + 1, a.index / 2};
        i = left;
    }
}

static kl_status grow(kl_forest *f, kl_error *err)
{
    const int64_t room = f->room ? 2 * f->room : 4;
    const size_t one = KL_FOREST_ORDERS * f->cells;
    kl_forest bigger = {.cells = f->cells, .count = f->count, .room = room};
    if (f->count < f->room)
        return KL_OK;
    kl_status status =
        kl_alloc((size_t)room, sizeof *f->place, "field moments", &bigger.place, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)room * one, sizeof *f->sums, "field moments", &bigger.sums, err);
    if (status != KL_OK) {
        kl_forest_destroy(&bigger);
        return status;
    }
    if (f->count) {
        memcpy(bigger.place, f->place, (size_t)f->count * sizeof *f->place);
        memcpy(bigger.sums, f->sums, (size_t)f->count * one * sizeof *f->sums);
    }
    kl_forest_destroy(f);
    *f = bigger;
    return KL_OK;
}

kl_status kl_forest_add_subtree(kl_forest *forest, kl_subtree place, const double *sums,
                                kl_error *err)
{
    KL_TRY(grow(forest, err));
    kl_forest_insert(forest, place, sums);
    return KL_OK;
}

kl_status kl_forest_add(kl_forest *forest, int64_t realization, const double *field, kl_error *err)
{
    double *sums;
    if (kl_forest_has(forest, realization))
        return KL_OK;
    KL_TRY(kl_alloc(KL_FOREST_ORDERS * forest->cells, sizeof *sums, "field moments", &sums, err));
    memcpy(sums, field, forest->cells * sizeof *sums);
    kl_status status = kl_forest_add_subtree(forest, (kl_subtree){0, realization}, sums, err);
    free(sums);
    return status;
}

kl_status kl_forest_join(kl_forest *forest, const kl_forest *other, kl_error *err)
{
    for (int64_t i = 0; i < other->count; i++)
        KL_TRY(kl_forest_add_subtree(forest, other->place[i], sums_of(other, i), err));
    return KL_OK;
}

bool kl_forest_has(const kl_forest *forest, int64_t realization)
{
    const int64_t i = find(forest, realization);
    return i < forest->count && first_of(forest->place[i]) <= realization;
}

int64_t kl_forest_realizations(const kl_forest *forest)
{
    int64_t n = 0;
    for (int64_t i = 0; i < forest->count; i++)
        n += end_of(forest->place[i]) - first_of(forest->place[i]);
    return n;
}

void kl_forest_total(const kl_forest *forest, double *sums)
{
    const size_t one = KL_FOREST_ORDERS * forest->cells;
    double n = 0;
    for (size_t i = 0; i < one; i++)
        sums[i] = NAN;
    for (int64_t i = 0; i < forest->count; i++) {
        const double more = ldexp(1, (int)forest->place[i].level);
        if (i == 0)
            memcpy(sums, sums_of(forest, 0), one * sizeof *sums);
        else
            combine(forest->cells, n, sums, more, sums_of(forest, i));
        n += more;
    }
}

kl_cell_statistics kl_forest_statistics(int64_t count, const double sums[KL_FOREST_ORDERS])
{
    const double n = (double)count, m2 = sums[1] / n, m4 = sums[3] / n;
    kl_cell_statistics s = {.mean = n > 0 ? sums[0] : NAN,
                            .standard_error = n > 1 ? sqrt(sums[1] / (n - 1) / n) : NAN};
    s.moment[0] = n > 1 ? sums[1] / (n - 1) : NAN;
    s.moment[1] = n > 2 ? sums[2] * n / ((n - 1) * (n - 2)) : NAN;
    s.moment[2] = n > 3 ? n * ((n * n - 2 * n + 3) * m4 - 3 * (2 * n - 3) * m2 * m2) /
                              ((n - 1) * (n - 2) * (n - 3))
                        : NAN;
    return s;
}
