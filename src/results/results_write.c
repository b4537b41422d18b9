/* Writes kl_results as HDF5: see results.h and docs/file-format.md. Local.
 *
 * The file is built in memory, as large as the results themselves, and then
 * published in one step.
 */
#include "results/hdf5_group.h"
#include "results/hdf5_tools.h"
#include "results/publish.h"
#include "kinlim/results.h"
#include "results/format.h"
#include "results/results_put.h"
#include "base/memory.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define STRINGIFY(x)     #x
#define VERSION(a, b, c) STRINGIFY(a) "." STRINGIFY(b) "." STRINGIFY(c)

const char *kl_hdf5_version(void)
{
    return VERSION(H5_VERS_MAJOR, H5_VERS_MINOR, H5_VERS_RELEASE);
}

enum { MOST_LIMITS = 16 };

static kl_status put_root(const kl_results *r, hid_t file, const char *path, kl_error *err)
{
    const int version = KL_FORMAT_VERSION;
    bool ok = kl_h5_put_text(file, "format", KL_FORMAT) &&
              kl_h5_put_numbers(file, "format_version", H5T_NATIVE_INT, 0, &version) &&
              kl_h5_put_text(file, "system", r->system) &&
              kl_h5_put_text(file, "time_units", r->time_units) &&
              (!r->study || kl_h5_put_text(file, "study", r->study));
    for (int i = 0; ok && i < r->npairs; i++) {
        if (kl_schema_reserved(r->pair[i].key))
            return kl_fail(err, KL_BUG, "provenance: the key '%s' is reserved", r->pair[i].key);
        ok = kl_h5_put_text(file, r->pair[i].key, r->pair[i].value);
    }
    if (!ok)
        return kl_fail(err, KL_ENVIRONMENT, "%s: HDF5 cannot store the root attributes", path);
    return KL_OK;
}

/* The parameter of column c along the points, as 64-bit integers if it is one. */
static kl_status put_column(const kl_results *r, kl_h5_group *g, int c, int axis, kl_error *err)
{
    const kl_column *column = &r->column[c];
    const kl_h5_label label = {column->name, column->units, column->long_name};
    double *real;
    int64_t *integer;
    KL_TRY(kl_alloc((size_t)r->npoints, sizeof *real, column->name, &real, err));
    kl_status status;
    KL_GOTO(kl_alloc((size_t)r->npoints, sizeof *integer, column->name, &integer, err));
    for (int p = 0; p < r->npoints; p++) {
        real[p] = r->point[(size_t)p * (size_t)r->ncolumns + (size_t)c];
        if (!column->integer)
            continue;
        if (!(fabs(real[p]) < 0x1p53) || real[p] != floor(real[p])) {
            status = kl_fail(err, KL_BUG, "%s of point %d is %g: not an integer", column->name, p,
                             real[p]);
            break;
        }
        integer[p] = (int64_t)real[p];
    }
    if (status == KL_OK && column->integer)
        kl_h5_variable(g, label, H5T_NATIVE_INT64, 1, &axis, integer);
    else if (status == KL_OK)
        kl_h5_variable(g, label, H5T_NATIVE_DOUBLE, 1, &axis, real);
    free(integer);
done:
    free(real);
    return status;
}

/* What no variable tells: names, order and attributes of the columns (there
 * may be no points), the small parameter, the orders of the moments. */
static kl_status put_shape(const kl_results *r, kl_h5_group *g, kl_error *err)
{
    static const char *const roles[] = {"parameter", "small", "size", "variant", "follows"};
    const char **texts;
    int n = r->ncolumns, *integer;
    bool words = false, statistics = false;
    KL_TRY(kl_alloc(6 * (size_t)n, sizeof *texts, "columns", &texts, err));
    kl_status status;
    KL_GOTO(kl_alloc((size_t)n, sizeof *integer, "columns", &integer, err));
    for (int c = 0; c < n; c++) {
        texts[c] = r->column[c].name;
        texts[n + c] = r->column[c].units;
        texts[2 * n + c] = r->column[c].long_name;
        texts[3 * n + c] = r->column[c].words;
        texts[4 * n + c] = roles[r->column[c].role];
        texts[5 * n + c] = r->column[c].statistic;
        words = words || r->column[c].words[0];
        statistics = statistics || r->column[c].statistic[0];
        integer[c] = r->column[c].integer;
    }
    bool ok =
        g->ok && kl_h5_put_numbers(g->id, "small_parameter_column", H5T_NATIVE_INT, 0, &r->small);
    if (ok && n > 0)
        ok = kl_h5_put_texts(g->id, "columns", n, texts) &&
             kl_h5_put_texts(g->id, "column_units", n, texts + n) &&
             kl_h5_put_texts(g->id, "column_long_names", n, texts + 2 * n) &&
             (!words || kl_h5_put_texts(g->id, "column_words", n, texts + 3 * n)) &&
             kl_h5_put_texts(g->id, "column_roles", n, texts + 4 * n) &&
             (!statistics || kl_h5_put_texts(g->id, "column_statistics", n, texts + 5 * n)) &&
             kl_h5_put_numbers(g->id, "column_is_integer", H5T_NATIVE_INT, n, integer);
    if (ok && r->norders > 0)
        ok = kl_h5_put_numbers(g->id, "moment_orders", H5T_NATIVE_DOUBLE, r->norders, r->order);
    if (!ok)
        kl_h5_group_fail(g, "attributes");
    free(integer);
done:
    free(texts);
    return status;
}

