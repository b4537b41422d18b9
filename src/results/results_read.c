/* Reads kl_results back from HDF5: see results.h and docs/file-format.md. Local.
 *
 * The seal of the file is compared before HDF5 opens it; a file without one is read in a child
 * process first, since HDF5 can crash on damage. No length is taken on
 * trust: every array must have the extent that the dimensions of /samples
 * demand, and as many bytes in the file as it claims (deflate, which h5repack
 * may have applied, cannot shrink data below 1/1032), before memory is asked for.
 */
#include "results/hdf5_read.h"
#include "results/publish.h"
#include "results/results_from.h"
#include "results/trial.h"
#include "kinlim/results.h"
#include "results/format.h"
#include "base/memory.h"
#include "statistics/forest.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>

static kl_status read_pairs(const kl_h5_reader *in, kl_results *r)
{
    H5O_info_t info;
    if (H5Oget_info(in->file, &info) < 0)
        return kl_h5_damaged(in, "root attributes");
    for (hsize_t i = 0; i < info.num_attrs; i++) {
        char key[KL_NAME];
        ssize_t length = H5Aget_name_by_idx(in->file, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, i, key,
                                            sizeof key, H5P_DEFAULT);
        if (length < 0 || length >= (ssize_t)sizeof key)
            return kl_h5_damaged(in, "root attributes");
        if (kl_schema_reserved(key))
            continue;
        char *value = kl_h5_long_text(in->file, key);
        if (!value)
            return kl_h5_damaged(in, key);
        kl_status status = kl_results_set(r, key, value, in->err);
        free(value);
        KL_TRY(status);
    }
    return KL_OK;
}

static kl_status read_root(const kl_h5_reader *in, kl_results *r)
{
    if (H5Aexists(in->file, "study") > 0) {
        r->study = kl_h5_long_text(in->file, "study");
        if (!r->study)
            return kl_h5_damaged(in, "study");
    }
    return read_pairs(in, r);
}

static kl_status check_format(const kl_h5_reader *in)
{
    int version;
    char *format = H5Aexists(in->file, "format") > 0 ? kl_h5_long_text(in->file, "format") : NULL;
    bool ours = format && strcmp(format, KL_FORMAT) == 0;
    free(format);
    if (!ours)
        return kl_fail(in->err, KL_INPUT, "%s: not a kinlim results file", in->path);
    KL_TRY(kl_h5_attribute(in, in->file, "format_version", H5T_NATIVE_INT, 1, &version));
    if (version > KL_FORMAT_VERSION)
        return kl_fail(in->err, KL_INPUT,
                       "%s: format version %d is newer than this kinlim knows (%d)", in->path,
                       version, KL_FORMAT_VERSION);
    if (version < 1)
        return kl_h5_damaged(in, "format_version");
    if (version < KL_FORMAT_VERSION)
        return kl_fail(in->err, KL_INPUT,
                       "%s: format version %d is older than this kinlim reads (%d)", in->path,
                       version, KL_FORMAT_VERSION);
    return KL_OK;
}

/* The length of a dimension of /samples; 0 if its scale is not there. */
static kl_status read_length(const kl_h5_reader *in, const char *scale, int *length)
{
    hsize_t extent = 0;
    *length = 0;
    htri_t exists = H5Lexists(in->file, scale, H5P_DEFAULT);
    if (exists == 0)
        return KL_OK;
    hid_t id = exists > 0 ? H5Dopen2(in->file, scale, H5P_DEFAULT) : -1;
    hid_t space = id >= 0 ? H5Dget_space(id) : -1;
    bool ok = space >= 0 && H5Sget_simple_extent_ndims(space) == 1 &&
              H5Sget_simple_extent_dims(space, &extent, NULL) == 1 && extent <= INT_MAX;
    if (space >= 0)
        H5Sclose(space);
    if (id >= 0)
        H5Dclose(id);
    if (!ok)
        return kl_h5_damaged(in, scale);
    *length = (int)extent;
    return kl_h5_check(in, (kl_h5_array){scale, 1, {*length}});
}

