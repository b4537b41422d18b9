/* The keys of every study, whatever its system (docs/study.md). */
#include "study/study.h"

#include "base/memory.h"
#include "contract/find.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- tables of keys ---- */

typedef struct study_keys {
    const char *system;
    kl_reals moments, deltas;
    bool covariance;
    kl_node *budget;
    int64_t snapshot;
    int reference;
} study_keys;

enum { MOST_REALIZATIONS = 100000000 }; /* at a point, members of ensembles too */

typedef struct budget_keys {
    int64_t realizations;
} budget_keys;

static const kl_key budget_table[] = {{.name = "realizations",
                                       KL_INT_AT(budget_keys, realizations),
                                       .flags = KL_REQUIRED,
                                       KL_RANGE(1, 1e8),
                                       .doc = "of each point, done again with finer tolerances"},
                                      {0}};

static const kl_key system_table[] = {{.name = "system",
                                       KL_STRING_AT(study_keys, system),
                                       .flags = KL_REQUIRED,
                                       .doc = "the physical system"},
                                      {0}};

/* Of random ensembles. */
static const kl_key moments_table[] = {
    {.name = "moments",
     KL_REALS_AT(study_keys, moments),
     .flags = KL_DISTINCT | KL_FREE,
     KL_RANGE(1, 64),
     .fallback = "[1, 2, 4]",
     .doc = "orders r"},
    {.name = "deltas",
     KL_REALS_AT(study_keys, deltas),
     .flags = KL_INCREASING | KL_FREE,
     KL_RANGE_ABOVE(0, 1e9),
     .doc = "distances from the limit whose probability is asked for"},
    {.name = "covariance",
     KL_BOOL_AT(study_keys, covariance),
     .flags = KL_FREE,
     .doc = "true: correlations between all observables and stations"},
    {0}};

static const char *const references[] = {"solve", "none", NULL};
static const kl_key table[] = {{.name = "reference",
                                KL_CHOICE_AT(study_keys, reference, references),
                                .flags = KL_FREE,
                                .fallback = "solve",
                                .doc = "none: skip it (merge computes it later)"},
                               {.name = "budget",
                                KL_MAP_AT(study_keys, budget),
                                .flags = KL_FREE,
                                .doc = "errors measured by refinement",
                                KL_BELOW(budget_table)},
                               {.name = "snapshot",
                                KL_INT_AT(study_keys, snapshot),
                                .flags = KL_FREE,
                                KL_RANGE(0, 1e8),
                                .doc = "the realization whose density is written for ParaView"},
                               {0}};

/* ---- how many ---- */

typedef struct count_keys {
    int64_t count, min, max;
    kl_node *either, *until;
} count_keys;

static const kl_key until_table[] = {{.name = "relative_error",
                                      KL_REAL_AT(kl_until, relative_error),
                                      .flags = KL_REQUIRED,
                                      KL_RANGE_ABOVE(0, 1),
                                      .doc = "half width of the 95% interval over the value"},
                                     {.name = "order",
                                      KL_REAL_AT(kl_until, order),
                                      KL_RANGE(1, 64),
                                      .fallback = "1",
                                      .doc = "1: of the mean; r: of the central moment of order r"},
                                     {.name = "observable",
                                      KL_STRING_AT(kl_until, observable),
                                      .doc = "of this one; default: of all"},
                                     {0}};
static const kl_key between_table[] = {{.name = "min",
                                        KL_INT_AT(count_keys, min),
                                        .flags = KL_REQUIRED,
                                        KL_RANGE(2, 1e8),
                                        .doc = "per point at least"},
                                       {.name = "max",
                                        KL_INT_AT(count_keys, max),
                                        .flags = KL_REQUIRED,
                                        KL_RANGE(2, 1e8),
                                        .doc = "at most"},
                                       {.name = "until",
                                        KL_MAP_AT(count_keys, until),
                                        .flags = KL_REQUIRED,
                                        .doc = "when fewer than max are enough",
                                        KL_BELOW(until_table)},
                                       {0}};

/* Independent ones: a number (count_...) or a map. */
static const kl_key realizations_table[] = {{.name = "realizations",
                                             KL_NODE_AT(count_keys, either),
                                             .flags = KL_REQUIRED | KL_FREE,
                                             .doc = "per point: a number, or min, max and until",
                                             KL_BELOW(between_table)},
                                            {0}};
