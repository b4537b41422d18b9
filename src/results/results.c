/* kl_results in memory: see results.h. Local. */
#include "kinlim/results.h"
#include "base/mapped.h"
#include "base/memory.h"
#include "results/results_from.h"
#include "statistics/forest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

/* The product of non-negative counts; saturates, so that kl_alloc() refuses it. */
static size_t product(int a, int b, int c, int d)
{
    size_t n;
    if (__builtin_mul_overflow((size_t)a, (size_t)b, &n) ||
        __builtin_mul_overflow(n, (size_t)c, &n) || __builtin_mul_overflow(n, (size_t)d, &n))
        return SIZE_MAX;
    return n;
}

static kl_status check_shape(const kl_results *s, kl_error *err)
{
    const int counts[] = {s->ncolumns, s->npoints,       s->ntimes,  s->nquantities,
                          s->nchecks,  s->nrealizations, s->norders, s->nfields,
                          s->nrows,    s->nfiner,        s->nlimits, s->nguides};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        if (counts[i] < 0)
            return kl_fail(err, KL_BUG, "results: a count of %d", counts[i]);
    if (s->ncolumns > KL_MOST_COLUMNS)
        return kl_fail(err, KL_BUG, "results: %d columns", s->ncolumns);
    if (!s->time_name[0] && s->ntimes > 1)
        return kl_fail(err, KL_BUG, "results: %d stations without a name", s->ntimes);
    if (s->small < -1 || (s->small >= s->ncolumns && s->small != 0))
        return kl_fail(err, KL_BUG, "results: small parameter is column %d of %d", s->small,
                       s->ncolumns);
    return KL_OK;
}

static kl_status alloc_names(kl_results *r, kl_error *err)
{
    size_t points = (size_t)r->npoints;
    KL_TRY(kl_alloc((size_t)r->ncolumns, sizeof *r->column, "columns", &r->column, err));
    KL_TRY(kl_alloc_nan(product(r->npoints, r->ncolumns, 1, 1), "points", &r->point, err));
    KL_TRY(kl_alloc(points, sizeof *r->series, "series", &r->series, err));
    KL_TRY(kl_alloc(points, sizeof *r->planned, "points", &r->planned, err));
    for (int p = 0; p < r->npoints; p++)
        r->planned[p] = r->nrealizations;
    KL_TRY(kl_alloc_nan((size_t)r->ntimes, "times", &r->time, err));
    KL_TRY(kl_alloc((size_t)r->nquantities, sizeof *r->quantity, "quantities", &r->quantity, err));
    KL_TRY(kl_alloc((size_t)r->nchecks, sizeof *r->check, "checks", &r->check, err));
    return kl_alloc_nan((size_t)r->norders, "orders", &r->order, err);
}

static kl_status alloc_limits(kl_results *r, kl_error *err)
{
    const size_t numbers = product(r->npoints, r->ntimes, r->nquantities, 1);
    const size_t pairs = numbers * product(1, r->ntimes, r->nquantities, 1);
    if (r->covariance)
        KL_TRY(kl_alloc_nan(pairs, "correlations", &r->correlation, err));
    KL_TRY(kl_alloc((size_t)r->nlimits, sizeof *r->limit, "limits", &r->limit, err));
    for (int i = 0; i < r->nlimits; i++) {
        kl_limit_data *limit = &r->limit[i];
        KL_TRY(kl_alloc_nan(numbers, "a limit", &limit->value, err));
        KL_TRY(kl_alloc_nan(numbers, "a limit", &limit->error, err));
        if (r->covariance)
            KL_TRY(kl_alloc_nan(pairs, "correlations", &limit->correlation, err));
        KL_TRY(kl_alloc((size_t)r->npoints, sizeof *limit->note, "a limit's notes", &limit->note,
                        err));
    }
    return kl_alloc_nan(numbers, "a limit", &r->finer_reference, err);
}

/* ---- the arrays of all realizations ---- */

/* Numbers of one realization in each, and where the array is. */
typedef struct large {
    const char *name;
    size_t size, numbers;
    void *array; /* a pointer to the pointer */
    bool real;
} large;

enum { LARGE = 6 };