/* The names of the stations, and how many there are; files of 0.1.0 have times. */
static kl_status read_stations(const kl_h5_reader *in, hid_t samples, kl_results *shape)
{
    char scale[KL_NAME + 16];
    strcpy(shape->time_name, "time");
    strcpy(shape->time_symbol, "T");
    strcpy(shape->time_long_name, "macroscopic time");
    KL_TRY(kl_h5_name(in, in->file, "time_units", shape->time_units));
    if (H5Aexists(samples, "station") > 0) {
        KL_TRY(kl_h5_name(in, samples, "station", shape->time_name));
        KL_TRY(kl_h5_name(in, samples, "station_symbol", shape->time_symbol));
    }
    snprintf(scale, sizeof scale, "/samples/%s",
             shape->time_name[0] ? shape->time_name : "station");
    KL_TRY(read_length(in, scale, &shape->ntimes));
    if (!shape->time_name[0])
        return shape->ntimes == 1 ? KL_OK : kl_h5_damaged(in, scale);
    return KL_OK;
}

/* Independent, one member: of files of 0.1.0. */
static kl_status read_ensemble(const kl_h5_reader *in, hid_t samples, kl_results *shape)
{
    char kind[KL_NAME];
    shape->members = 1;
    if (H5Aexists(samples, "ensemble") <= 0)
        return KL_OK;
    KL_TRY(kl_h5_name(in, samples, "ensemble", kind));
    KL_TRY(kl_h5_attribute(in, samples, "members", H5T_NATIVE_INT, 1, &shape->members));
    shape->ensemble = strcmp(kind, "deterministic") == 0 ? KL_DETERMINISTIC
                      : strcmp(kind, "lockstep") == 0    ? KL_LOCKSTEP
                                                         : KL_INDEPENDENT;
    return shape->members >= 1 ? KL_OK : kl_h5_damaged(in, "members");
}

/* How many limits there are; files of 0.1.0 have no list of them. */
static int count_limits(const kl_h5_reader *in, hid_t samples)
{
    if (H5Aexists(samples, "limits") > 0)
        return kl_h5_attribute_length(samples, "limits");
    if (H5Aexists(samples, "station") > 0)
        return 0;
    return 1 + (H5Lexists(in->file, "/reference/infinite_value", H5P_DEFAULT) > 0);
}

/* All lengths of *shape, and that the arrays of these lengths are in the file. */
static kl_status read_shape(const kl_h5_reader *in, hid_t samples, hid_t fields, kl_results *shape)
{
    H5G_info_t info;
    KL_TRY(kl_h5_name(in, in->file, "system", shape->system));
    KL_TRY(read_stations(in, samples, shape));
    KL_TRY(read_ensemble(in, samples, shape));
    KL_TRY(read_length(in, "/samples/point", &shape->npoints));
    KL_TRY(read_length(in, "/samples/realization", &shape->nrealizations));
    KL_TRY(read_length(in, "/samples/quantity", &shape->nquantities));
    KL_TRY(read_length(in, "/samples/check", &shape->nchecks));
    KL_TRY(read_length(in, "/summary/row", &shape->nrows));
    if (H5Lexists(in->file, "/budget", H5P_DEFAULT) > 0)
        KL_TRY(read_length(in, "/budget/realization", &shape->nfiner));
    KL_TRY(
        kl_h5_attribute(in, samples, "small_parameter_column", H5T_NATIVE_INT, 1, &shape->small));
    shape->ncolumns = kl_h5_attribute_length(samples, "columns");
    shape->norders = kl_h5_attribute_length(samples, "moment_orders");
    if (H5Gget_info(fields, &info) < 0 || info.nlinks > INT_MAX)
        return kl_h5_damaged(in, "/fields");
    shape->nfields = (int)info.nlinks;
    shape->nlimits = count_limits(in, samples);
    shape->covariance = H5Lexists(in->file, "/correlation", H5P_DEFAULT) > 0;
    if (shape->ncolumns < 0 || shape->ncolumns > KL_MOST_COLUMNS || shape->norders < 0 ||
        shape->nlimits < 0 || shape->small < -1 ||
        (shape->small >= shape->ncolumns && shape->small != 0))
        return kl_h5_damaged(in, "/samples");
    int p = shape->npoints, m = shape->nrealizations, t = shape->ntimes, q = shape->nquantities;
    KL_TRY(kl_h5_check(in, (kl_h5_array){"/samples/done", 2, {p, m}}));
    KL_TRY(kl_h5_check(in, (kl_h5_array){"/samples/sample", 4, {p, m, t, q}}));
    KL_TRY(kl_h5_check(in, (kl_h5_array){"/samples/check_value", 4, {p, m, t, shape->nchecks}}));
    if (shape->nfiner > 0)
        return kl_h5_check(in, (kl_h5_array){"/budget/sample", 4, {p, shape->nfiner, t, q}});
    return KL_OK;
}

