/* Samples on their way: journal records, results in memory. */
#include "run/run.h"

#include "base/memory.h"
#include "ensemble/journal.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

kl_status kl_collect_create(const kl_study *study, kl_results **out, kl_error *err)
{
    const kl_description *about = study->about;
    const kl_system *system = study->system;
    kl_results shape = {.ncolumns = about->ncolumns,
                        .npoints = about->npoints,
                        .ntimes = study->times.n,
                        .nquantities = about->nquantities,
                        .nchecks = about->nchecks,
                        .nrealizations = (int)study->realizations,
                        .nfiner = study->finer ? (int)study->finer->realizations : 0,
                        .norders = study->orders.n,
                        .nfields = about->nfields};
    KL_TRY(kl_results_create(&shape, out, err));
    kl_results *r = *out;
    strncpy(r->system, system->name, sizeof r->system - 1);
    strncpy(r->time_units, "1", sizeof r->time_units - 1);
    r->small = system->small;
    r->study = strdup(study->resolved);
    memcpy(r->column, about->column, (size_t)r->ncolumns * sizeof *r->column);
    memcpy(r->point, about->point, (size_t)(r->npoints * r->ncolumns) * sizeof *r->point);
    memcpy(r->series, about->series, (size_t)r->npoints * sizeof *r->series);
    memcpy(r->time, study->times.t, (size_t)r->ntimes * sizeof *r->time);
    memcpy(r->quantity, about->quantity, (size_t)r->nquantities * sizeof *r->quantity);
    memcpy(r->order, study->orders.v, (size_t)r->norders * sizeof *r->order);
    for (int c = 0; c < r->nchecks; c++)
        strncpy(r->check[c], about->check[c], sizeof r->check[c] - 1);
    kl_status status =
        r->study ? KL_OK : kl_fail(err, KL_ENVIRONMENT, "no memory for the study's text");
    for (int f = 0; status == KL_OK && f < r->nfields; f++) {
        const kl_field_kind *kind = &about->field[f];
        strncpy(r->field[f].name, kind->name, KL_NAME - 1);
        strncpy(r->field[f].units, kind->units, KL_NAME - 1);
        strncpy(r->field[f].long_name, kind->long_name, KL_NAME - 1);
        r->field[f].naxes = kind->naxes;
        for (int a = 0; a < kind->naxes; a++) {
            kl_axis *axis = &r->field[f].axis[a];
            strncpy(axis->name, kind->axis[a].name, KL_NAME - 1);
            strncpy(axis->units, kind->axis[a].units, KL_NAME - 1);
            strncpy(axis->long_name, kind->axis[a].long_name, KL_NAME - 1);
        }
        for (int p = 0; status == KL_OK && p < r->npoints; p++) {
            int length[KL_FIELD_AXES];
            for (int a = 0; a < kind->naxes; a++)
                length[a] = system->field_axis(study->self, p, f, a, NULL);
            status = kl_results_field(r, f, p, length, err);
            for (int a = 0; status == KL_OK && a < kind->naxes; a++)
                system->field_axis(study->self, p, f, a, r->field[f].axis[a].coordinate[p]);
        }
    }
    if (status != KL_OK)
        kl_results_destroy(out);
    return status;
}

/* ---- journal records ---- */

typedef struct sample_head {
    int32_t point, ntimes, nquantities, nchecks;
    int64_t realization, doubles;
    uint64_t checksum;
} sample_head;

size_t kl_collect_cells(const kl_study *study, int point, int f)
{
    size_t cells = 1;
    for (int a = 0; a < study->about->field[f].naxes; a++)
        cells *= (size_t)study->system->field_axis(study->self, point, f, a, NULL);
    return cells;
}

static int64_t count_fields(const kl_study *study, int point)
{
    int64_t cells = 0;
    for (int f = 0; f < study->about->nfields; f++)
        cells += (int64_t)kl_collect_cells(study, point, f);
    return cells;
}

static int64_t count_doubles(const kl_study *study, int point)
{
    return (study->about->nquantities + study->about->nchecks + count_fields(study, point)) *
           study->times.n;
}