static void list_large(kl_results *r, large out[LARGE])
{
    const size_t nq = product(1, 1, r->ntimes, r->nquantities),
                 nc = product(1, 1, r->ntimes, r->nchecks);
    const large all[LARGE] = {{"samples", sizeof(double), nq, &r->sample, true},
                              {"checks", sizeof(double), nc, &r->check_value, true},
                              {"samples", sizeof(double), r->ensemble == KL_DETERMINISTIC ? nq : 0,
                               &r->sample_error, true},
                              {"checksums", sizeof *r->checksum, 1, &r->checksum, false},
                              {"makers", sizeof *r->maker, 1, &r->maker, false},
                              {"done", sizeof *r->done, 1, &r->done, false}};
    memcpy(out, all, sizeof all);
}

/* Those that are not there yet. */
static kl_status alloc_large(kl_results *r, kl_error *err)
{
    large all[LARGE];
    list_large(r, all);
    for (int i = 0; i < LARGE; i++) {
        size_t n;
        void *there;
        memcpy(&there, all[i].array, sizeof there);
        if (there)
            continue;
        if (__builtin_mul_overflow(product(r->npoints, r->nrealizations, 1, 1), all[i].numbers, &n))
            n = SIZE_MAX;
        if (all[i].array == &r->sample_error && all[i].numbers == 0)
            continue;
        KL_TRY(all[i].real ? kl_alloc_nan(n, all[i].name, all[i].array, err)
                           : kl_alloc(n, all[i].size, all[i].name, all[i].array, err));
    }
    return KL_OK;
}

double kl_results_bytes(const kl_results *shape)
{
    large all[LARGE];
    kl_results r = *shape;
    double bytes = 0;
    list_large(&r, all);
    for (int i = 0; i < LARGE; i++)
        bytes += (double)all[i].numbers * (double)all[i].size * r.npoints * r.nrealizations;
    return bytes;
}

/* In the mapping, doubles first. */
static void place_large(kl_results *r)
{
    large all[LARGE];
    const size_t items = (size_t)r->npoints * (size_t)r->nrealizations;
    char *at = r->mapped->memory;
    list_large(r, all);
    for (int i = 0; i < LARGE; i++) {
        if (all[i].numbers > 0)
            memcpy(all[i].array, &at, sizeof at);
        at += items * all[i].numbers * all[i].size;
    }
}

/* Where they are in a results file, as far as they can be used there; the others in memory. */
static kl_status map_results(kl_results *r, const char *path, const kl_results_places *places,
                             kl_error *err)
{
    const int64_t at[LARGE] = {
        places->sample, places->check_value, places->sample_error, places->checksum, -1,
        places->done};
    large all[LARGE];
    list_large(r, all);
    if (places->file > 0) {
        KL_TRY(kl_alloc(1, sizeof *r->mapped, "samples", &r->mapped, err));
        KL_TRY(kl_mapped_open(path, places->file, r->mapped, err));
        r->mapped->window = (size_t)kl_results_window();
    }
    for (int i = 0; i < LARGE; i++) {
        char *array = at[i] >= 0 ? r->mapped->memory + at[i] : NULL;
        memcpy(all[i].array, &array, sizeof array);
    }
    return alloc_large(r, err);
}

static kl_status map_large(kl_results *r, const char *path, bool other, kl_error *err)
{
    const size_t bytes = (size_t)kl_results_bytes(r);
    KL_TRY(kl_alloc(1, sizeof *r->mapped, "samples", &r->mapped, err));
    KL_TRY(other ? kl_mapped_open(path, bytes, r->mapped, err)
                 : kl_mapped_create(path, bytes, r->mapped, err));
    r->mapped->window = (size_t)kl_results_window();
    place_large(r);
    return KL_OK;
}

void kl_results_blank(kl_results *r)
{
    large all[LARGE];
    list_large(r, all);
    for (int p = 0; p < r->npoints; p++)
        for (int64_t k = 0; k < r->nrealizations; k++) {
            const size_t at = (size_t)p * (size_t)r->nrealizations + (size_t)k;
            for (int i = 0; !r->done[at] && i < LARGE && all[i].real; i++) {
                double *array;
                memcpy(&array, all[i].array, sizeof array);
                for (size_t n = 0; n < all[i].numbers; n++)
                    array[at * all[i].numbers + n] = NAN;
            }
            kl_results_passed(r, k, k + 1);
        }
}