static kl_status read_columns(const kl_h5_reader *in, hid_t samples, kl_results *r)
{
    kl_column *c = r->column;
    const size_t stride = sizeof *c;
    int n = r->ncolumns, *integer;
    double *values;
    KL_TRY(kl_h5_text_attributes(in, samples, "columns", n, c->name, stride, KL_NAME));
    KL_TRY(kl_h5_text_attributes(in, samples, "column_units", n, c->units, stride, KL_NAME));
    KL_TRY(
        kl_h5_text_attributes(in, samples, "column_long_names", n, c->long_name, stride, KL_NAME));
    if (H5Aexists(samples, "column_words") > 0)
        KL_TRY(kl_h5_text_attributes(in, samples, "column_words", n, c->words, stride, KL_NAME));
    KL_TRY(kl_alloc((size_t)n, sizeof *integer, "columns", &integer, in->err));
    kl_status status =
        kl_h5_attribute(in, samples, "column_is_integer", H5T_NATIVE_INT, n, integer);
    for (int i = 0; i < n; i++)
        c[i].integer = integer[i] != 0;
    free(integer);
    KL_TRY(status);
    KL_TRY(kl_alloc((size_t)r->npoints, sizeof *values, "points", &values, in->err));
    for (int i = 0; status == KL_OK && i < n; i++) {
        char name[KL_NAME + sizeof "/samples/"];
        snprintf(name, sizeof name, "/samples/%s", c[i].name);
        status = kl_h5_numbers(in, (kl_h5_array){name, 1, {r->npoints}}, H5T_NATIVE_DOUBLE, values);
        for (int p = 0; p < r->npoints; p++)
            r->point[(size_t)p * (size_t)n + (size_t)i] = values[p];
    }
    free(values);
    return status;
}

/* The programs that made the realizations: that of the root attributes, and others if there
 * are any. */
static kl_status read_builds(const kl_h5_reader *in, hid_t samples, kl_results *r)
{
    char own[KL_BUILD], (*others)[KL_BUILD];
    const size_t items = (size_t)r->npoints * (size_t)r->nrealizations;
    int *number = NULL, index, n = kl_h5_attribute_length(samples, "other_builds");
    kl_results_own_build(r, own);
    KL_TRY(kl_results_build(r, own, &index, in->err));
    if (n == 0)
        return KL_OK;
    if (n < 0)
        return kl_h5_damaged(in, "other_builds");
    KL_TRY(kl_h5_numbers(in, (kl_h5_array){"/samples/build", 2, {r->npoints, r->nrealizations}},
                         H5T_NATIVE_INT, r->maker));
    for (size_t i = 0; i < items; i++) {
        if (r->maker[i] < -1 || r->maker[i] > n || (r->maker[i] < 0 && r->done[i]))
            return kl_h5_damaged(in, "/samples/build");
        r->maker[i] = r->maker[i] < 0 ? 0 : r->maker[i];
    }
    KL_TRY(kl_alloc((size_t)n, sizeof *others, "builds", &others, in->err));
    kl_status status = kl_alloc((size_t)n + 1, sizeof *number, "builds", &number, in->err);
    if (status == KL_OK)
        status = kl_h5_text_attributes(in, samples, "other_builds", n, others, KL_BUILD, KL_BUILD);
    for (int i = 0; status == KL_OK && i < n; i++)
        status = kl_results_build(r, others[i], &number[i + 1], in->err);
    for (size_t i = 0; status == KL_OK && i < items; i++)
        r->maker[i] = number[r->maker[i]];
    free(others);
    free(number);
    return status;
}

/* Unless it is there where it lies in the file. */
static kl_status read_large(const kl_h5_reader *in, kl_h5_array a, hid_t type, const kl_results *r,
                            void *array)
{
    return kl_results_in_file(r, array) ? KL_OK : kl_h5_numbers(in, a, type, array);
}