static sample_head head_of(const kl_study *study, int point, int64_t realization)
{
    return (sample_head){.point = point,
                         .ntimes = study->times.n,
                         .nquantities = study->about->nquantities,
                         .nchecks = study->about->nchecks,
                         .realization = realization,
                         .doubles = count_doubles(study, point)};
}

double kl_collect_bytes(const kl_study *study, int ranks)
{
    const double n = (double)study->realizations, fields = KL_FOREST_ORDERS + 1;
    /* One group joins siblings at once; of several, each may keep its realizations apart. */
    const double subtrees = ranks > 1 ? n / 2 : fmin(n, 2 * (1 + log2(n)));
    double doubles = 0;
    for (int p = 0; p < study->about->npoints; p++)
        doubles += study->times.n * ((study->about->nquantities + study->about->nchecks) * n +
                                     (double)count_fields(study, p) * fields * (subtrees + 2));
    return 2 * sizeof(double) * doubles;
}

kl_status kl_sample_record_create(const kl_study *study, int point, kl_sample_record *out,
                                  kl_error *err)
{
    const kl_description *about = study->about;
    const sample_head head = head_of(study, point, 0);
    *out = (kl_sample_record){.point = point};
    out->size = sizeof head + (size_t)head.doubles * sizeof(double);
    KL_TRY(kl_alloc(out->size, 1, "samples", &out->payload, err));
    kl_status status =
        kl_alloc((size_t)about->nfields, sizeof *out->field, "samples", &out->field, err);
    if (status != KL_OK) {
        kl_sample_record_destroy(out);
        return status;
    }
    memcpy(out->payload, &head, sizeof head);
    double *at = (double *)(void *)(out->payload + sizeof head);
    out->quantity = at;
    at += study->times.n * about->nquantities;
    out->check = at;
    at += study->times.n * about->nchecks;
    for (int f = 0; f < about->nfields; f++) {
        out->field[f] = at;
        at += (size_t)study->times.n * kl_collect_cells(study, point, f);
    }
    return KL_OK;
}

void kl_sample_record_number(kl_sample_record *record, int64_t realization)
{
    record->realization = realization;
    memcpy(record->payload + offsetof(sample_head, realization), &realization, sizeof realization);
}

void kl_sample_record_checksum(kl_sample_record *record, uint64_t checksum)
{
    memcpy(record->payload + offsetof(sample_head, checksum), &checksum, sizeof checksum);
}

void kl_sample_record_destroy(kl_sample_record *record)
{
    free(record->payload);
    free(record->field);
    *record = (kl_sample_record){0};
}

/* ---- into results ---- */

static kl_status put_sample(kl_results *r, int point, int64_t k, uint64_t checksum, int maker,
                            const double *values, kl_error *err)
{
    const size_t at = (size_t)point * (size_t)r->nrealizations + (size_t)k;
    const size_t nq = (size_t)(r->ntimes * r->nquantities), nc = (size_t)(r->ntimes * r->nchecks);
    memcpy(r->sample + at * nq, values, nq * sizeof *values);
    memcpy(r->check_value + at * nc, values + nq, nc * sizeof *values);
    values += nq + nc;
    for (int f = 0; f < r->nfields; f++) {
        kl_forest *moments = &r->field[f].moments[point];
        KL_TRY(kl_forest_add(moments, k, values, err));
        if (k == 0)
            memcpy(r->field[f].single[point], values, moments->cells * sizeof *values);
        values += moments->cells;
    }
    r->checksum[at] = checksum;
    r->maker[at] = maker;
    r->done[at] = 1;
    return KL_OK;
}

typedef struct collecting {
    const kl_study *study;
    kl_results *results;
    const char *journal;
    const char *text; /* the journal's study */
    int build;        /* of the records that follow */
} collecting;

static kl_status begin_file(collecting *c, const void *payload, kl_error *err)
{
    char build[KL_BUILD];
    int attempt;
    memcpy(&attempt, payload, sizeof attempt);
    kl_provenance_attempt(c->text, attempt, build);
    return kl_results_build(c->results, build, &c->build, err);
}