double kl_results_large(void)
{
    const char *text = getenv("KINLIM_LARGE");
    char *end;
    const double bytes = text ? strtod(text, &end) : 1e9;
    return text && (end == text || *end || !(bytes >= 0)) ? 1e9 : bytes;
}

double kl_results_window(void)
{
    return fmin(fmax(kl_results_large() / 8, 1 << 20), 1 << 27);
}

void kl_results_passed(const kl_results *r, int64_t first, int64_t end)
{
    if (!r->mapped)
        return;
    const int64_t window = (int64_t)r->mapped->window;
    const int64_t bytes = (int64_t)sizeof(double) * r->ntimes * (r->nquantities + r->nchecks) + 16;
    const int64_t stride = bytes < window ? window / bytes : 1;
    if (end / stride != first / stride || end >= r->nrealizations)
        kl_mapped_release(r->mapped);
}

bool kl_results_in_file(const kl_results *r, const void *array)
{
    const char *at = array;
    return r->mapped && at >= r->mapped->memory && at < r->mapped->memory + r->mapped->bytes;
}

static void free_large(kl_results *r)
{
    large all[LARGE];
    list_large(r, all);
    for (int i = 0; i < LARGE; i++) {
        char *array;
        memcpy(&array, all[i].array, sizeof array);
        if (!kl_results_in_file(r, array))
            free(array);
    }
    if (r->mapped)
        kl_mapped_destroy(r->mapped);
    free(r->mapped);
}

static kl_status alloc_fields_and_rows(kl_results *r, kl_error *err)
{
    size_t points = (size_t)r->npoints;
    KL_TRY(kl_alloc((size_t)r->nfields, sizeof *r->field, "fields", &r->field, err));
    for (int f = 0; f < r->nfields; f++) {
        kl_field *field = &r->field[f];
        for (int a = 0; a < KL_FIELD_AXES; a++) {
            kl_axis *axis = &field->axis[a];
            KL_TRY(kl_alloc(points, sizeof *axis->length, "field", &axis->length, err));
            KL_TRY(kl_alloc(points, sizeof *axis->coordinate, "field", &axis->coordinate, err));
        }
        KL_TRY(kl_alloc(points, sizeof *field->moments, "field", &field->moments, err));
        KL_TRY(kl_alloc(points, sizeof *field->single, "field", &field->single, err));
        KL_TRY(kl_alloc(points, sizeof *field->reference, "field", &field->reference, err));
    }
    KL_TRY(kl_alloc((size_t)r->nrows, sizeof *r->row, "summary", &r->row, err));
    for (int i = 0; i < r->nrows; i++) {
        kl_row *row = &r->row[i];
        row->point = -1;
        for (int c = 0; c < KL_MOST_COLUMNS; c++)
            row->parameter[c] = NAN;
        row->time = row->order = row->value = row->low = row->high = NAN;
    }
    return KL_OK;
}

/* Counts and texts, without arrays. */
static void copy_shape(const kl_results *shape, kl_results *r)
{
    memcpy(r->system, shape->system, sizeof r->system);
    memcpy(r->time_name, shape->time_name, sizeof r->time_name);
    memcpy(r->time_symbol, shape->time_symbol, sizeof r->time_symbol);
    memcpy(r->time_units, shape->time_units, sizeof r->time_units);
    memcpy(r->time_long_name, shape->time_long_name, sizeof r->time_long_name);
    r->ensemble = shape->ensemble;
    r->members = shape->members > 0 ? shape->members : 1;
    r->model = shape->model;
    r->proven_moments = shape->proven_moments;
    r->nguides = shape->nguides;
    r->guide = shape->guide;
    r->diagram = shape->diagram;
    r->covariance = shape->covariance;
    r->small = shape->small;
    r->ncolumns = shape->ncolumns;
    r->npoints = shape->npoints;
    r->ntimes = shape->ntimes;
    r->nquantities = shape->nquantities;
    r->nchecks = shape->nchecks;
    r->nrealizations = shape->nrealizations;
    r->norders = shape->norders;
    r->nfields = shape->nfields;
    r->nrows = shape->nrows;
    r->nfiner = shape->nfiner;
    r->nlimits = shape->nlimits;
}

/* Where the arrays of all realizations are. */
typedef enum large_in { IN_MEMORY, OWN_FILE, FILE_OF_OTHERS, RESULTS_FILE } large_in;