static const kl_key count_table[] = {{.name = "realizations",
                                      KL_INT_AT(count_keys, count),
                                      .flags = KL_REQUIRED | KL_FREE,
                                      KL_RANGE(1, 1e8),
                                      .doc = "per point"},
                                     {0}};
static const kl_key one_table[] = {{.name = "realizations",
                                    KL_INT_AT(count_keys, count),
                                    .flags = KL_FREE,
                                    KL_RANGE(1, 1),
                                    .doc = "1: the system is deterministic"},
                                   {0}};

/* Ensembles in lockstep. */
static const kl_key members_table[] = {
    {.name = "realizations",
     KL_INT_AT(count_keys, count),
     .flags = KL_REQUIRED,
     KL_RANGE(2, 1e6),
     .doc = "members of each ensemble, which advance together"},
    {.name = "ensembles",
     KL_NODE_AT(count_keys, either),
     .flags = KL_FREE,
     .fallback = "8",
     .doc = "independent ensembles, per point: a number, or min, max and until",
     KL_BELOW(between_table)},
    {0}};
static const kl_key ensembles_table[] = {{.name = "ensembles",
                                          KL_INT_AT(count_keys, count),
                                          .flags = KL_REQUIRED | KL_FREE,
                                          KL_RANGE(1, 1e6),
                                          .doc = "independent ensembles, per point"},
                                         {0}};

int kl_study_tables(const kl_system *system, const kl_key *out[8])
{
    const kl_key *const counts[3][2] = {[KL_INDEPENDENT] = {realizations_table, count_table},
                                        [KL_DETERMINISTIC] = {one_table, NULL},
                                        [KL_LOCKSTEP] = {members_table, ensembles_table}};
    int n = 0;
    out[n++] = system_table;
    for (int i = 0; i < 2; i++)
        if (counts[system->ensemble][i])
            out[n++] = counts[system->ensemble][i];
    if (system->ensemble != KL_DETERMINISTIC)
        out[n++] = moments_table;
    out[n++] = table;
    out[n] = NULL;
    return n;
}

/* A number, or min, max and until. */
static kl_status read_until(kl_node *root, kl_node *node, const kl_key *count, kl_until *out,
                            kl_error *err)
{
    count_keys keys;
    *out = (kl_until){0};
    if (!kl_config_is_map(node)) {
        KL_TRY(kl_config_read(root, count, &keys, err));
        out->least = out->most = keys.count;
        return KL_OK;
    }
    KL_TRY(kl_config_read(node, between_table, &keys, err));
    if (keys.max < keys.min)
        return kl_config_fail(node, "max", err, "%lld is not allowed: must be at least min, %lld",
                              (long long)keys.max, (long long)keys.min);
    KL_TRY(kl_config_read(keys.until, until_table, out, err));
    out->least = keys.min;
    out->most = keys.max;
    return KL_OK;
}

static kl_status read_counts(kl_study *study, kl_node *root, kl_error *err)
{
    count_keys keys = {0};
    study->members = 1;
    switch (study->system->ensemble) {
    case KL_DETERMINISTIC:
        study->until = (kl_until){.least = 1, .most = 1};
        study->batches = 1;
        return kl_config_read(root, one_table, &keys, err);
    case KL_LOCKSTEP:
        KL_TRY(kl_config_read(root, members_table, &keys, err));
        study->members = (int)keys.count;
        KL_TRY(read_until(root, keys.either, ensembles_table, &study->until, err));
        if (keys.count * study->until.most > MOST_REALIZATIONS)
            return kl_config_fail(
                root, "ensembles", err,
                "%lld is not allowed: at most %d realizations in all, %lld in each",
                (long long)study->until.most, MOST_REALIZATIONS, (long long)keys.count);
        break;
    case KL_INDEPENDENT:
        KL_TRY(kl_config_read(root, realizations_table, &keys, err));
        KL_TRY(read_until(root, keys.either, count_table, &study->until, err));
    }
    study->batches = study->until.most;
    return KL_OK;
}

