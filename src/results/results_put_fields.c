/* The fields of RESULTS.h5: statistics over realizations, and what they are made of
 * (docs/file-format.md). Local. */
#include "results/results_put.h"

#include "base/memory.h"
#include "statistics/forest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

void kl_h5_put_time(const kl_results *r, kl_h5_group *g)
{
    const double none = 0;
    if (r->time_name[0])
        kl_h5_scale(g, (kl_h5_label){r->time_name, r->time_units, r->time_long_name},
                    H5T_NATIVE_DOUBLE, r->ntimes, r->time);
    else
        kl_h5_scale(g, (kl_h5_label){"station", "1", "the only one"}, H5T_NATIVE_DOUBLE, r->ntimes,
                    &none);
}

static bool any_number(const double *values, size_t n)
{
    for (size_t i = 0; values && i < n; i++)
        if (!isnan(values[i]))
            return true;
    return false;
}

/* The scales of a point of a field: stations, then its axes. */
enum { TIME, AXIS };
static const int cell_scales[] = {TIME, AXIS, AXIS + 1, AXIS + 2, AXIS + 3};

static void put_cells(const kl_field *f, kl_h5_group *g, const char *name, const char *long_name,
                      int power, const double *values)
{
    char units[KL_NAME + 8];
    const bool powers = power > 1 && strcmp(f->units, "1") != 0;
    snprintf(units, sizeof units, powers ? "(%s)^%d" : "%s", f->units, power);
    kl_h5_variable(g, (kl_h5_label){name, units, long_name}, H5T_NATIVE_DOUBLE, 1 + f->naxes,
                   cell_scales, values);
}

static void put_statistics(const kl_field *f, int p, kl_h5_group *g)
{
    static const char *const name[] = {"mean", "standard_error", "moment_2", "moment_3",
                                       "moment_4"};
    static const char *const long_name[] = {"mean over realizations", "standard error of the mean",
                                            "variance, unbiased", "third central moment, unbiased",
                                            "fourth central moment, unbiased"};
    const kl_forest *forest = &f->moments[p];
    const size_t n = forest->cells;
    const int64_t realizations = kl_forest_realizations(forest);
    double *sums = NULL, *values = NULL;
    if (!kl_h5_put_numbers(g->id, "realizations", H5T_NATIVE_INT64, 0, &realizations))
        kl_h5_group_fail(g, "realizations");
    if (realizations == 0)
        return;
    if (kl_alloc(KL_FOREST_ORDERS * n, sizeof *sums, f->name, &sums, NULL) != KL_OK ||
        kl_alloc(5 * n, sizeof *values, f->name, &values, NULL) != KL_OK) {
        kl_h5_group_fail(g, f->name);
        free(sums);
        return;
    }
    kl_forest_total(forest, sums);
    for (size_t i = 0; i < n; i++) {
        const double cell[] = {sums[i], sums[n + i], sums[2 * n + i], sums[3 * n + i]};
        const kl_cell_statistics s = kl_forest_statistics(realizations, cell);
        values[i] = s.mean;
        values[n + i] = s.standard_error;
        for (int r = 0; r < 3; r++)
            values[(size_t)(2 + r) * n + i] = s.moment[r];
    }
    for (int i = 0; i < 5; i++)
        put_cells(f, g, name[i], long_name[i], i < 2 ? 1 : i, values + (size_t)i * n);
    free(sums);
    free(values);
}

