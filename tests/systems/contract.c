#include "systems/contract.h"

#include "contract/find.h"
#include "run/pieces.h"
#include "run/record.h"

/* A run of one point on a communicator: every rank of it holds the whole record. */
typedef struct work {
    const kl_study *study;
    kl_place place;
    void *run;
    kl_record record;
    int station; /* the next one */
} work;

static kl_study *read_study(const contract_case *c, const char *set)
{
    const kl_system *const table[] = {c->system, NULL};
    kl_study *study;
    assert_ok(kl_study_read("study.yaml", c->study, set != NULL, &set, table, &study, why));
    study->systems = NULL; /* `table` is gone */
    return study;
}

static int fewest(const kl_study *study, int point)
{
    int size;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    const int64_t most = study->system->cost(study->self, point, 1).most_ranks;
    return most > 0 && most < size ? (int)most : size;
}

static void begin(work *w, const kl_study *study, int point, MPI_Comm group)
{
    *w = (work){.study = study, .place = {point, group, group, study->members, 0, study->members}};
    assert_ok(study->system->begin(study->self, &w->place, &w->run, why));
    assert_ok(kl_record_create(study, point, &w->record, why));
}

static void start(work *w, int64_t batch)
{
    w->station = 0;
    kl_record_number(&w->record, batch);
    if (w->study->system->start)
        assert_ok(w->study->system->start(w->run, batch, why));
}

/* One call of advance(), and the measurement where the station is reached. */
static void step(work *w)
{
    const kl_system *system = w->study->system;
    bool reached = true;
    if (system->advance)
        assert_ok(system->advance(w->run, w->station, &reached, why));
    for (int m = 0; reached && m < w->place.count; m++) {
        kl_sample sample = kl_record_sample(&w->record, m, w->station);
        assert_ok(system->measure(w->run, w->station, m, &sample, why));
    }
    w->station += reached;
}

static void finish(work *w)
{
    while (w->station < w->study->stations.n)
        step(w);
}

static void end(work *w)
{
    w->study->system->end(&w->run);
    assert_null(w->run);
    w->study->system->end(&w->run); /* NULL-safe */
    kl_record_destroy(&w->record);
}

static void assert_same_record(const kl_record *a, const kl_record *b)
{
    assert_everywhere(a->size == b->size && memcmp(a->payload, b->payload, a->size) == 0);
}

/* Batch `batch` of a point, all stations, on that group. */
static kl_record whole(const kl_study *study, int point, MPI_Comm group, int64_t batch)
{
    work w;
    begin(&w, study, point, group);
    start(&w, batch);
    finish(&w);
    kl_record record = w.record;
    w.record = (kl_record){0};
    end(&w);
    return record;
}

/* ---- words ---- */