static kl_status make_large(kl_results *r, large_in where, const char *path,
                            const kl_results_places *places, kl_error *err)
{
    if (where == IN_MEMORY)
        return alloc_large(r, err);
    return where == RESULTS_FILE ? map_results(r, path, places, err)
                                 : map_large(r, path, where == FILE_OF_OTHERS, err);
}

static kl_status create(const kl_results *shape, large_in where, const char *path,
                        const kl_results_places *places, kl_results **out, kl_error *err)
{
    kl_results *r;
    *out = NULL;
    KL_TRY(check_shape(shape, err));
    KL_TRY(kl_alloc(1, sizeof *r, "results", &r, err));
    copy_shape(shape, r);
    kl_status status;
    KL_GOTO(alloc_names(r, err));
    KL_GOTO(make_large(r, where, path, places, err));
    KL_GOTO(kl_alloc_nan(product(r->npoints, r->nfiner, r->ntimes, r->nquantities), "samples",
                         &r->finer, err));
    KL_GOTO(alloc_limits(r, err));
    KL_GOTO(alloc_fields_and_rows(r, err));
done:
    if (status != KL_OK)
        kl_results_destroy(&r);
    *out = r;
    return status;
}

kl_status kl_results_create(const kl_results *shape, kl_results **out, kl_error *err)
{
    return create(shape, IN_MEMORY, NULL, NULL, out, err);
}

kl_status kl_results_create_in(const kl_results *shape, const char *path, bool other,
                               kl_results **out, kl_error *err)
{
    return create(shape, other ? FILE_OF_OTHERS : OWN_FILE, path, NULL, out, err);
}

kl_status kl_results_create_from(const kl_results *shape, const char *path,
                                 const kl_results_places *places, kl_results **out, kl_error *err)
{
    return create(shape, RESULTS_FILE, path, places, out, err);
}

size_t kl_field_cells(const kl_field *field, int point)
{
    size_t cells = field->naxes > 0;
    for (int a = 0; a < field->naxes; a++)
        cells *= (size_t)field->axis[a].length[point];
    return cells;
}

kl_status kl_results_field(kl_results *r, int f, int point, const int *length, kl_error *err)
{
    if (f < 0 || f >= r->nfields || point < 0 || point >= r->npoints || r->field[f].naxes < 1 ||
        r->field[f].naxes > KL_FIELD_AXES)
        return kl_fail(err, KL_BUG, "results: field %d at point %d", f, point);
    kl_field *field = &r->field[f];
    size_t cells = (size_t)r->ntimes;
    for (int a = 0; a < field->naxes; a++) {
        if (length[a] < 1)
            return kl_fail(err, KL_BUG, "results: an axis of length %d", length[a]);
        free(field->axis[a].coordinate[point]);
        KL_TRY(
            kl_alloc_nan((size_t)length[a], field->name, &field->axis[a].coordinate[point], err));
        field->axis[a].length[point] = length[a];
        if (__builtin_mul_overflow(cells, (size_t)length[a], &cells))
            cells = SIZE_MAX;
    }
    double **arrays[] = {&field->single[point], &field->reference[point]};
    for (int i = 0; i < 2; i++) {
        free(*arrays[i]);
        KL_TRY(kl_alloc_nan(cells, field->name, arrays[i], err));
    }
    kl_forest_destroy(&field->moments[point]);
    field->moments[point].cells = cells;
    return KL_OK;
}

static void free_points(double **arrays, int npoints)
{
    for (int p = 0; arrays && p < npoints; p++)
        free(arrays[p]);
    free(arrays);
}

static void destroy_field(kl_field *field, int npoints)
{
    for (int a = 0; a < KL_FIELD_AXES; a++) {
        free_points(field->axis[a].coordinate, npoints);
        free(field->axis[a].length);
    }
    free_points(field->single, npoints);
    free_points(field->reference, npoints);
    for (int p = 0; field->moments && p < npoints; p++)
        kl_forest_destroy(&field->moments[p]);
    free(field->moments);
}

static void destroy_limit(kl_limit_data *limit)
{
    free(limit->value);
    free(limit->error);
    free(limit->correlation);
    free(limit->note);
}

size_t kl_results_at(const kl_results *r, int point, int time, int quantity)
{
    return ((size_t)point * (size_t)r->ntimes + (size_t)time) * (size_t)r->nquantities +
           (size_t)quantity;
}

