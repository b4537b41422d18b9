/* The keys of every study, whatever its system (docs/study.md). */
#include "study/study.h"

#include "base/memory.h"
#include "kinetic/boltzmann.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- realizations ---- */

typedef struct count_keys {
    int64_t realizations, min, max;
    kl_node *until;
} count_keys;

static const kl_key count_table[] = {{.name = "realizations",
                                      KL_INT_AT(count_keys, realizations),
                                      .flags = KL_REQUIRED | KL_FREE,
                                      KL_RANGE(1, 1e8),
                                      .doc = "of the disorder, per point"},
                                     {0}};
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
                                        .doc = "realizations per point at least"},
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

static kl_status read_realizations(kl_node *root, kl_node *node, kl_until *out, kl_error *err)
{
    count_keys keys;
    *out = (kl_until){0};
    if (!kl_config_is_map(node)) {
        KL_TRY(kl_config_read(root, count_table, &keys, err));
        out->least = out->most = keys.realizations;
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

/* The observable of `until` is one of the system's. */
static kl_status check_observable(const kl_study *study, kl_node *root, kl_error *err)
{
    const char *name = study->until.observable;
    bool found = !name;
    for (int q = 0; !found && q < study->about->nquantities; q++)
        found = strcmp(name, study->about->quantity[q].observable) == 0;
    return found ? KL_OK
                 : kl_config_fail(root, "realizations.until.observable", err,
                                  "%s is not allowed: must be the name of an observable", name);
}

/* ---- the error budget ---- */

typedef struct budget_keys {
    int64_t realizations;
} budget_keys;

static const kl_key budget_table[] = {{.name = "realizations",
                                       KL_INT_AT(budget_keys, realizations),
                                       .flags = KL_REQUIRED,
                                       KL_RANGE(1, 1e8),
                                       .doc = "of each point, done again with finer tolerances"},
                                      {0}};

static kl_status parse(const char *file, const char *text, int nset, const char *const *set,
                       bool is_finer, kl_study **out, kl_error *err);

/* The study again, by its own text and the system's finer settings. */
static kl_status make_finer(kl_study *study, kl_node *root, int64_t realizations, kl_error *err)
{
    enum { MOST = 8 };
    char text[MOST][128], count[64];
    const char *set[MOST + 1] = {count};
    const kl_system *system = study->system;
    const int n = system->finer ? system->finer(study->self, text, MOST) : 0;
    snprintf(count, sizeof count, "realizations=%lld", (long long)realizations);
    for (int i = 0; i < n; i++)
        set[i + 1] = text[i];
    if (n == 0)
        return kl_config_fail(root, "budget", err, "is not allowed: %s",
                              system->finer ? "the tolerances leave no room for finer ones"
                                            : "this system has nothing to refine");
    KL_TRY(parse("budget", study->resolved, n + 1, set, true, &study->finer, err));
    study->finer->snapshot = -1;
    return KL_OK;
}

static kl_status read_budget(kl_study *study, kl_node *root, const kl_node *budget,
                             int64_t realizations, kl_error *err)
{
    if (realizations > study->until.least)
        return kl_config_fail(budget, "realizations", err,
                              "%lld is not allowed: must be at most realizations, %lld",
                              (long long)realizations, (long long)study->until.least);
    return make_finer(study, root, realizations, err);
}

/* ---- the study ---- */

typedef struct study_keys {
    const char *system;
    kl_reals times, moments, deltas;
    kl_node *realizations, *budget;
    int64_t snapshot;
    int reference;
} study_keys;

static const char *const references[] = {"solve", "none", NULL};
static const kl_key table[] = {
    {.name = "system",
     KL_STRING_AT(study_keys, system),
     .flags = KL_REQUIRED,
     .doc = "the physical system"},
    {.name = "times",
     KL_REALS_AT(study_keys, times),
     .flags = KL_REQUIRED | KL_INCREASING | KL_FREE,
     KL_RANGE(0, 1e9),
     .doc = "macroscopic T"},
    {.name = "realizations",
     KL_NODE_AT(study_keys, realizations),
     .flags = KL_REQUIRED | KL_FREE,
     .doc = "of the disorder, per point: a number, or min, max and until",
     KL_BELOW(between_table)},
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
    {.name = "reference",
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

const kl_key *const kl_study_keys[] = {table, count_table, NULL};

kl_status kl_begin(kl_error *err)
{
    return kl_petsc_begin(err);
}

void kl_end(void)
{
    kl_petsc_end();
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

static kl_status configure(kl_study *study, bool is_finer, kl_error *err)
{
    budget_keys budget = {0};
    kl_node *root = kl_config_root(study->config);
    study_keys keys = {.snapshot = -1};
    KL_TRY(kl_config_read(root, table, &keys, err));
    study->times = (kl_times){keys.times.n, keys.times.v};
    KL_TRY(read_realizations(root, keys.realizations, &study->until, err));
    study->realizations = study->until.most;
    study->orders = keys.moments;
    study->deltas = keys.deltas;
    study->reference = keys.reference == 0;
    study->snapshot = keys.snapshot;
    KL_TRY(kl_system_find(root, keys.system, &study->system, err));
    if (study->system->kind == KL_DETERMINISTIC && study->realizations != 1)
        return kl_config_fail(root, "realizations", err,
                              "%lld is not allowed: must be 1, the system is deterministic",
                              (long long)study->realizations);
    if (!is_finer && keys.snapshot >= study->until.least)
        return kl_config_fail(root, "snapshot", err,
                              "%lld is not allowed: must be below realizations",
                              (long long)keys.snapshot);
    if (keys.budget)
        KL_TRY(kl_config_read(keys.budget, budget_table, &budget, err));
    KL_TRY(study->system->configure(root, &study->times, !study->reference, &study->self, err));
    KL_TRY(kl_config_check_unknown(study->config, err));
    study->about = study->system->describe(study->self);
    KL_TRY(check_observable(study, root, err));
    study->reference = study->reference && !study->about->no_reference && study->system->reference;
    KL_TRY(kl_config_emit(study->config, &study->resolved, err));
    return keys.budget && !is_finer
               ? read_budget(study, root, keys.budget, budget.realizations, err)
               : KL_OK;
}

static kl_status parse(const char *file, const char *text, int nset, const char *const *set,
                       bool is_finer, kl_study **out, kl_error *err)
{
    kl_study *study;
    *out = NULL;
    KL_TRY(kl_alloc(1, sizeof *study, "study", &study, err));
    set_name(study, file);
    kl_status status = kl_config_parse(file, text, strlen(text), &study->config, err);
    for (int i = 0; status == KL_OK && i < nset; i++)
        status = kl_config_set(study->config, set[i], err);
    if (status == KL_OK)
        status = configure(study, is_finer, err);
    if (status != KL_OK)
        kl_study_destroy(&study);
    *out = study;
    return status;
}

kl_status kl_study_parse(const char *file, const char *text, int nset, const char *const *set,
                         kl_study **out, kl_error *err)
{
    return parse(file, text, nset, set, false, out, err);
}

static kl_status read_text(const char *path, char **text, long *size, kl_error *err)
{
    enum { MOST = 1 << 24 };
    FILE *file = fopen(path, "rb");
    *text = NULL;
    *size = 0;
    if (!file)
        return kl_fail(err, KL_INPUT, "%s: %s", path, strerror(errno));
    kl_status status = kl_alloc(MOST + 2, 1, path, text, err);
    if (status == KL_OK) {
        *size = (long)fread(*text, 1, MOST + 1, file);
        if (ferror(file))
            status = kl_fail(err, KL_INPUT, "%s: %s", path, strerror(errno));
        else if (*size > MOST)
            status = kl_fail(err, KL_INPUT, "%s: longer than 16 MB is not allowed", path);
        else if (memchr(*text, 0, (size_t)*size))
            status = kl_fail(err, KL_INPUT, "%s: not a text file", path);
    }
    fclose(file);
    return status;
}

kl_status kl_study_load(MPI_Comm comm, const char *path, int nset, const char *const *set,
                        kl_study **out, kl_error *err)
{
    int rank;
    long size = 0;
    char *text = NULL;
    kl_status status = KL_OK;
    *out = NULL;
    MPI_Comm_rank(comm, &rank);
    if (rank == 0)
        status = read_text(path, &text, &size, err);
    KL_GOTO(kl_agree(comm, status, err));
    MPI_Bcast(&size, 1, MPI_LONG, 0, comm);
    if (rank != 0)
        status = kl_alloc((size_t)size + 1, 1, path, &text, err);
    KL_GOTO(kl_agree(comm, status, err));
    MPI_Bcast(text, (int)size, MPI_CHAR, 0, comm);
    text[size] = 0;
    status = kl_study_parse(path, text, nset, set, out, err);
    status = kl_agree(comm, status, err);
    if (status != KL_OK)
        kl_study_destroy(out);
done:
    free(text);
    return status;
}

void kl_study_destroy(kl_study **study)
{
    kl_study *s = *study;
    if (!s)
        return;
    kl_study_destroy(&s->finer);
    if (s->system)
        s->system->destroy(&s->self);
    kl_config_destroy(&s->config);
    free(s->resolved);
    free(s);
    *study = NULL;
}

bool kl_study_same_times(const kl_study *study, const kl_study *old)
{
    if (study->times.n != old->times.n)
        return false;
    for (int i = 0; i < study->times.n; i++)
        if (study->times.t[i] != old->times.t[i])
            return false;
    return true;
}

static bool has_time(const kl_study *study, double t)
{
    for (int i = 0; i < study->times.n; i++)
        if (study->times.t[i] == t)
            return true;
    return false;
}

kl_status kl_study_same(const kl_study *study, const kl_study *old, const char *old_name,
                        kl_error *err)
{
    const char *const ignore[] = {"realizations",
                                  "moments",
                                  "times",
                                  "deltas",
                                  "reference",
                                  "snapshot",
                                  "cache",
                                  "budget",
                                  study->system->reference_key,
                                  NULL};
    char difference[512];
    if (!kl_config_same(study->config, old->config, ignore, difference, sizeof difference))
        return kl_fail(err, KL_INPUT, "%s is of another study: %s", old_name, difference);
    if (study->realizations < old->realizations)
        return kl_fail(err, KL_INPUT, "%s has realizations: %lld, more than the %lld asked for",
                       old_name, (long long)old->realizations, (long long)study->realizations);
    for (int i = 0; i < old->times.n; i++)
        if (!has_time(study, old->times.t[i]))
            return kl_fail(err, KL_INPUT, "%s has the time %g, which is not asked for", old_name,
                           old->times.t[i]);
    return KL_OK;
}
