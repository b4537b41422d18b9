#include "run/limits.h"

#include "base/memory.h"
#include "base/stop.h"
#include "base/xxh64.h"
#include "run/record.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- what they depend on ---- */

kl_status kl_limits_settings(const char *resolved, uint64_t *out, kl_error *err)
{
    /* The keys of every study that do not matter, all at one value. */
    static const char *const same[] = {"realizations=1",  "ensembles=1", "moments=1", "deltas=1",
                                       "reference=solve", "snapshot=0",  "budget=1",  "cache=1"};
    kl_config *config = NULL;
    char *text = NULL;
    kl_status status = kl_config_parse("study", resolved, strlen(resolved), &config, err);
    for (size_t i = 0; status == KL_OK && i < sizeof same / sizeof *same; i++)
        status = kl_config_set(config, same[i], err);
    if (status == KL_OK)
        status = kl_config_emit(config, &text, err);
    if (status == KL_OK)
        *out = kl_xxh64(text, strlen(text));
    free(text);
    kl_config_destroy(&config);
    return status;
}

/* ---- solved ones ---- */

static bool any_number(const double *value, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!isnan(value[i]))
            return true;
    return false;
}

static size_t numbers(const kl_results *r)
{
    return (size_t)r->ntimes * (size_t)r->nquantities;
}

bool kl_limits_solved(const kl_results *r, int limit, int point)
{
    const size_t n = numbers(r);
    return r->limit[limit].note[point][0] ||
           any_number(r->limit[limit].value + (size_t)point * n, n);
}

/* Of the study's own, or of the finer one, which has the reference alone. */
static bool is_solved(const kl_results *r, int limit, int point, bool finer)
{
    const size_t n = numbers(r);
    return finer ? any_number(r->finer_reference + (size_t)point * n, n)
                 : kl_limits_solved(r, limit, point);
}

size_t kl_limits_count(const kl_study *study)
{
    const kl_description *about = study->description;
    return ((size_t)about->nlimits + 1) * (size_t)about->points.n;
}

void kl_limits_known(const kl_study *study, const kl_results *r, uint8_t *solved)
{
    const int nlimits = study->description->nlimits;
    for (int i = 0; i <= nlimits; i++)
        for (int p = 0; p < r->npoints; p++)
            *solved++ = is_solved(r, i, p, i == nlimits);
}

void kl_limits_mark(const kl_study *study, const uint8_t *solved, kl_results *r)
{
    const int nlimits = study->description->nlimits;
    for (int i = 0; i <= nlimits; i++)
        for (int p = 0; p < r->npoints; p++, solved++)
            if (*solved && i == nlimits)
                r->finer_reference[(size_t)p * numbers(r)] = 0;
            else if (*solved)
                strcpy(r->limit[i].note[p], "solved");
}

/* A solved limit as it goes into the journal: a head, values and errors [ntimes][nquantities],
 * correlations and the fields' values, if it has them. */
typedef struct head {
    uint64_t settings;
    char name[KL_NAME], note[256];
    int32_t point, finer, ntimes, nquantities;
    int64_t doubles;
} head;

/* Of the correlations between all numbers, if the limit gives them here. */
static size_t correlations(const kl_study *study, const kl_limit *kind)
{
    const size_t n = (size_t)study->stations.n * (size_t)study->description->nquantities;
    return study->covariance && kind->correlation ? n * n : 0;
}

static size_t field_doubles(const kl_study *study, int point, bool fields)
{
    size_t n = 0;
    for (int f = 0; fields && f < study->description->nfields; f++)
        n += (size_t)study->stations.n * kl_record_cells(study, point, f);
    return n;
}

/* Values and errors of another point than the solved one. */
static void keep_numbers(const kl_study *study, const kl_limit *kind, int solved, int point,
                         const double *from, size_t n, double *to)
{
    const double scale =
        kind->scale ? kind->scale(study->self, point) / kind->scale(study->self, solved) : 1;
    for (size_t i = 0; i < n; i++)
        to[(size_t)point * n + i] = scale * from[i];
}