/* What the report needs to know of the study besides. */
static kl_status put_presentation(const kl_results *r, kl_h5_group *g, kl_error *err)
{
    static const char *const ensembles[] = {"independent", "deterministic", "lockstep"};
    const char *texts[2 * MOST_LIMITS];
    char(*guide)[4 * KL_NAME] = NULL;
    bool ok =
        g->ok && r->nlimits <= MOST_LIMITS && kl_h5_put_text(g->id, "station", r->time_name) &&
        kl_h5_put_text(g->id, "station_symbol", r->time_symbol) &&
        kl_h5_put_text(g->id, "ensemble", ensembles[r->ensemble]) &&
        kl_h5_put_numbers(g->id, "members", H5T_NATIVE_INT, 0, &r->members) &&
        (!r->model || kl_h5_put_text(g->id, "model", r->model)) &&
        (r->proven_moments == 0 || kl_h5_put_numbers(g->id, "proven_moment_exponent",
                                                     H5T_NATIVE_DOUBLE, 0, &r->proven_moments));
    for (int i = 0; ok && i < r->nlimits; i++) {
        texts[i] = r->limit[i].name;
        texts[r->nlimits + i] = r->limit[i].long_name;
    }
    if (ok && r->nlimits > 0)
        ok = kl_h5_put_texts(g->id, "limits", r->nlimits, texts) &&
             kl_h5_put_texts(g->id, "limit_long_names", r->nlimits, texts + r->nlimits);
    KL_TRY(kl_alloc((size_t)r->nguides, sizeof *guide + sizeof(char *), "guides", &guide, err));
    const char **line = (const char **)(void *)(guide + r->nguides);
    for (int i = 0; i < r->nguides; i++) {
        snprintf(guide[i], sizeof guide[i], "%s|%s|%.17g|%.17g", r->guide[i].observable,
                 r->guide[i].words, r->guide[i].coefficient, r->guide[i].power);
        line[i] = guide[i];
    }
    if (!(ok && (r->nguides == 0 || kl_h5_put_texts(g->id, "guides", r->nguides, line))))
        kl_h5_group_fail(g, "attributes");
    free(guide);
    return KL_OK;
}

/* The dimension `quantity`: "front.re". */
static void put_quantity(const kl_results *r, kl_h5_group *g)
{
    char(*names)[KL_QUANTITY_NAME] = NULL;
    if (kl_alloc((size_t)r->nquantities, sizeof *names, "quantities", &names, NULL) != KL_OK)
        kl_h5_group_fail(g, "quantity");
    for (int q = 0; names && q < r->nquantities; q++)
        snprintf(names[q], sizeof names[q], "%s.%s", r->quantity[q].observable,
                 r->quantity[q].part);
    kl_h5_scale_texts(g, (kl_h5_label){"quantity", "1", "observable and part"},
                      names ? r->nquantities : 0, names, sizeof *names);
    free(names);
}

static const kl_h5_label point_label = {"point", "1", "index of the point of the study"};
static const kl_h5_label realization_label = {"realization", "1", "index of the realization"};

/* Which program made which realization, where not all are of the one that the root attributes
 * name: 0 is that one, k the k-th of `other_builds`. */