static void assert_word(const char *word)
{
    assert_true(word && word[0] && strlen(word) < KL_NAME);
    assert_true(strspn(word, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") ==
                strlen(word));
}

static void assert_text(const char *text)
{
    assert_true(text && text[0] && !strchr(text, '\n'));
}

static void assert_page(const char *name)
{
    char path[512];
    snprintf(path, sizeof path, "%s/docs/%s.md", getenv("SOURCE_DIR"), name);
    FILE *page = fopen(path, "r");
    if (!page)
        fail_msg("%s is missing: every system has a page", path);
    fclose(page);
}

static void check_names(const kl_description *about)
{
    for (int q = 0; q < about->nquantities; q++) {
        assert_word(about->quantity[q].observable);
        assert_true(strcmp(about->quantity[q].part, "re") == 0 ||
                    strcmp(about->quantity[q].part, "im") == 0);
        for (int i = 0; i < q; i++)
            assert_true(strcmp(about->quantity[i].observable, about->quantity[q].observable) != 0 ||
                        strcmp(about->quantity[i].part, about->quantity[q].part) != 0);
    }
    for (int i = 0; i < about->nchecks; i++)
        assert_word(about->check[i]);
    for (int i = 0; i < about->nlimits; i++) {
        assert_word(about->limit[i].name);
        assert_text(about->limit[i].long_name);
        assert_non_null(about->limit[i].solve);
    }
    for (int i = 0; i < about->nderived; i++) {
        assert_word(about->derived[i].name);
        assert_word(about->derived[i].observable);
    }
    for (int f = 0; f < about->nfields; f++) {
        assert_word(about->field[f].name);
        assert_text(about->field[f].units);
        assert_text(about->field[f].long_name);
        assert_in_range(about->field[f].naxes, 1, KL_FIELD_AXES);
    }
}

/* columns: those that the system lists; NULL: it lists none. */
static void check_points(const kl_points *points, const kl_column *columns)
{
    assert_true(points->n > 0 && points->ncolumns >= 0 && points->ncolumns <= KL_MOST_COLUMNS);
    for (int c = 0; c < points->ncolumns; c++) {
        assert_word(points->column[c].name);
        assert_text(points->column[c].units);
        assert_text(points->column[c].long_name);
        assert_true(!columns || strcmp(columns[c].name, points->column[c].name) == 0);
        assert_true(points->column[c].role != KL_VARIANT || points->column[c].statistic[0]);
    }
    for (int i = 0; i < points->n * points->ncolumns; i++)
        assert_true(isfinite(points->value[i]));
}

void contract_describes_itself(const contract_case *c)
{
    const kl_system *s = c->system;
    assert_word(s->name);
    assert_text(s->summary);
    assert_true(!getenv("SOURCE_DIR") || !s->model || s->source);
    assert_true(!s->model || s->columns); /* kinlim info lists them */
    if (s->model)
        assert_page(s->name);
    if (s->stations.key) {
        assert_word(s->stations.name);
        assert_text(s->stations.symbol);
        assert_text(s->stations.units);
        assert_text(s->stations.long_name);
    }
    for (int i = 0; s->keys[i]; i++)
        for (const kl_key *key = s->keys[i]; key->name; key++)
            assert_text(key->doc);
    kl_study *study = read_study(c, NULL);
    check_names(study->description);
    check_points(&study->description->points, s->columns);
    kl_study_destroy(&study);
    kl_system_close(s, &(void *){NULL});
}

/* ---- bits ---- */

void contract_is_the_same_on_any_ranks(const contract_case *c)
{
    kl_study *study = read_study(c, NULL);
    int rank;
    MPI_Comm group;
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    for (int p = 0; p < study->description->points.n; p++) {
        const int ranks = fewest(study, p);
        MPI_Comm_split(MPI_COMM_WORLD, rank < ranks ? 0 : rank, rank, &group);
        kl_record together = whole(study, p, group, 1), alone = whole(study, p, MPI_COMM_SELF, 1);
        assert_same_record(&together, &alone);
        kl_record_destroy(&together);
        kl_record_destroy(&alone);
        MPI_Comm_free(&group);
    }
    kl_study_destroy(&study);
}

void contract_starts_again(const contract_case *c)
{
    kl_study *study = read_study(c, NULL);
    kl_record fresh = whole(study, 0, MPI_COMM_SELF, 0);
    work w;
    begin(&w, study, 0, MPI_COMM_SELF);
    start(&w, 2); /* another one, given up on the way, */
    step(&w);
    start(&w, 1); /* another one, to its end, */
    finish(&w);
    start(&w, 0);
    finish(&w);
    assert_same_record(&fresh, &w.record);
    start(&w, 0); /* and the same again */
    finish(&w);
    assert_same_record(&fresh, &w.record);
    end(&w);
    kl_record_destroy(&fresh);
    kl_study_destroy(&study);
}

void contract_takes_a_subset_of_stations(const contract_case *c)
{
    if (!c->last_only)
        return;
    kl_study *study = read_study(c, NULL), *part = read_study(c, c->last_only);
    kl_record all = whole(study, 0, MPI_COMM_SELF, 0), last = whole(part, 0, MPI_COMM_SELF, 0);
    assert_int_equal(part->stations.n, 1);
    for (int m = 0; m < study->members; m++) {
        const kl_sample a = kl_record_sample(&all, m, study->stations.n - 1);
        const kl_sample b = kl_record_sample(&last, m, 0);
        for (int q = 0; q < study->description->nquantities; q++)
            assert_near(b.quantity[q], a.quantity[q], c->tolerance);
    }
    kl_record_destroy(&all);
    kl_record_destroy(&last);
    kl_study_destroy(&study);
    kl_study_destroy(&part);
}

/* ---- checkpoints ---- */

/* The pieces of a run on all ranks, by their numbers; the ranks of `w` hold each once. */
static char *gather_pieces(const work *w, const kl_packing *p)
{
    const kl_system *system = w->study->system;
    const size_t all = (size_t)p->pieces * p->piece_bytes;
    char *bytes = calloc(all + 1, 1);
    assert_non_null(bytes);
    for (int64_t i = 0; i < kl_pieces_held(p); i++)
        system->pack(w->run, i, bytes + (size_t)kl_pieces_number(p, i) * p->piece_bytes);
    MPI_Allreduce(MPI_IN_PLACE, bytes, (int)all, MPI_BYTE, MPI_BOR, w->place.ensemble);
    return bytes;
}

static void restore(work *w, const work *from, const char *bytes)
{
    const kl_system *system = w->study->system;
    start(w, from->record.batch);
    const kl_packing p = system->shape(w->run);
    for (int64_t i = 0; i < kl_pieces_held(&p); i++)
        system->unpack(w->run, i, bytes + (size_t)kl_pieces_number(&p, i) * p.piece_bytes);
    system->restored(w->run, from->station - 1);
    memcpy(w->record.payload, from->record.payload, from->record.size);
    w->station = from->station;
}

/* After each step of a run on all ranks another one, on each rank alone, goes on from its pieces.
 */
static void check_steps(const kl_study *study, MPI_Comm group, const kl_record *expected)
{
    work w, alone;
    begin(&w, study, 0, group);
    begin(&alone, study, 0, MPI_COMM_SELF);
    start(&w, 1);
    while (w.station < study->stations.n) {
        step(&w);
        const kl_packing p = study->system->packing(w.run, w.station - 1);
        const kl_packing shape = study->system->shape(w.run);
        if (p.pieces == 0 || w.station == study->stations.n)
            continue;
        assert_true(p.pieces == shape.pieces && p.piece_bytes == shape.piece_bytes);
        char *bytes = gather_pieces(&w, &p);
        restore(&alone, &w, bytes);
        finish(&alone);
        assert_same_record(expected, &alone.record);
        free(bytes);
    }
    assert_same_record(expected, &w.record);
    end(&w);
    end(&alone);
}

void contract_comes_back_from_checkpoints(const contract_case *c)
{
    kl_study *study = read_study(c, NULL);
    const kl_system *s = study->system;
    int rank;
    MPI_Comm group;
    assert_true(!s->packing == !s->pack && !s->pack == !s->unpack && !s->unpack == !s->restored &&
                !s->restored == !s->shape);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_split(MPI_COMM_WORLD, rank < fewest(study, 0) ? 0 : rank, rank, &group);
    kl_record expected = whole(study, 0, MPI_COMM_SELF, 1);
    if (s->packing)
        check_steps(study, group, &expected);
    kl_record_destroy(&expected);
    MPI_Comm_free(&group);
    kl_study_destroy(&study);
}

/* ---- costs and limits ---- */

void contract_knows_its_cost(const contract_case *c)
{
    kl_study *study = read_study(c, NULL);
    for (int p = 0; p < study->description->points.n; p++) {
        const kl_cost alone = study->system->cost(study->self, p, 1),
                      two = study->system->cost(study->self, p, 2);
        assert_true(alone.bytes > 0 && alone.seconds > 0 && alone.more_bytes >= 0);
        assert_true(two.bytes > 0 && two.bytes <= 1.5 * alone.bytes);
        assert_true(study->members == 1 || alone.more_bytes > 0);
    }
    kl_study_destroy(&study);
}

static bool never(void *context)
{
    (void)context;
    return false;
}

static void check_limit(const kl_study *study, const kl_limit *limit, int point)
{
    const size_t n = (size_t)(study->stations.n * study->description->nquantities);
    double value[512], error[512], *field[8] = {NULL};
    size_t cells[8] = {0};
    kl_limit_values out = {
        .value = value, .error = error, .field = field, .cells = cells, .stop = never};
    assert_true(n <= 512 && study->description->nfields <= 8);
    for (size_t i = 0; i < n; i++)
        value[i] = error[i] = NAN;
    for (int f = 0; f < study->description->nfields; f++) {
        cells[f] = kl_record_cells(study, point, f);
        field[f] = calloc(cells[f] * (size_t)study->stations.n, sizeof(double));
        assert_non_null(field[f]);
    }
    assert_ok(limit->solve(study->self, point, MPI_COMM_WORLD, &out, why));
    int known = 0;
    for (size_t i = 0; i < n; i++) {
        known += !isnan(value[i]);
        assert_true(isnan(value[i]) || (isfinite(value[i]) && error[i] >= 0));
    }
    assert_true(known > 0 || out.note[0]); /* what is missing is explained */
    for (int f = 0; f < study->description->nfields; f++)
        free(field[f]);
}

void contract_solves_its_limits(const contract_case *c)
{
    kl_study *study = read_study(c, NULL);
    const kl_description *about = study->description;
    for (int i = 0; i < about->nlimits; i++)
        for (int p = 0; p < about->points.n; p++) {
            const kl_limit *limit = &about->limit[i];
            const int same = limit->same_as ? limit->same_as(study->self, p) : p;
            assert_in_range(same, 0, p);
            assert_true(!limit->same_as || limit->same_as(study->self, same) == same);
            assert_true(!limit->seconds || limit->seconds(study->self, p) >= 0);
            if (same == p)
                check_limit(study, limit, p);
        }
    kl_study_destroy(&study);
}
