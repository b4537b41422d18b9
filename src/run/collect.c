#include "run/collect.h"

#include "base/memory.h"
#include "ensemble/journal.h"
#include "run/limits.h"
#include "run/makers.h"
#include "run/record.h"
#include "summary/summary.h"
#include "statistics/forest.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

static void put_name(char *to, const char *from)
{
    strncpy(to, from, KL_NAME - 1);
}

/* What the study tells of itself; arrays are there. */
static void describe(const kl_study *study, kl_results *r)
{
    const kl_description *about = study->description;
    memcpy(r->column, about->points.column, (size_t)r->ncolumns * sizeof *r->column);
    memcpy(r->point, about->points.value,
           (size_t)r->npoints * (size_t)r->ncolumns * sizeof *r->point);
    memcpy(r->series, study->sets.series, (size_t)r->npoints * sizeof *r->series);
    memcpy(r->quantity, about->quantity, (size_t)r->nquantities * sizeof *r->quantity);
    if (study->stations.value)
        memcpy(r->time, study->stations.value, (size_t)r->ntimes * sizeof *r->time);
    if (r->norders > 0)
        memcpy(r->order, study->orders.v, (size_t)r->norders * sizeof *r->order);
    for (int c = 0; c < r->nchecks; c++)
        put_name(r->check[c], about->check[c]);
    for (int i = 0; i < r->nlimits; i++) {
        put_name(r->limit[i].name, about->limit[i].name);
        put_name(r->limit[i].long_name, about->limit[i].long_name);
        r->limit[i].infinite_size = about->limit[i].infinite_size;
        r->limit[i].moment = about->limit[i].moment;
        r->limit[i].normal = about->limit[i].normal;
    }
}

static kl_status create_field(const kl_study *study, int f, kl_results *r, kl_error *err)
{
    const kl_field_kind *kind = &study->description->field[f];
    kl_field *field = &r->field[f];
    put_name(field->name, kind->name);
    put_name(field->units, kind->units);
    put_name(field->long_name, kind->long_name);
    field->naxes = kind->naxes;
    for (int a = 0; a < kind->naxes; a++) {
        put_name(field->axis[a].name, kind->axis[a].name);
        put_name(field->axis[a].units, kind->axis[a].units);
        put_name(field->axis[a].long_name, kind->axis[a].long_name);
    }
    for (int p = 0; p < r->npoints; p++) {
        int length[KL_FIELD_AXES];
        for (int a = 0; a < kind->naxes; a++)
            length[a] = study->system->axis(study->self, p, f, a, NULL);
        KL_TRY(kl_results_field(r, f, p, length, err));
        for (int a = 0; a < kind->naxes; a++)
            study->system->axis(study->self, p, f, a, field->axis[a].coordinate[p]);
    }
    return KL_OK;
}

static kl_results shape_of(const kl_study *study)
{
    const kl_description *about = study->description;
    const kl_station_kind *kind = &study->system->stations;
    kl_results shape = {.ensemble = study->system->ensemble,
                        .members = study->members,
                        .model = study->system->model,
                        .proven_moments = about->proven_moments,
                        .nguides = about->nguides,
                        .guide = about->guide,
                        .diagram = about->diagram,
                        .covariance = study->covariance,
                        .small = study->sets.small,
                        .ncolumns = about->points.ncolumns,
                        .npoints = about->points.n,
                        .ntimes = study->stations.n,
                        .nquantities = about->nquantities,
                        .nchecks = about->nchecks,
                        .nrealizations = (int)kl_study_realizations(study),
                        .nfiner = study->finer ? (int)kl_study_realizations(study->finer) : 0,
                        .norders = study->orders.n,
                        .nfields = about->nfields,
                        .nlimits = about->nlimits};
    put_name(shape.system, study->system->name);
    put_name(shape.time_name, kind->key ? kind->name : "");
    put_name(shape.time_symbol, kind->key ? kind->symbol : "");
    put_name(shape.time_units, kind->key ? kind->units : "1");
    put_name(shape.time_long_name, kind->key ? kind->long_name : "");
    return shape;
}

/* Of the journal's arrays of all realizations. */
static void path_of(const char *journal, char path[4200])
{
    snprintf(path, 4200, "%s/samples", journal);
}