/* The observable of `until` is one of the system's. */
static kl_status check_observable(const kl_study *study, kl_node *root, kl_error *err)
{
    const char *name = study->until.observable;
    bool found = !name;
    for (int q = 0; !found && q < study->description->nquantities; q++)
        found = strcmp(name, study->description->quantity[q].observable) == 0;
    const char *key = study->system->ensemble == KL_LOCKSTEP ? "ensembles.until.observable"
                                                             : "realizations.until.observable";
    return found ? KL_OK
                 : kl_config_fail(root, key, err,
                                  "%s is not allowed: must be the name of an observable", name);
}

static kl_status check_available(const kl_study *study, kl_node *root, kl_error *err)
{
    const int64_t available = study->description->available;
    return available == 0 || study->until.most <= available
               ? KL_OK
               : kl_config_fail(root, "realizations", err,
                                "%lld is not allowed: there are %lld of them",
                                (long long)study->until.most, (long long)available);
}

/* ---- stations ---- */

typedef struct station_keys {
    kl_reals value;
} station_keys;

void kl_study_station_table(const kl_system *system, kl_key out[2])
{
    const kl_station_kind *kind = &system->stations;
    out[0] = (kl_key){.name = kind->key,
                      KL_REALS_AT(station_keys, value),
                      .flags = KL_REQUIRED | KL_INCREASING | KL_FREE,
                      KL_RANGE(system->negative_stations ? -1e9 : 0, 1e9),
                      .doc = kind->long_name};
    out[1] = (kl_key){0};
}

static kl_status read_stations(kl_study *study, kl_node *root, kl_error *err)
{
    kl_key stations[2];
    station_keys keys;
    study->stations = (kl_stations){1, NULL};
    if (!study->system->stations.key)
        return KL_OK;
    kl_study_station_table(study->system, stations);
    KL_TRY(kl_config_read(root, stations, &keys, err));
    study->stations = (kl_stations){keys.value.n, keys.value.v};
    return KL_OK;
}

/* ---- the error budget ---- */

typedef struct source { /* what a study is read from */
    const char *file, *text;
    int nset;
    const char *const *set;
    const kl_system *const *systems;
    bool is_finer;
} source;

static kl_status read_study(const source *from, kl_study **out, kl_error *err);

/* The study again, by its own text and the system's finer settings. */
static kl_status make_finer(kl_study *study, kl_node *root, int64_t count, kl_error *err)
{
    enum { MOST = 8 };
    char text[MOST][128], number[64];
    const char *set[MOST + 1] = {number};
    const kl_system *system = study->system;
    const int n = system->finer ? system->finer(study->self, text, MOST) : 0;
    snprintf(number, sizeof number, "%s=%lld",
             system->ensemble == KL_LOCKSTEP ? "ensembles" : "realizations", (long long)count);
    for (int i = 0; i < n; i++)
        set[i + 1] = text[i];
    if (n == 0)
        return kl_config_fail(root, "budget", err, "is not allowed: %s",
                              system->finer ? "the tolerances leave no room for finer ones"
                                            : "this system has nothing to refine");
    const source again = {"budget", study->resolved, n + 1, set, study->systems, true};
    KL_TRY(read_study(&again, &study->finer, err));
    study->finer->snapshot = -1;
    return KL_OK;
}

static kl_status read_budget(kl_study *study, kl_node *node, kl_error *err)
{
    budget_keys budget = {0};
    KL_TRY(kl_config_read(node, budget_table, &budget, err));
    return budget.realizations <= study->until.least
               ? KL_OK
               : kl_config_fail(
                     node, "realizations", err, "%lld is not allowed: must be at most %s, %lld",
                     (long long)budget.realizations,
                     study->system->ensemble == KL_LOCKSTEP ? "ensembles" : "realizations",
                     (long long)study->until.least);
}

/* ---- the study ---- */

static kl_status find_system(kl_study *study, kl_node *root, const char *name, kl_error *err)
{
    char known[512];
    bool alternative = false;
    study->system = kl_system_find(study->systems, name);
    if (study->system && study->system->alternative)
        KL_TRY(study->system->alternate(root, &alternative, err));
    if (alternative)
        study->system = study->system->alternative;
    if (study->system)
        return KL_OK;
    kl_system_names(study->systems, known, sizeof known);
    return kl_config_fail(root, "system", err, "%s is not allowed: must be one of %s", name, known);
}