/* Keeps the values for all points that have the same limit. */
static void keep(const kl_study *study, int limit, const head *h, const double *value,
                 kl_results *r)
{
    const kl_limit *kind = &study->description->limit[limit];
    const size_t n = numbers(r), pairs = correlations(study, kind);
    for (int p = h->point; p < r->npoints; p++) {
        const bool same =
            p == h->point || (kind->same_as && kind->same_as(study->self, p) == h->point);
        if (!same)
            continue;
        if (h->finer) {
            memcpy(r->finer_reference + (size_t)p * n, value, n * sizeof *value);
            continue;
        }
        keep_numbers(study, kind, h->point, p, value, n, r->limit[limit].value);
        keep_numbers(study, kind, h->point, p, value + n, n, r->limit[limit].error);
        memcpy(r->limit[limit].note[p], h->note, sizeof h->note);
        if (pairs > 0 && r->limit[limit].correlation)
            memcpy(r->limit[limit].correlation + (size_t)p * pairs, value + 2 * n,
                   pairs * sizeof *value);
        const double *cells = value + 2 * n + pairs;
        for (int f = 0; kind->fields && f < r->nfields; f++) {
            const size_t size = (size_t)r->ntimes * kl_record_cells(study, h->point, f);
            memcpy(r->field[f].reference[p], cells, size * sizeof *cells);
            cells += size;
        }
    }
}

static int find_limit(const kl_study *study, const char *name)
{
    for (int i = 0; i < study->description->nlimits; i++)
        if (strcmp(study->description->limit[i].name, name) == 0)
            return i;
    return -1;
}

kl_status kl_limits_take(const kl_study *study, uint64_t settings, const void *payload, size_t size,
                         kl_results *results, kl_error *err)
{
    head h;
    (void)err;
    if (size < sizeof h)
        return KL_OK;
    memcpy(&h, payload, sizeof h);
    h.name[KL_NAME - 1] = h.note[sizeof h.note - 1] = 0;
    const int limit = find_limit(study, h.name);
    if (h.settings != settings || limit < 0 || h.point < 0 || h.point >= results->npoints ||
        h.ntimes != results->ntimes || h.nquantities != results->nquantities ||
        (h.finer && !study->finer))
        return KL_OK; /* of other limits: they are solved again */
    const size_t want = 2 * numbers(results) +
                        correlations(study, &study->description->limit[limit]) +
                        field_doubles(study, h.point, study->description->limit[limit].fields);
    if (h.doubles == (int64_t)want && size == sizeof h + want * sizeof(double))
        keep(study, limit, &h, (const double *)(const void *)((const char *)payload + sizeof h),
             results);
    return KL_OK;
}

static void copy_fields(const kl_results *from, int point, kl_results *to)
{
    for (int f = 0; f < to->nfields; f++) {
        const kl_field *a = &from->field[f], *b = &to->field[f];
        if (a->reference[point] && b->reference[point])
            memcpy(b->reference[point], a->reference[point],
                   (size_t)to->ntimes * kl_field_cells(b, point) * sizeof(double));
    }
}

kl_status kl_limits_copy(const kl_study *study, const kl_results *from, kl_results *to,
                         kl_error *err)
{
    uint64_t mine, theirs;
    const size_t n = numbers(to);
    if (!from->study)
        return KL_OK;
    KL_TRY(kl_limits_settings(study->resolved, &mine, err));
    KL_TRY(kl_limits_settings(from->study, &theirs, err));
    if (mine != theirs)
        return KL_OK;
    for (int i = 0; i < to->nlimits; i++) {
        const kl_limit_data *a = kl_results_find_limit(from, to->limit[i].name);
        kl_limit_data *b = &to->limit[i];
        for (int p = 0; a && p < to->npoints; p++) {
            const size_t at = (size_t)p * n;
            if (is_solved(to, i, p, false) || !is_solved(from, (int)(a - from->limit), p, false))
                continue;
            memcpy(b->value + at, a->value + at, n * sizeof(double));
            memcpy(b->error + at, a->error + at, n * sizeof(double));
            memcpy(b->note[p], a->note[p], sizeof b->note[p]);
            if (a->correlation && b->correlation)
                memcpy(b->correlation + (size_t)p * n * n, a->correlation + (size_t)p * n * n,
                       n * n * sizeof(double));
            if (study->description->limit[i].fields)
                copy_fields(from, p, to);
        }
    }
    for (size_t i = 0; i < (size_t)to->npoints * n; i++)
        if (isnan(to->finer_reference[i]))
            to->finer_reference[i] = from->finer_reference[i];
    return KL_OK;
}