static kl_status read_samples(const kl_h5_reader *in, hid_t samples, kl_results *r)
{
    int p = r->npoints, m = r->nrealizations, t = r->ntimes, q = r->nquantities;
    const hid_t real = H5T_NATIVE_DOUBLE;
    KL_TRY(read_columns(in, samples, r));
    KL_TRY(kl_h5_attribute(in, samples, "moment_orders", real, r->norders, r->order));
    char scale[KL_NAME + 16];
    snprintf(scale, sizeof scale, "/samples/%s", r->time_name);
    if (r->time_name[0])
        KL_TRY(kl_h5_numbers(in, (kl_h5_array){scale, 1, {t}}, real, r->time));
    if (H5Lexists(in->file, "/samples/planned", H5P_DEFAULT) > 0) /* not in the first files */
        KL_TRY(kl_h5_numbers(in, (kl_h5_array){"/samples/planned", 1, {p}}, H5T_NATIVE_INT,
                             r->planned));
    KL_TRY(kl_h5_numbers(in, (kl_h5_array){"/samples/series", 1, {p}}, H5T_NATIVE_INT, r->series));
    KL_TRY(kl_h5_texts(in, "/samples/observable", q, r->quantity->observable, sizeof *r->quantity,
                       sizeof r->quantity->observable));
    KL_TRY(kl_h5_texts(in, "/samples/part", q, r->quantity->part, sizeof *r->quantity,
                       sizeof r->quantity->part));
    KL_TRY(kl_h5_texts(in, "/samples/check", r->nchecks, r->check, KL_NAME, KL_NAME));
    KL_TRY(read_large(in, (kl_h5_array){"/samples/done", 2, {p, m}}, H5T_NATIVE_UINT8, r, r->done));
    if (H5Lexists(in->file, "/samples/checksum", H5P_DEFAULT) > 0) /* not in the first files */
        KL_TRY(read_large(in, (kl_h5_array){"/samples/checksum", 2, {p, m}}, H5T_NATIVE_UINT64, r,
                          r->checksum));
    KL_TRY(read_builds(in, samples, r));
    KL_TRY(read_large(in, (kl_h5_array){"/samples/sample", 4, {p, m, t, q}}, real, r, r->sample));
    KL_TRY(read_large(in, (kl_h5_array){"/samples/check_value", 4, {p, m, t, r->nchecks}}, real, r,
                      r->check_value));
    if (r->sample_error)
        KL_TRY(read_large(in, (kl_h5_array){"/samples/sample_error", 4, {p, m, t, q}}, real, r,
                          r->sample_error));
    if (r->nfiner > 0) {
        KL_TRY(kl_h5_numbers(in, (kl_h5_array){"/budget/sample", 4, {p, r->nfiner, t, q}}, real,
                             r->finer));
        return kl_h5_numbers(in, (kl_h5_array){"/budget/reference", 3, {p, t, q}}, real,
                             r->finer_reference);
    }
    return KL_OK;
}

/* ---- limits ---- */

/* Of a limit of moments, if it has any. */
static kl_status read_correlation(const kl_h5_reader *in, const kl_results *r,
                                  const kl_limit_data *limit)
{
    char name[2 * KL_NAME], path[3 * KL_NAME];
    const int p = r->npoints, t = r->ntimes, q = r->nquantities;
    kl_results_suffixed(limit, "correlation_limit", name, sizeof name);
    snprintf(path, sizeof path, "/correlation/%s", name);
    if (!limit->correlation || !strstr(limit->name, KL_MOMENT_LIMIT) ||
        H5Lexists(in->file, path, H5P_DEFAULT) <= 0)
        return KL_OK;
    return kl_h5_numbers(in, (kl_h5_array){path, 5, {p, t, q, t, q}}, H5T_NATIVE_DOUBLE,
                         limit->correlation);
}

static kl_status read_limit(const kl_h5_reader *in, const kl_results *r, kl_limit_data *limit)
{
    char name[2 * KL_NAME], prefix[KL_NAME + 16];
    const int p = r->npoints, t = r->ntimes, q = r->nquantities;
    const bool main_one = strcmp(limit->name, "reference") == 0;
    snprintf(prefix, sizeof prefix, "/reference/%s%s", main_one ? "" : limit->name,
             main_one ? "" : "_");
    snprintf(name, sizeof name, "%svalue", prefix);
    KL_TRY(kl_h5_numbers(in, (kl_h5_array){name, 3, {p, t, q}}, H5T_NATIVE_DOUBLE, limit->value));
    snprintf(name, sizeof name, "%serror", prefix);
    KL_TRY(kl_h5_numbers(in, (kl_h5_array){name, 3, {p, t, q}}, H5T_NATIVE_DOUBLE, limit->error));
    KL_TRY(read_correlation(in, r, limit));
    snprintf(name, sizeof name, "%snote", prefix);
    if (H5Lexists(in->file, name, H5P_DEFAULT) <= 0)
        return KL_OK;
    return kl_h5_texts(in, name, p, *limit->note, sizeof *limit->note, sizeof *limit->note);
}