/* "jobs/quickstart/study.yaml" -> "study". */
static void set_name(kl_study *study, const char *file)
{
    const char *slash = strrchr(file, '/');
    snprintf(study->name, sizeof study->name, "%s", slash ? slash + 1 : file);
    char *dot = strrchr(study->name, '.');
    if (dot && dot != study->name)
        *dot = 0;
}

static kl_status read_own_keys(kl_study *study, kl_node *root, study_keys *keys, kl_error *err)
{
    KL_TRY(kl_config_read(root, system_table, keys, err));
    KL_TRY(find_system(study, root, keys->system, err));
    KL_TRY(read_stations(study, root, err));
    KL_TRY(read_counts(study, root, err));
    if (study->system->ensemble != KL_DETERMINISTIC)
        KL_TRY(kl_config_read(root, moments_table, keys, err));
    KL_TRY(kl_config_read(root, table, keys, err));
    study->orders = keys->moments;
    study->deltas = keys->deltas;
    study->covariance = keys->covariance;
    study->snapshot = keys->snapshot;
    return KL_OK;
}

static kl_status configure(kl_study *study, bool is_finer, kl_error *err)
{
    kl_node *root = kl_config_root(study->config);
    study_keys keys = {.snapshot = -1};
    KL_TRY(read_own_keys(study, root, &keys, err));
    if (!is_finer && keys.snapshot >= study->until.least)
        return kl_config_fail(root, "snapshot", err,
                              "%lld is not allowed: must be below realizations",
                              (long long)keys.snapshot);
    if (keys.budget)
        KL_TRY(read_budget(study, keys.budget, err));
    KL_TRY(kl_system_open(study->system, root, &study->stations, &study->self, err));
    KL_TRY(kl_config_check_unknown(study->config, err));
    study->description = kl_system_describe(study->system, study->self);
    study->solve_limits = keys.reference == 0 && !study->description->skip_limits;
    KL_TRY(kl_point_sets_create(&study->description->points, &study->sets, err));
    KL_TRY(check_observable(study, root, err));
    KL_TRY(check_available(study, root, err));
    KL_TRY(kl_config_emit(study->config, &study->resolved, err));
    budget_keys budget = {0};
    if (!keys.budget || is_finer)
        return KL_OK;
    KL_TRY(kl_config_read(keys.budget, budget_table, &budget, err));
    return make_finer(study, root, budget.realizations, err);
}

static kl_status read_study(const source *from, kl_study **out, kl_error *err)
{
    kl_study *study;
    *out = NULL;
    KL_TRY(kl_alloc(1, sizeof *study, "study", &study, err));
    study->systems = from->systems;
    set_name(study, from->file);
    kl_status status =
        kl_config_parse(from->file, from->text, strlen(from->text), &study->config, err);
    for (int i = 0; status == KL_OK && i < from->nset; i++)
        status = kl_config_set(study->config, from->set[i], err);
    if (status == KL_OK)
        status = configure(study, from->is_finer, err);
    if (status != KL_OK)
        kl_study_destroy(&study);
    *out = study;
    return status;
}

kl_status kl_study_read(const char *file, const char *text, int nset, const char *const *set,
                        const kl_system *const *systems, kl_study **out, kl_error *err)
{
    const source from = {file, text, nset, set, systems, false};
    return read_study(&from, out, err);
}

void kl_study_destroy(kl_study **study)
{
    kl_study *s = *study;
    if (!s)
        return;
    kl_study_destroy(&s->finer);
    if (s->system)
        kl_system_close(s->system, &s->self);
    kl_point_sets_destroy(&s->sets);
    kl_config_destroy(&s->config);
    free(s->resolved);
    free(s);
    *study = NULL;
}

const kl_limit *kl_study_limit(const kl_study *study, const char *name)
{
    for (int i = 0; i < study->description->nlimits; i++)
        if (strcmp(study->description->limit[i].name, name) == 0)
            return &study->description->limit[i];
    return NULL;
}

void kl_study_point_name(const kl_study *study, int point, char *text, size_t size)
{
    const kl_points *points = &study->description->points;
    char word[KL_NAME];
    const double value = points->ncolumns ? points->value[point * points->ncolumns] : 0;
    if (points->ncolumns == 0)
        snprintf(text, size, "point %d", point);
    else if (kl_column_word(&points->column[0], value, word))
        snprintf(text, size, "%s = %s", points->column[0].name, word);
    else
        snprintf(text, size, "%s = %g", points->column[0].name, value);
}