/* ---- solving ---- */

typedef struct solving {
    const kl_study *study; /* or its finer one */
    const kl_limits_run *run;
    kl_results *results; /* rank 0 */
    uint64_t settings;
    bool finer;
    int rank;
    kl_limit_values out;
    size_t *cells;
    char *payload; /* the record, on every rank; the arrays of `out` point into it */
    size_t size;
} solving;

static bool stop_asked(void *context)
{
    static const double long_ago = 1e-300; /* of a clock that is never before 0 */
    const kl_limits_run *run = context;
    if (run->pulse)
        kl_pulse_beat(run->pulse);
    const bool ended = run->ended && run->ended(run->context);
    return kl_stop_requested(run->comm, ended ? long_ago : run->deadline);
}

static kl_status make_record(solving *s, int limit, int point, kl_error *err)
{
    const kl_study *study = s->study;
    const kl_limit *kind = &study->description->limit[limit];
    const int nf = study->description->nfields;
    const size_t n = (size_t)study->stations.n * (size_t)study->description->nquantities;
    const size_t pairs = correlations(study, kind);
    const size_t doubles = 2 * n + pairs + field_doubles(study, point, kind->fields);
    head h = {.settings = s->settings,
              .point = point,
              .finer = s->finer,
              .ntimes = study->stations.n,
              .nquantities = study->description->nquantities,
              .doubles = (int64_t)doubles};
    snprintf(h.name, sizeof h.name, "%s", kind->name);
    s->size = sizeof h + doubles * sizeof(double);
    KL_TRY(kl_alloc(s->size, 1, "a limit", &s->payload, err));
    KL_TRY(kl_alloc((size_t)nf, sizeof *s->out.field, "a limit", &s->out.field, err));
    KL_TRY(kl_alloc((size_t)nf, sizeof *s->cells, "a limit", &s->cells, err));
    memcpy(s->payload, &h, sizeof h);
    double *at = (double *)(void *)(s->payload + sizeof h);
    for (size_t i = 0; i < doubles; i++)
        at[i] = NAN;
    s->out.value = at;
    s->out.error = at + n;
    s->out.correlation = pairs > 0 ? at + 2 * n : NULL;
    s->out.cells = s->cells;
    at += 2 * n + pairs;
    for (int f = 0; kind->fields && f < nf; f++) {
        s->cells[f] = kl_record_cells(study, point, f);
        s->out.field[f] = at;
        at += (size_t)study->stations.n * s->cells[f];
    }
    return KL_OK;
}

static void free_record(solving *s)
{
    free(s->payload);
    free(s->out.field);
    free(s->cells);
    s->payload = NULL;
    s->out = (kl_limit_values){0};
    s->cells = NULL;
}

/* Rank 0: into the journal and the results. */
static kl_status keep_record(solving *s, int limit, kl_error *err)
{
    head h;
    memcpy(&h, s->payload, sizeof h);
    memcpy(h.note, s->out.note, sizeof h.note);
    memcpy(s->payload, &h, sizeof h);
    keep(s->study, limit, &h, s->out.value, s->results);
    return s->run->journal
               ? kl_journal_append(s->run->journal, KL_RECORD_LIMIT, s->payload, s->size, err)
               : KL_OK;
}

static void say_note(const solving *s, int limit, int point)
{
    char name[2 * KL_NAME];
    const kl_limit_data *data = &s->results->limit[limit];
    const char *note = data->note[point];
    if (!note[0] || s->run->quiet || s->finer ||
        (point > 0 && strcmp(note, data->note[point - 1]) == 0))
        return;
    kl_study_point_name(s->study, point, name, sizeof name);
    fprintf(stderr, "kinlim: %s at %s: %s\n", data->name, name, note);
}

/* To those who look on. */
static void say_begins(const solving *s, int limit, int point)
{
    char name[2 * KL_NAME], words[4 * KL_NAME];
    if (!s->run->pulse)
        return;
    kl_study_point_name(s->study, point, name, sizeof name);
    snprintf(words, sizeof words, "solving %s at %s", s->study->description->limit[limit].name,
             name);
    kl_pulse_doing(s->run->pulse, words);
}