static kl_status read_limits(const kl_h5_reader *in, hid_t samples, kl_results *r)
{
    const size_t stride = sizeof *r->limit;
    if (r->nlimits > 0 && H5Aexists(samples, "limits") > 0) {
        KL_TRY(kl_h5_text_attributes(in, samples, "limits", r->nlimits, r->limit->name, stride,
                                     KL_NAME));
        KL_TRY(kl_h5_text_attributes(in, samples, "limit_long_names", r->nlimits,
                                     r->limit->long_name, stride, KL_NAME));
    } else {
        for (int i = 0; i < r->nlimits; i++)
            strcpy(r->limit[i].name, i ? "infinite" : "reference");
    }
    for (int i = 0; i < r->nlimits; i++)
        KL_TRY(read_limit(in, r, &r->limit[i]));
    return KL_OK;
}

static kl_status read_member(const kl_h5_reader *in, const kl_row_member *m, kl_results *r)
{
    char name[KL_NAME], *base = (char *)r->row + m->offset, *values;
    size_t size = m->kind == KL_ROW_INT ? sizeof(int) : sizeof(double);
    snprintf(name, sizeof name, "/summary/%s", m->name);
    if (m->kind == KL_ROW_TEXT)
        return kl_h5_texts(in, name, r->nrows, base, sizeof *r->row, m->width);
    KL_TRY(kl_alloc((size_t)r->nrows, size, name, &values, in->err));
    kl_status status =
        kl_h5_numbers(in, (kl_h5_array){name, 1, {r->nrows}},
                      m->kind == KL_ROW_INT ? H5T_NATIVE_INT : H5T_NATIVE_DOUBLE, values);
    for (int i = 0; i < r->nrows; i++)
        memcpy(base + (size_t)i * sizeof *r->row, values + (size_t)i * size, size);
    free(values);
    return status;
}

/* The parameters of the rows. */
static kl_status read_row_column(const kl_h5_reader *in, int c, kl_results *r)
{
    char name[KL_NAME + sizeof "/summary/"];
    double *values;
    snprintf(name, sizeof name, "/summary/%s", r->column[c].name);
    KL_TRY(kl_alloc((size_t)r->nrows, sizeof *values, name, &values, in->err));
    kl_status status =
        kl_h5_numbers(in, (kl_h5_array){name, 1, {r->nrows}}, H5T_NATIVE_DOUBLE, values);
    for (int i = 0; i < r->nrows; i++)
        if (r->row[i].point < 0)
            r->row[i].parameter[c] = values[i];
    free(values);
    return status;
}

static kl_status read_summary(const kl_h5_reader *in, kl_results *r)
{
    for (int i = 0; i < KL_ROW_MEMBERS; i++)
        KL_TRY(read_member(in, &kl_row_members[i], r));
    for (int c = 0; c < r->ncolumns; c++)
        KL_TRY(read_row_column(in, c, r));
    for (int i = 0; i < r->nrows; i++)
        if (r->row[i].point < -1 || r->row[i].point >= r->npoints)
            return kl_h5_damaged(in, "/summary/point");
    return KL_OK;
}

/* ---- fields ---- */

/* An array of a field: times, then axes of these lengths. */
static kl_h5_array cells_array(const kl_results *r, const kl_field *f, const int *length,
                               const char *name)
{
    kl_h5_array a = {name, 1 + f->naxes, {r->ntimes}};
    for (int i = 0; i < f->naxes; i++)
        a.extent[1 + i] = length[i];
    return a;
}

/* The forest must be one of the finished realizations, neither more nor fewer subtrees
 * than they make. */
static bool is_forest_of(const kl_forest *forest, int count, const uint8_t *done, int realizations)
{
    int64_t n = 0;
    for (int k = 0; k < realizations; k++) {
        if (done[k] && !kl_forest_has(forest, k))
            return false;
        n += done[k] != 0;
    }
    return forest->count == count && kl_forest_realizations(forest) == n;
}