static kl_status take_record(void *context, uint32_t type, const void *payload, size_t size,
                             kl_error *err)
{
    collecting *c = context;
    if (type == KL_JOURNAL_BEGIN)
        return begin_file(c, payload, err);
    sample_head head, want;
    const kl_study *study = type == KL_RECORD_FINER ? c->study->finer : c->study;
    if ((type != KL_RECORD_SAMPLE && type != KL_RECORD_FINER) || !study)
        return KL_OK;
    bool good = size >= sizeof head;
    if (good) {
        memcpy(&head, payload, sizeof head);
        good = head.point >= 0 && head.point < study->about->npoints && head.realization >= 0;
        if (good && study != c->study && head.realization >= study->realizations)
            return KL_OK; /* the budget has become smaller */
        good = good && head.realization < study->realizations;
    }
    if (good) {
        want = head_of(study, head.point, head.realization);
        want.checksum = head.checksum;
        good = memcmp(&head, &want, sizeof head) == 0 &&
               size == sizeof head + (size_t)head.doubles * sizeof(double);
    }
    if (!good)
        return kl_fail(err, KL_INPUT, "%s: a record is not of this study", c->journal);
    const double *values = (const double *)(const void *)((const char *)payload + sizeof head);
    if (study != c->study) {
        const size_t n = (size_t)(c->results->ntimes * c->results->nquantities);
        memcpy(kl_results_finer(c->results, head.point, head.realization), values,
               n * sizeof *values);
        return KL_OK;
    }
    return put_sample(c->results, head.point, head.realization, head.checksum, c->build, values,
                      err);
}

kl_status kl_collect_journal(const kl_study *study, const char *journal, kl_results *results,
                             kl_error *err)
{
    int damaged;
    char *text = NULL;
    kl_error why = {0};
    if (kl_journal_study(journal, &text, &why) != KL_OK) /* it was there at the start */
        return kl_fail(err, KL_ENVIRONMENT, "%s", why.message);
    collecting context = {study, results, journal, text, 0};
    kl_status status = kl_journal_read(journal, take_record, &context, &damaged, err);
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
    const size_t nq = (size_t)(to->ntimes * to->nquantities),
                 nc = (size_t)(to->ntimes * to->nchecks);
    if (!from->done[a])
        return KL_OK;
    const bool other_psi = from->checksum[a] != to->checksum[b] && from->checksum[a] != 0 &&
                           to->checksum[b] != 0; /* 0: not known */
    if (to->done[b] && (other_psi || !same_bits(from->sample + a * nq, to->sample + b * nq, nq)))
        return kl_fail(err, KL_INPUT,
                       "%s: realization %lld at %s = %g differs from the one in another file", name,
                       (long long)k, to->column[0].name, to->point[point * to->ncolumns]);
    memcpy(to->sample + b * nq, from->sample + a * nq, nq * sizeof(double));
    memcpy(to->check_value + b * nc, from->check_value + a * nc, nc * sizeof(double));
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
    const size_t n = (size_t)(to->ntimes * to->nquantities);
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
                from->nfields == to->nfields && from->nrealizations <= to->nrealizations;
    for (int f = 0; same && f < to->nfields; f++)
        for (int p = 0; same && p < to->npoints; p++)
            for (int a = 0; same && a < KL_FIELD_AXES; a++)
                same = from->field[f].naxes == to->field[f].naxes &&
                       from->field[f].axis[a].length[p] == to->field[f].axis[a].length[p];
    if (!same)
        return kl_fail(err, KL_INPUT, "%s: does not have the shape of its own study", name);
    copy_finer(from, to);
    for (int p = 0; p < from->npoints; p++) {
        for (int64_t k = 0; k < from->nrealizations; k++)
            KL_TRY(copy_sample(from, name, p, k, to, err));
        for (int f = 0; f < from->nfields; f++)
            KL_TRY(copy_field(from, f, p, to, err));
    }
    return KL_OK;
}