/* What the statistics are made of, so that they can go on. */
static void put_forest(const kl_field *f, int p, kl_h5_group *g)
{
    static const int orders[KL_FOREST_ORDERS] = {1, 2, 3, 4};
    const kl_forest *forest = &f->moments[p];
    const int n = (int)forest->count, subtree = 1 + f->naxes, order = subtree + 1;
    int64_t *place;
    kl_h5_scale_index(g, (kl_h5_label){"subtree", "1", "complete subtree of realizations"}, n);
    kl_h5_scale(g, (kl_h5_label){"order", "1", "order of the sum"}, H5T_NATIVE_INT,
                KL_FOREST_ORDERS, orders);
    if (kl_alloc(2 * (size_t)n, sizeof *place, f->name, &place, NULL) != KL_OK) {
        kl_h5_group_fail(g, f->name);
        return;
    }
    for (int i = 0; i < n; i++) {
        place[i] = forest->place[i].level;
        place[n + i] = forest->place[i].index;
    }
    kl_h5_variable(g, (kl_h5_label){"subtree_level", "1", "a subtree holds 2^level realizations"},
                   H5T_NATIVE_INT64, 1, &subtree, place);
    kl_h5_variable(g, (kl_h5_label){"subtree_index", "1", "the first is index 2^level"},
                   H5T_NATIVE_INT64, 1, &subtree, place + n);
    int scales[3 + KL_FIELD_AXES] = {subtree, order};
    memcpy(scales + 2, cell_scales, sizeof cell_scales);
    kl_h5_variable_later(
        g, (kl_h5_label){"subtree_sums", "1", "mean, and sums of powers of deviations from it"},
        H5T_NATIVE_DOUBLE, 3 + f->naxes, scales, forest->sums);
    free(place);
}

static kl_status put_field_point(const kl_results *r, const kl_field *f, int p, hid_t parent,
                                 const char *path, kl_h5_later *later, kl_error *err)
{
    char name[32];
    const size_t cells = (size_t)r->ntimes * kl_field_cells(f, p);
    snprintf(name, sizeof name, "point_%d", p);
    kl_h5_group g = kl_h5_group_create(parent, name);
    g.later = later;
    kl_h5_put_time(r, &g);
    for (int a = 0; a < f->naxes; a++)
        kl_h5_scale(&g, (kl_h5_label){f->axis[a].name, f->axis[a].units, f->axis[a].long_name},
                    H5T_NATIVE_DOUBLE, f->axis[a].length[p], f->axis[a].coordinate[p]);
    put_statistics(f, p, &g);
    put_cells(f, &g, "single", "realization 0", 1, f->single[p]);
    if (any_number(f->reference[p], cells))
        put_cells(f, &g, "reference", "the limit", 1, f->reference[p]);
    put_forest(f, p, &g);
    return kl_h5_group_close(&g, path, err);
}

static bool put_axes(const kl_field *f, hid_t group)
{
    const char *names[KL_FIELD_AXES], *units[KL_FIELD_AXES], *long_names[KL_FIELD_AXES];
    for (int a = 0; a < f->naxes; a++) {
        names[a] = f->axis[a].name;
        units[a] = f->axis[a].units;
        long_names[a] = f->axis[a].long_name;
    }
    return kl_h5_put_texts(group, "axes", f->naxes, names) &&
           kl_h5_put_texts(group, "axis_units", f->naxes, units) &&
           kl_h5_put_texts(group, "axis_long_names", f->naxes, long_names);
}

static kl_status put_field(const kl_results *r, const kl_field *f, hid_t parent, const char *path,
                           kl_h5_later *later, kl_error *err)
{
    kl_h5_group g = kl_h5_group_create(parent, f->name);
    if (g.ok && !(kl_h5_put_text(g.id, "units", f->units) &&
                  kl_h5_put_text(g.id, "long_name", f->long_name) && put_axes(f, g.id)))
        kl_h5_group_fail(&g, f->name);
    kl_status status = KL_OK;
    for (int p = 0; g.ok && status == KL_OK && p < r->npoints; p++)
        if (kl_field_cells(f, p) > 0)
            status = put_field_point(r, f, p, g.id, path, later, err);
    kl_status closed = kl_h5_group_close(&g, path, status == KL_OK ? err : NULL);
    return status == KL_OK ? closed : status;
}

kl_status kl_results_put_fields(const kl_results *r, hid_t file, const char *path,
                                kl_h5_later *later, kl_error *err)
{
    kl_h5_group g = kl_h5_group_create(file, "fields");
    kl_status status = KL_OK;
    for (int f = 0; g.ok && status == KL_OK && f < r->nfields; f++)
        status = put_field(r, &r->field[f], g.id, path, later, err);
    kl_status closed = kl_h5_group_close(&g, path, status == KL_OK ? err : NULL);
    return status == KL_OK ? closed : status;
}