static void say_solved(const solving *s, int limit, int point, double seconds)
{
    kl_json *json = kl_log_begin(s->run->log, "limit");
    if (!json)
        return;
    kl_json_string(json, "name", s->study->description->limit[limit].name);
    kl_json_integer(json, "point", point);
    kl_json_number(json, "seconds", seconds);
    kl_json_string(json, "note", s->out.note);
    kl_log_end(s->run->log);
}

static kl_status solve(solving *s, int limit, int point, kl_error *err)
{
    const kl_limit *kind = &s->study->description->limit[limit];
    const double begin = kl_clock();
    say_begins(s, limit, point);
    kl_status status = kl_agree(s->run->comm, make_record(s, limit, point, err), err);
    s->out.stop = stop_asked;
    s->out.stop_context = (void *)s->run;
    if (status == KL_OK)
        status = kind->solve(s->study->self, point, s->run->comm, &s->out, err);
    if (status == KL_OK) {
        status = s->rank == 0 ? keep_record(s, limit, err) : KL_OK;
        status = kl_agree(s->run->comm, status, err);
    }
    if (status == KL_OK && s->rank == 0)
        say_note(s, limit, point);
    if (status == KL_OK)
        say_solved(s, limit, point, kl_clock() - begin);
    free_record(s);
    return status;
}

static kl_status solve_open(solving *s, int limit, kl_error *err)
{
    const kl_limit *kind = &s->study->description->limit[limit];
    for (int p = 0; p < s->study->description->points.n; p++) {
        int open = s->rank == 0 && !is_solved(s->results, limit, p, s->finer);
        if (kind->same_as && kind->same_as(s->study->self, p) != p)
            continue;
        MPI_Bcast(&open, 1, MPI_INT, 0, s->run->comm);
        if (!open)
            continue;
        if (stop_asked((void *)s->run))
            return kl_fail(err, KL_STOPPED, "stopped while the limits were solved");
        KL_TRY(solve(s, limit, p, err));
    }
    return KL_OK;
}

/* Of the limit of that name at all points. */
static double seconds_of(const kl_study *study, const char *name)
{
    const kl_limit *kind = kl_study_limit(study, name);
    double sum = 0;
    for (int p = 0; kind && kind->seconds && p < study->description->points.n; p++)
        if (!kind->same_as || kind->same_as(study->self, p) == p)
            sum += kind->seconds(study->self, p);
    return sum;
}

static bool any_open(const kl_results *results, int limit, bool finer)
{
    for (int p = 0; p < results->npoints; p++)
        if (!is_solved(results, limit, p, finer))
            return true;
    return false;
}

bool kl_limits_open(const kl_study *study, const kl_results *results)
{
    const int reference = study->finer ? find_limit(study->finer, "reference") : -1;
    for (int i = 0; i < study->description->nlimits; i++)
        if (any_open(results, i, false))
            return true;
    return reference >= 0 && any_open(results, reference, true);
}

kl_status kl_limits_solve(const kl_study *study, const kl_limits_run *run, kl_results *results,
                          kl_error *err)
{
    solving s = {.study = study, .run = run, .results = results};
    MPI_Comm_rank(run->comm, &s.rank);
    KL_TRY(kl_limits_settings(study->resolved, &s.settings, err));
    for (int i = 0; i < study->description->nlimits; i++)
        if (run->patience == 0 ||
            seconds_of(study, study->description->limit[i].name) <= run->patience)
            KL_TRY(solve_open(&s, i, err));
    if (!study->finer)
        return KL_OK;
    s.study = study->finer;
    s.finer = true;
    const int reference = find_limit(study->finer, "reference");
    return reference < 0 ? KL_OK : solve_open(&s, reference, err);
}

double kl_limits_seconds(const kl_study *study)
{
    double sum = 0;
    if (!study->solve_limits)
        return 0;
    for (int i = 0; i < study->description->nlimits; i++)
        sum += seconds_of(study, study->description->limit[i].name);
    if (study->finer) /* the reference alone is solved again */
        sum += seconds_of(study->finer, "reference");
    return sum;
}