kl_status kl_collect_create(const kl_study *study, const char *journal, kl_results **out,
                            kl_error *err)
{
    const kl_results shape = shape_of(study);
    char path[4200];
    path_of(journal ? journal : "", path);
    KL_TRY(journal ? kl_results_create_in(&shape, path, false, out, err)
                   : kl_results_create(&shape, out, err));
    kl_results *r = *out;
    describe(study, r);
    r->study = strdup(study->resolved);
    kl_status status =
        r->study ? KL_OK : kl_fail(err, KL_ENVIRONMENT, "no memory for the study's text");
    for (int f = 0; status == KL_OK && f < r->nfields; f++)
        status = create_field(study, f, r, err);
    if (status != KL_OK)
        kl_results_destroy(out);
    return status;
}

/* Numbers of all fields at all points and stations. */
static double field_numbers(const kl_study *study)
{
    const kl_description *about = study->description;
    double cells = 0;
    for (int p = 0; p < about->points.n; p++)
        for (int f = 0; f < about->nfields; f++)
            cells += (double)kl_record_cells(study, p, f);
    return cells * study->stations.n;
}

/* Of n realizations one after the other. */
static double subtrees(double n)
{
    return fmin(n, 2 * (1 + log2(n)));
}

/* ---- arrays in a file ---- */

double kl_collect_disk(const kl_study *study)
{
    const kl_results shape = shape_of(study);
    return kl_results_bytes(&shape);
}

bool kl_collect_in_file(const kl_study *study, int ranks)
{
    static const double patience = 5; /* seconds of statistics that one rank may take */
    const double bytes = kl_collect_disk(study);
    return bytes > 0 &&
           (bytes > kl_results_large() ||
            (ranks > 1 && kl_summary_seconds(study, (double)study->batches) > patience));
}

kl_status kl_collect_open(const kl_study *study, const char *journal, kl_results **out,
                          kl_error *err)
{
    const kl_results shape = shape_of(study);
    char path[4200];
    path_of(journal, path);
    KL_TRY(kl_results_create_in(&shape, path, true, out, err));
    describe(study, *out);
    return KL_OK;
}

/* ---- what it takes ---- */

double kl_collect_scratch(const kl_study *study, int ranks)
{
    /* What is mapped of it; samples of a number, several times; columns that are drawn from. */
    const double window = 2 * kl_results_window(), n = (double)kl_study_realizations(study);
    const double numbers = (double)study->stations.n * study->description->nquantities;
    if (!kl_collect_in_file(study, ranks))
        return 0;
    const double drawn = study->description->nderived > 0
                             ? fmin(n * numbers * sizeof(double), fmax(n * sizeof(double), 1 << 28))
                             : 0;
    return window + 6 * sizeof(double) * n + drawn +
           (study->covariance ? numbers * n * sizeof(double) : 0);
}

double kl_collect_bytes(const kl_study *study, int ranks)
{
    const double n = (double)kl_study_realizations(study), moments = KL_FOREST_ORDERS + 1;
    const kl_description *about = study->description;
    if (kl_collect_in_file(study, ranks))
        return 2 * sizeof(double) * field_numbers(study) * moments *
               (subtrees(n) + fmin(n, 2.0 * ranks * (2 + log2(n))) + 2);
    /* On their way to one rank, runs of several teams that do not follow each other (work.h). */
    const double runs = ranks > 1 ? fmin(n, 2.0 * ranks * (2 + log2(n))) : 0;
    const double samples =
        (double)study->stations.n * (about->nquantities + about->nchecks) * about->points.n * n;
    return 2 * sizeof(double) *
           (samples + field_numbers(study) * moments * (subtrees(n) + runs + 2));
}

double kl_collect_bytes_of_leader(const kl_study *study)
{
    const double n = (double)kl_study_realizations(study);
    /* Room doubles as it grows; about as many runs of each length are a team's. */
    return 2 * sizeof(double) * KL_FOREST_ORDERS * field_numbers(study) * 2 * subtrees(n);
}

/* ---- into results ---- */