static kl_status put_builds(const kl_results *r, kl_h5_group *g, kl_error *err)
{
    enum { POINT, REALIZATION };
    char own[KL_BUILD];
    const char **others;
    int *number, *build, n = 0;
    const size_t items = (size_t)r->npoints * (size_t)r->nrealizations;
    kl_results_own_build(r, own);
    if (!kl_results_made_by_others(r, own))
        return KL_OK;
    KL_TRY(kl_alloc((size_t)r->nbuilds, sizeof *others, "builds", &others, err));
    kl_status status = kl_alloc((size_t)r->nbuilds + items, sizeof *number, "builds", &number, err);
    if (status == KL_OK) {
        build = number + r->nbuilds;
        for (int b = 0; b < r->nbuilds; b++)
            if (strcmp(r->build[b], own) != 0) {
                others[n] = r->build[b];
                number[b] = ++n;
            }
        for (size_t i = 0; i < items; i++)
            build[i] = r->done[i] ? number[r->maker[i]] : -1;
        kl_h5_variable(g,
                       (kl_h5_label){"build", "1",
                                     "program of the realization: 0 that of the file, else the "
                                     "place in other_builds; -1 where not done"},
                       H5T_NATIVE_INT, 2, (int[]){POINT, REALIZATION}, build);
        if (g->ok && !kl_h5_put_texts(g->id, "other_builds", n, others))
            kl_h5_group_fail(g, "other_builds");
        free(number);
    }
    free(others);
    return status;
}

static kl_status put_samples(const kl_results *r, hid_t file, const char *path, kl_h5_later *later,
                             kl_error *err)
{
    enum { POINT, REALIZATION, TIME, QUANTITY, CHECK };
    kl_h5_group g = kl_h5_group_create(file, "samples");
    g.later = later;
    kl_status status = put_shape(r, &g, err);
    if (status == KL_OK)
        status = put_presentation(r, &g, err);
    kl_h5_scale_index(&g, point_label, r->npoints);
    kl_h5_scale_index(&g, realization_label, r->nrealizations);
    kl_h5_put_time(r, &g);
    put_quantity(r, &g);
    kl_h5_scale_texts(&g, (kl_h5_label){"check", "1", "name of the check"}, r->nchecks, r->check,
                      sizeof *r->check);
    for (int c = 0; status == KL_OK && c < r->ncolumns; c++)
        status = put_column(r, &g, c, POINT, err);
    kl_h5_variable(&g, (kl_h5_label){"series", "1", "points of one series are fitted together"},
                   H5T_NATIVE_INT, 1, (int[]){POINT}, r->series);
    kl_h5_variable(&g, (kl_h5_label){"planned", "1", "realizations that are asked for"},
                   H5T_NATIVE_INT, 1, (int[]){POINT}, r->planned);
    kl_h5_variable_texts(&g, (kl_h5_label){"observable", "1", "name of the observable"}, QUANTITY,
                         r->quantity ? r->quantity->observable : NULL, sizeof *r->quantity);
    kl_h5_variable_texts(&g, (kl_h5_label){"part", "1", "real or imaginary part"}, QUANTITY,
                         r->quantity ? r->quantity->part : NULL, sizeof *r->quantity);
    if (r->diagram)
        kl_h5_variable_texts(&g, (kl_h5_label){"diagram", "1", "lines, joined points, kind"},
                             QUANTITY, *r->diagram, sizeof *r->diagram);
    kl_h5_variable_later(&g, (kl_h5_label){"done", "1", "1 where the realization is finished"},
                         H5T_NATIVE_UINT8, 2, (int[]){POINT, REALIZATION}, r->done);
    kl_h5_variable_later(
        &g, (kl_h5_label){"checksum", "1", "checksum of the state after the last station, 0: none"},
        H5T_NATIVE_UINT64, 2, (int[]){POINT, REALIZATION}, r->checksum);
    if (status == KL_OK)
        status = put_builds(r, &g, err);
    kl_h5_variable_later(&g, (kl_h5_label){"sample", "1", "sampled value of the quantity"},
                         H5T_NATIVE_DOUBLE, 4, (int[]){POINT, REALIZATION, TIME, QUANTITY},
                         r->sample);
    if (r->sample_error)
        kl_h5_variable_later(&g, (kl_h5_label){"sample_error", "1", "absolute error of the sample"},
                             H5T_NATIVE_DOUBLE, 4, (int[]){POINT, REALIZATION, TIME, QUANTITY},
                             r->sample_error);
    kl_h5_variable_later(&g, (kl_h5_label){"check_value", "1", "value of the check"},
                         H5T_NATIVE_DOUBLE, 4, (int[]){POINT, REALIZATION, TIME, CHECK},
                         r->check_value);
    kl_status closed = kl_h5_group_close(&g, path, status == KL_OK ? err : NULL);
    return status == KL_OK ? closed : status;
}