static kl_status read_forest(const kl_h5_reader *in, const char *group, kl_h5_array cells,
                             kl_results *r, int f, int p)
{
    char names[4][4 * KL_NAME];
    static const char *const members[4] = {"subtree", "subtree_level", "subtree_index",
                                           "subtree_sums"};
    kl_forest *forest = &r->field[f].moments[p];
    int64_t *level = NULL, *index = NULL;
    double *sums = NULL;
    int n;
    for (int i = 0; i < 4; i++)
        snprintf(names[i], sizeof names[i], "%s/%s", group, members[i]);
    KL_TRY(read_length(in, names[0], &n));
    kl_h5_array all = {names[3], 2 + cells.rank, {n, KL_FOREST_ORDERS}};
    memcpy(all.extent + 2, cells.extent, (size_t)cells.rank * sizeof *all.extent);
    KL_TRY(kl_h5_check(in, all));
    kl_status status;
    KL_GOTO(kl_alloc((size_t)n, sizeof *level, "subtrees", &level, in->err));
    KL_GOTO(kl_alloc((size_t)n, sizeof *index, "subtrees", &index, in->err));
    KL_GOTO(kl_alloc((size_t)n * KL_FOREST_ORDERS * forest->cells, sizeof *sums, "subtrees", &sums,
                     in->err));
    KL_GOTO(kl_h5_numbers(in, (kl_h5_array){names[1], 1, {n}}, H5T_NATIVE_INT64, level));
    KL_GOTO(kl_h5_numbers(in, (kl_h5_array){names[2], 1, {n}}, H5T_NATIVE_INT64, index));
    KL_GOTO(kl_h5_numbers(in, all, H5T_NATIVE_DOUBLE, sums));
    for (int i = 0; i < n; i++) {
        if (level[i] < 0 || level[i] > 31 || index[i] < 0 ||
            index[i] >= r->nrealizations >> level[i])
            KL_GOTO(kl_h5_damaged(in, names[1]));
        KL_GOTO(kl_forest_add_subtree(forest, (kl_subtree){level[i], index[i]},
                                      sums + (size_t)i * KL_FOREST_ORDERS * forest->cells,
                                      in->err));
    }
    if (!is_forest_of(forest, n, r->done + (size_t)p * (size_t)r->nrealizations, r->nrealizations))
        status = kl_h5_damaged(in, names[0]);
done:
    free(level);
    free(index);
    free(sums);
    return status;
}

static kl_status read_field_point(const kl_h5_reader *in, kl_results *r, int f, int p)
{
    char group[2 * KL_NAME], name[4 * KL_NAME];
    kl_field *field = &r->field[f];
    int length[KL_FIELD_AXES];
    snprintf(group, sizeof group, "/fields/%s/point_%d", field->name, p);
    if (H5Lexists(in->file, group, H5P_DEFAULT) <= 0)
        return KL_OK;
    for (int a = 0; a < field->naxes; a++) {
        snprintf(name, sizeof name, "%s/%s", group, field->axis[a].name);
        KL_TRY(read_length(in, name, &length[a]));
        if (length[a] == 0)
            return kl_h5_damaged(in, name);
    }
    char single[4 * KL_NAME];
    snprintf(single, sizeof single, "%s/single", group);
    const kl_h5_array cells = cells_array(r, field, length, single);
    KL_TRY(kl_h5_check(in, cells));
    KL_TRY(kl_results_field(r, f, p, length, in->err));
    for (int a = 0; a < field->naxes; a++) {
        snprintf(name, sizeof name, "%s/%s", group, field->axis[a].name);
        KL_TRY(kl_h5_numbers(in, (kl_h5_array){name, 1, {length[a]}}, H5T_NATIVE_DOUBLE,
                             field->axis[a].coordinate[p]));
    }
    KL_TRY(kl_h5_numbers(in, cells, H5T_NATIVE_DOUBLE, field->single[p]));
    KL_TRY(read_forest(in, group, cells, r, f, p));
    snprintf(name, sizeof name, "%s/reference", group);
    if (H5Lexists(in->file, name, H5P_DEFAULT) <= 0)
        return KL_OK;
    return kl_h5_numbers(in, cells_array(r, field, length, name), H5T_NATIVE_DOUBLE,
                         field->reference[p]);
}