static kl_status put_member(kl_results *r, int point, int64_t k, uint64_t checksum, int maker,
                            kl_member from, kl_error *err)
{
    const size_t at = (size_t)point * (size_t)r->nrealizations + (size_t)k;
    const size_t nq = (size_t)r->ntimes * (size_t)r->nquantities,
                 nc = (size_t)r->ntimes * (size_t)r->nchecks;
    memcpy(r->sample + at * nq, from.quantity, nq * sizeof(double));
    if (from.error)
        memcpy(r->sample_error + at * nq, from.error, nq * sizeof(double));
    memcpy(r->check_value + at * nc, from.check, nc * sizeof(double));
    for (int f = 0; f < r->nfields; f++) {
        kl_forest *moments = &r->field[f].moments[point];
        KL_TRY(kl_forest_add(moments, k, from.field, err));
        if (k == 0)
            memcpy(r->field[f].single[point], from.field, moments->cells * sizeof(double));
        from.field += moments->cells;
    }
    r->checksum[at] = checksum;
    r->maker[at] = maker;
    r->done[at] = 1;
    return KL_OK;
}

bool kl_collect_has(const kl_results *r, int point, int64_t batch)
{
    const uint8_t *done = r->done + (size_t)point * (size_t)r->nrealizations;
    for (int m = 0; m < r->members; m++)
        if (!done[batch * r->members + m])
            return false;
    return true;
}

typedef struct collecting {
    const kl_study *study;
    kl_results *results;
    const char *journal;
    const char *text;  /* the journal's study */
    uint64_t settings; /* of the limits that are asked for */
    int build;         /* of the records that follow */
    int64_t taken;     /* realizations so far, of all points */
} collecting;

static kl_status begin_file(collecting *c, const void *payload, kl_error *err)
{
    char build[KL_BUILD];
    int attempt;
    memcpy(&attempt, payload, sizeof attempt);
    kl_makers_attempt(c->text, attempt, build);
    return kl_results_build(c->results, build, &c->build, err);
}

/* A batch of the study, or of its finer one. */
static kl_status take_samples(collecting *c, const kl_study *study, const void *payload,
                              size_t size, kl_error *err)
{
    kl_results *r = c->results;
    kl_record_head head;
    const bool whole = kl_record_read(study, payload, size, &head);
    if (whole && study != c->study && head.batch >= study->batches)
        return KL_OK; /* the budget has become smaller */
    if (!whole || head.batch >= study->batches)
        return kl_fail(err, KL_INPUT, "%s: a record is not of this study", c->journal);
    for (int m = 0; m < study->members; m++) {
        const int64_t k = head.batch * study->members + m;
        const kl_member member = kl_record_member(study, payload, m);
        if (study == c->study) {
            KL_TRY(put_member(r, head.point, k, head.checksum, c->build, member, err));
            kl_results_passed(r, c->taken, c->taken + 1);
            c->taken++;
        } else
            memcpy(kl_results_finer(r, head.point, k), member.quantity,
                   (size_t)r->ntimes * (size_t)r->nquantities * sizeof(double));
    }
    return KL_OK;
}

static kl_status take_record(void *context, uint32_t type, const void *payload, size_t size,
                             kl_error *err)
{
    collecting *c = context;
    if (type == KL_JOURNAL_BEGIN)
        return begin_file(c, payload, err);
    if (type == KL_RECORD_LIMIT)
        return kl_limits_take(c->study, c->settings, payload, size, c->results, err);
    if (type == KL_RECORD_SAMPLE)
        return take_samples(c, c->study, payload, size, err);
    return type == KL_RECORD_FINER && c->study->finer
               ? take_samples(c, c->study->finer, payload, size, err)
               : KL_OK;
}

kl_status kl_collect_journal(const kl_study *study, const char *journal, int since,
                             kl_results *results, kl_error *err)
{
    int damaged;
    char *text = NULL;
    kl_error why = {0};
    if (kl_journal_study(journal, &text, &why) != KL_OK) /* it was there at the start */
        return kl_fail(err, KL_ENVIRONMENT, "%s", why.message);
    collecting context = {study, results, journal, text, 0, 0, 0};
    kl_status status = kl_limits_settings(study->resolved, &context.settings, err);
    if (status == KL_OK)
        status = kl_journal_read(journal, since, take_record, &context, &damaged, err);
    free(text);
    return status;
}