/* `reference`: value, error, note; another limit: NAME_value, NAME_error, NAME_note. */
static void put_limit(const kl_limit_data *limit, kl_h5_group *g)
{
    enum { POINT, TIME, QUANTITY };
    static const char *const member[] = {"value", "error", "note"};
    char name[3][KL_NAME + 8], words[2][2 * KL_NAME + 32];
    const bool main_one = strcmp(limit->name, "reference") == 0;
    for (int i = 0; i < 3; i++)
        snprintf(name[i], sizeof name[i], "%s%s%s", main_one ? "" : limit->name,
                 main_one ? "" : "_", member[i]);
    snprintf(words[0], sizeof words[0], "value of the quantity: %s", limit->long_name);
    snprintf(words[1], sizeof words[1], "absolute error of %s", name[0]);
    kl_h5_variable(g, (kl_h5_label){name[0], "1", words[0]}, H5T_NATIVE_DOUBLE, 3,
                   (int[]){POINT, TIME, QUANTITY}, limit->value);
    kl_h5_variable(g, (kl_h5_label){name[1], "1", words[1]}, H5T_NATIVE_DOUBLE, 3,
                   (int[]){POINT, TIME, QUANTITY}, limit->error);
    kl_h5_variable_texts(g, (kl_h5_label){name[2], "1", "why there is none, or what it missed"},
                         POINT, *limit->note, sizeof *limit->note);
}

static kl_status put_reference(const kl_results *r, hid_t file, const char *path, kl_error *err)
{
    kl_h5_group g = kl_h5_group_create(file, "reference");
    kl_h5_scale_index(&g, point_label, r->npoints);
    kl_h5_put_time(r, &g);
    put_quantity(r, &g);
    for (int i = 0; i < r->nlimits; i++)
        put_limit(&r->limit[i], &g);
    return kl_h5_group_close(&g, path, err);
}

/* Correlations between all numbers of a point, of the samples and in the limits; left out where
 * they are not asked for. A limit NAME...central_moment_limit has NAME...correlation_limit. */
static kl_status put_correlations(const kl_results *r, hid_t file, const char *path, kl_error *err)
{
    static const int all[] = {0, 1, 2, 3, 4};
    const double none = 0;
    char name[2 * KL_NAME];
    if (!r->correlation)
        return KL_OK;
    kl_h5_group g = kl_h5_group_create(file, "correlation");
    kl_h5_scale_index(&g, point_label, r->npoints);
    kl_h5_put_time(r, &g);
    put_quantity(r, &g);
    snprintf(name, sizeof name, "other_%s", r->time_name[0] ? r->time_name : "station");
    kl_h5_scale(&g, (kl_h5_label){name, r->time_units, r->time_long_name}, H5T_NATIVE_DOUBLE,
                r->ntimes, r->time_name[0] ? r->time : &none);
    kl_h5_scale_index(&g, (kl_h5_label){"other_quantity", "1", "index of the other quantity"},
                      r->nquantities);
    kl_h5_variable(&g, (kl_h5_label){"correlation", "1", "correlation of two numbers' samples"},
                   H5T_NATIVE_DOUBLE, 5, all, r->correlation);
    for (int i = 0; i < r->nlimits; i++) {
        kl_results_suffixed(&r->limit[i], "correlation_limit", name, sizeof name);
        if (r->limit[i].correlation && r->limit[i].moment > 0)
            kl_h5_variable(&g, (kl_h5_label){name, "1", "the same in the limit"}, H5T_NATIVE_DOUBLE,
                           5, all, r->limit[i].correlation);
    }
    return kl_h5_group_close(&g, path, err);
}

/* What the error budget is made from; left out without one. */
static kl_status put_budget(const kl_results *r, hid_t file, const char *path, kl_error *err)
{
    enum { POINT, REALIZATION, TIME, QUANTITY };
    if (r->nfiner == 0)
        return KL_OK;
    kl_h5_group g = kl_h5_group_create(file, "budget");
    kl_h5_scale_index(&g, point_label, r->npoints);
    kl_h5_scale_index(&g, realization_label, r->nfiner);
    kl_h5_put_time(r, &g);
    put_quantity(r, &g);
    kl_h5_variable(&g, (kl_h5_label){"sample", "1", "sampled value with finer tolerances"},
                   H5T_NATIVE_DOUBLE, 4, (int[]){POINT, REALIZATION, TIME, QUANTITY}, r->finer);
    kl_h5_variable(&g, (kl_h5_label){"reference", "1", "value in the limit with a finer tolerance"},
                   H5T_NATIVE_DOUBLE, 3, (int[]){POINT, TIME, QUANTITY}, r->finer_reference);
    return kl_h5_group_close(&g, path, err);
}