static kl_status read_axes(const kl_h5_reader *in, hid_t group, kl_field *field)
{
    kl_axis *axis = field->axis;
    const size_t stride = sizeof *axis;
    field->naxes = kl_h5_attribute_length(group, "axes");
    if (field->naxes < 1 || field->naxes > KL_FIELD_AXES)
        return kl_h5_damaged(in, field->name);
    KL_TRY(kl_h5_text_attributes(in, group, "axes", field->naxes, axis->name, stride, KL_NAME));
    KL_TRY(
        kl_h5_text_attributes(in, group, "axis_units", field->naxes, axis->units, stride, KL_NAME));
    return kl_h5_text_attributes(in, group, "axis_long_names", field->naxes, axis->long_name,
                                 stride, KL_NAME);
}

static kl_status read_field(const kl_h5_reader *in, hid_t fields, kl_results *r, int f)
{
    kl_field *field = &r->field[f];
    ssize_t length = H5Lget_name_by_idx(fields, ".", H5_INDEX_CRT_ORDER, H5_ITER_INC, (hsize_t)f,
                                        field->name, sizeof field->name, H5P_DEFAULT);
    if (length <= 0 || length >= (ssize_t)sizeof field->name)
        return kl_h5_damaged(in, "/fields");
    hid_t group = H5Gopen2(fields, field->name, H5P_DEFAULT);
    if (group < 0)
        return kl_h5_damaged(in, field->name);
    kl_status status;
    KL_GOTO(kl_h5_name(in, group, "units", field->units));
    KL_GOTO(kl_h5_name(in, group, "long_name", field->long_name));
    KL_GOTO(read_axes(in, group, field));
done:
    H5Gclose(group);
    for (int p = 0; status == KL_OK && p < r->npoints; p++)
        status = read_field_point(in, r, f, p);
    return status;
}

static kl_status read_all(const kl_h5_reader *in, hid_t samples, hid_t fields, kl_results **out)
{
    kl_results shape = {0}, *r;
    kl_results_places places;
    KL_TRY(read_shape(in, samples, fields, &shape));
    KL_TRY(kl_results_find_places(in, &shape, &places));
    KL_TRY(kl_results_create_from(&shape, in->path, &places, &r, in->err));
    kl_status status;
    KL_GOTO(read_root(in, r));
    KL_GOTO(read_samples(in, samples, r));
    KL_GOTO(read_limits(in, samples, r));
    KL_GOTO(read_summary(in, r));
    for (int f = 0; status == KL_OK && f < r->nfields; f++)
        status = read_field(in, fields, r, f);
done:
    if (status != KL_OK)
        kl_results_destroy(&r);
    *out = r;
    return status;
}

static kl_status read_file(const kl_h5_reader *in, kl_results **out)
{
    KL_TRY(check_format(in));
    hid_t samples = H5Gopen2(in->file, "/samples", H5P_DEFAULT);
    hid_t fields = H5Gopen2(in->file, "/fields", H5P_DEFAULT);
    kl_status status = samples >= 0 && fields >= 0 ? read_all(in, samples, fields, out)
                                                   : kl_h5_damaged(in, "a group is missing");
    if (samples >= 0)
        H5Gclose(samples);
    if (fields >= 0)
        H5Gclose(fields);
    return status;
}

static kl_status read_bytes(const char *path, kl_results **out, kl_error *err)
{
    kl_h5_reader in = {path, -1, err};
    kl_h5_errors errors = kl_h5_silence();
    kl_status status;
    if (H5Fis_hdf5(path) <= 0) {
        status = kl_fail(err, KL_INPUT, "%s: not an HDF5 file", path);
    } else if ((in.file = H5Fopen(path, H5F_ACC_RDONLY, H5P_DEFAULT)) < 0) {
        status = kl_fail(err, KL_INPUT, "%s: damaged or cut short: HDF5 cannot open it", path);
    } else {
        status = read_file(&in, out);
        H5Fclose(in.file);
    }
    kl_h5_restore(errors);
    return status;
}

kl_status kl_results_read(const char *path, kl_results **out, kl_error *err)
{
    bool sealed;
    *out = NULL;
    KL_TRY(kl_publish_check(path, &sealed, err));
    if (!sealed)
        KL_TRY(kl_trial(read_bytes, path, err));
    return read_bytes(path, out, err);
}