static bool same_bits(const double *a, const double *b, size_t n)
{
    return memcmp(a, b, n * sizeof *a) == 0;
}

static kl_status copy_sample(const kl_results *from, const char *name, int point, int64_t k,
                             kl_results *to, kl_error *err)
{
    const size_t a = (size_t)point * (size_t)from->nrealizations + (size_t)k;
    const size_t b = (size_t)point * (size_t)to->nrealizations + (size_t)k;
    const size_t nq = (size_t)to->ntimes * (size_t)to->nquantities,
                 nc = (size_t)to->ntimes * (size_t)to->nchecks;
    if (!from->done[a])
        return KL_OK;
    const bool other_state = from->checksum[a] != to->checksum[b] && from->checksum[a] != 0 &&
                             to->checksum[b] != 0; /* 0: not known */
    if (to->done[b] && (other_state || !same_bits(from->sample + a * nq, to->sample + b * nq, nq)))
        return kl_fail(err, KL_INPUT,
                       "%s: realization %lld at %s = %g differs from the one in another file", name,
                       (long long)k, to->ncolumns ? to->column[0].name : "point",
                       to->ncolumns ? to->point[point * to->ncolumns] : point);
    memcpy(to->sample + b * nq, from->sample + a * nq, nq * sizeof(double));
    memcpy(to->check_value + b * nc, from->check_value + a * nc, nc * sizeof(double));
    if (to->sample_error && from->sample_error)
        memcpy(to->sample_error + b * nq, from->sample_error + a * nq, nq * sizeof(double));
    if (from->checksum[a] != 0)
        to->checksum[b] = from->checksum[a];
    if (!to->done[b] && from->nbuilds > 0)
        KL_TRY(kl_results_build(to, from->build[from->maker[a]], &to->maker[b], err));
    to->done[b] = 1;
    return KL_OK;
}

/* Finer realizations that `to` wants and does not have. */
static void copy_finer(const kl_results *from, kl_results *to)
{
    const size_t n = (size_t)to->ntimes * (size_t)to->nquantities;
    for (int p = 0; p < to->npoints; p++)
        for (int k = 0; k < to->nfiner && k < from->nfiner; k++)
            if (isnan(*kl_results_finer(to, p, k)))
                memcpy(kl_results_finer(to, p, k), kl_results_finer(from, p, k),
                       n * sizeof(double));
}

static kl_status copy_field(const kl_results *from, int f, int point, kl_results *to, kl_error *err)
{
    const kl_field *a = &from->field[f], *b = &to->field[f];
    if (kl_forest_has(&a->moments[point], 0))
        memcpy(b->single[point], a->single[point], b->moments[point].cells * sizeof(double));
    return kl_forest_join(&b->moments[point], &a->moments[point], err);
}

kl_status kl_collect_results(const kl_results *from, const char *name, kl_results *to,
                             kl_error *err)
{
    bool same = from->npoints == to->npoints && from->ntimes == to->ntimes &&
                from->nquantities == to->nquantities && from->nchecks == to->nchecks &&
                from->nfields == to->nfields && from->members == to->members &&
                from->nrealizations <= to->nrealizations;
    for (int f = 0; same && f < to->nfields; f++)
        for (int p = 0; same && p < to->npoints; p++)
            for (int a = 0; same && a < KL_FIELD_AXES; a++)
                same = from->field[f].naxes == to->field[f].naxes &&
                       from->field[f].axis[a].length[p] == to->field[f].axis[a].length[p];
    if (!same)
        return kl_fail(err, KL_INPUT, "%s: does not have the shape of its own study", name);
    copy_finer(from, to);
    for (int p = 0; p < from->npoints; p++) {
        for (int64_t k = 0; k < from->nrealizations; k++) {
            KL_TRY(copy_sample(from, name, p, k, to, err));
            kl_results_passed(from, k, k + 1);
            kl_results_passed(to, k, k + 1);
        }
        for (int f = 0; f < from->nfields; f++)
            KL_TRY(copy_field(from, f, p, to, err));
    }
    return KL_OK;
}