/* One member of all rows: gathered, then written. */
static kl_status put_member(const kl_results *r, kl_h5_group *g, const kl_row_member *m,
                            kl_error *err)
{
    const char *units = strcmp(m->name, "time") == 0 ? r->time_units : "1";
    const kl_h5_label label = {m->name, units, m->long_name};
    size_t size = m->kind == KL_ROW_INT ? sizeof(int) : sizeof(double);
    const int row = 0;
    if (m->kind == KL_ROW_TEXT) {
        kl_h5_variable_texts(g, label, row, (const char *)r->row + m->offset, sizeof *r->row);
        return KL_OK;
    }
    char *values;
    KL_TRY(kl_alloc((size_t)r->nrows, size, m->name, &values, err));
    for (int i = 0; i < r->nrows; i++)
        memcpy(values + (size_t)i * size, (const char *)&r->row[i] + m->offset, size);
    kl_h5_variable(g, label, m->kind == KL_ROW_INT ? H5T_NATIVE_INT : H5T_NATIVE_DOUBLE, 1, &row,
                   values);
    free(values);
    return KL_OK;
}

/* The parameter of column c of each row, NAN where there is none. */
static kl_status put_row_column(const kl_results *r, kl_h5_group *g, int c, kl_error *err)
{
    const kl_column *column = &r->column[c];
    const int row = 0;
    double *values;
    KL_TRY(kl_alloc((size_t)r->nrows, sizeof *values, column->name, &values, err));
    for (int i = 0; i < r->nrows; i++) {
        int p = r->row[i].point;
        values[i] =
            p < 0 ? r->row[i].parameter[c] : r->point[(size_t)p * (size_t)r->ncolumns + (size_t)c];
    }
    kl_h5_variable(g, (kl_h5_label){column->name, column->units, column->long_name},
                   H5T_NATIVE_DOUBLE, 1, &row, values);
    free(values);
    return KL_OK;
}

static kl_status put_summary(const kl_results *r, hid_t file, const char *path, kl_error *err)
{
    for (int i = 0; i < r->nrows; i++)
        if (r->row[i].point < -1 || r->row[i].point >= r->npoints)
            return kl_fail(err, KL_BUG, "summary: row %d belongs to point %d of %d", i,
                           r->row[i].point, r->npoints);
    kl_h5_group g = kl_h5_group_create(file, "summary");
    kl_status status = KL_OK;
    kl_h5_scale_index(&g, (kl_h5_label){"row", "1", "index of the row"}, r->nrows);
    for (int i = 0; status == KL_OK && i < KL_ROW_MEMBERS; i++) {
        status = put_member(r, &g, &kl_row_members[i], err);
        for (int c = 0; i == 0 && status == KL_OK && c < r->ncolumns; c++)
            status = put_row_column(r, &g, c, err); /* right after `point` */
    }
    kl_status closed = kl_h5_group_close(&g, path, status == KL_OK ? err : NULL);
    return status == KL_OK ? closed : status;
}

static kl_status put_all(const kl_results *r, hid_t file, const char *path, kl_h5_later *later,
                         kl_error *err)
{
    KL_TRY(put_root(r, file, path, err));
    KL_TRY(put_samples(r, file, path, later, err));
    KL_TRY(put_reference(r, file, path, err));
    KL_TRY(put_correlations(r, file, path, err));
    KL_TRY(put_budget(r, file, path, err));
    KL_TRY(put_summary(r, file, path, err));
    return kl_results_put_fields(r, file, path, later, err);
}

kl_status kl_results_image(const kl_results *r, const char *path, kl_h5_later *later,
                           kl_h5_image *image, kl_error *err)
{
    kl_status status = KL_OK;
    hid_t file = kl_h5_image_create(image);
    if (file >= 0) {
        status = put_all(r, file, path, later, err);
        bool closed = H5Fclose(file) >= 0 && kl_h5_image_finish(image);
        if (status == KL_OK && !closed)
            file = -1;
    }
    return status == KL_OK && file < 0
               ? kl_fail(err, KL_ENVIRONMENT, "%s: HDF5 has no memory for the results", path)
               : status;
}

kl_status kl_results_write(const kl_results *r, const char *path, kl_error *err)
{
    kl_h5_image image;
    kl_h5_errors errors = kl_h5_silence();
    kl_status status = kl_results_image(r, path, NULL, &image, err);
    if (status == KL_OK)
        status = kl_publish(path, image.bytes, image.size, err);
    free(image.bytes);
    kl_h5_restore(errors);
    return status;
}