void kl_results_suffixed(const kl_limit_data *limit, const char *suffix, char *out, size_t size)
{
    const char *end = strstr(limit->name, KL_MOMENT_LIMIT);
    const int length = end ? (int)(end - limit->name) : 0;
    snprintf(out, size, "%.*s%s", length, limit->name, suffix);
}

kl_limit_data *kl_results_find_limit(const kl_results *r, const char *name)
{
    for (int i = 0; i < r->nlimits; i++)
        if (strcmp(r->limit[i].name, name) == 0)
            return &r->limit[i];
    return NULL;
}

double *kl_results_sample(const kl_results *r, int point, int64_t realization)
{
    return r->sample + ((size_t)point * (size_t)r->nrealizations + (size_t)realization) *
                           (size_t)r->ntimes * (size_t)r->nquantities;
}

double *kl_results_finer(const kl_results *r, int point, int64_t realization)
{
    return r->finer + ((size_t)point * (size_t)r->nfiner + (size_t)realization) *
                          (size_t)r->ntimes * (size_t)r->nquantities;
}

void kl_results_destroy(kl_results **results)
{
    kl_results *r = *results;
    if (!r)
        return;
    for (int f = 0; r->field && f < r->nfields; f++)
        destroy_field(&r->field[f], r->npoints);
    for (int i = 0; r->limit && i < r->nlimits; i++)
        destroy_limit(&r->limit[i]);
    for (int i = 0; i < r->npairs; i++)
        free(r->pair[i].value);
    for (int i = 0; i < r->nbuilds; i++)
        free(r->build[i]);
    free_large(r);
    void *arrays[] = {r->study,    r->pair,  r->column,          r->point, r->series,     r->time,
                      r->quantity, r->check, r->order,           r->limit, r->field,      r->row,
                      r->planned,  r->finer, r->finer_reference, r->build, r->correlation};
    for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
        free(arrays[i]);
    free(r);
    *results = NULL;
}

static kl_pair *find_pair(const kl_results *r, const char *key)
{
    for (int i = 0; i < r->npairs; i++)
        if (strcmp(r->pair[i].key, key) == 0)
            return &r->pair[i];
    return NULL;
}

kl_status kl_results_set(kl_results *r, const char *key, const char *value, kl_error *err)
{
    if (key[0] == '\0' || strlen(key) >= KL_NAME)
        return kl_fail(err, KL_BUG, "provenance: key '%s' must have 1 to %d bytes", key,
                       KL_NAME - 1);
    char *copy = strdup(value);
    if (!copy)
        return kl_fail(err, KL_ENVIRONMENT, "provenance: no memory for %s", key);
    kl_pair *pair = find_pair(r, key);
    if (!pair) {
        kl_pair *longer = realloc(r->pair, ((size_t)r->npairs + 1) * sizeof *longer);
        if (!longer) {
            free(copy);
            return kl_fail(err, KL_ENVIRONMENT, "provenance: no memory for %s", key);
        }
        r->pair = longer;
        pair = &longer[r->npairs++];
        memset(pair, 0, sizeof *pair);
        strcpy(pair->key, key);
    }
    free(pair->value);
    pair->value = copy;
    return KL_OK;
}

const char *kl_results_get(const kl_results *r, const char *key)
{
    const kl_pair *pair = find_pair(r, key);
    return pair ? pair->value : NULL;
}

const char *kl_column_word(const kl_column *column, double value, char word[KL_NAME])
{
    const char *at = column->words;
    for (int i = 0; *at; i++) {
        const size_t length = strcspn(at, " ");
        if (i == value) {
            memcpy(word, at, length);
            word[length] = 0;
            return word;
        }
        at += length + strspn(at + length, " ");
    }
    return NULL;
}

int64_t kl_results_done(const kl_results *r)
{
    int64_t done = 0;
    for (int64_t i = 0; i < (int64_t)r->npoints * r->nrealizations; i++)
        done += r->done[i] != 0;
    return done;
}

int64_t kl_results_asked(const kl_results *r)
{
    int64_t asked = 0;
    for (int p = 0; p < r->npoints; p++)
        for (int k = 0; k < r->nrealizations; k++)
            asked += k < r->planned[p] || r->done[(size_t)p * (size_t)r->nrealizations + (size_t)k];
    return asked;
}
