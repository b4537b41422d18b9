#include "run/verdicts.h"

#include "base/memory.h"
#include "run/forecast.h"
#include "run/until.h"

#include <stdlib.h>
#include <string.h>

enum { SAMPLES_TAG = 81, GATE_TAG = 82 };
enum { ROOM = 8192 }; /* numbers of a message, or one batch */

/* On its way. To rank 0: of each batch its point, its number, and for each member, station and
 * watched quantity the sample; one number, -1: the team gives up. From rank 0: a `news`. */
typedef struct message {
    struct message *next;
    MPI_Request request;
    int n;
    double value[];
} message;

/* The state of a gate; point -1: a team has given up. */
enum { NEWS = 4 };
typedef struct news {
    double point, open, likely, shut;
} news;

struct kl_verdicts {
    const kl_study *study;
    MPI_Comm comm; /* a duplicate of its own */
    int rank;
    bool leader, given_up;
    kl_gate *gate; /* [npoints]; NULL: all is open */
    int *watched;  /* [nwatched]: quantities */
    int nwatched;
    int64_t numbers;  /* of a batch in a message */
    message *current; /* not sent yet */
    message *sending;
    int64_t sent, received; /* messages; by rank 0: to each leader */

    /* Rank 0. */
    kl_results *results;
    kl_progress *progress;
    const kl_work *work;
    int64_t *count;        /* [npoints]: the count that is asked next */
    int64_t *left;         /* [npoints]: batches that are missing up to there */
    int nleaders, *others; /* ranks */
    bool closing;
    kl_status status;
    kl_error why;
};

/* ---- gates ---- */

static const kl_gate *gate_of(const kl_verdicts *v, kl_step step)
{
    return v->gate && !step.finer ? &v->gate[step.point] : NULL;
}

bool kl_verdicts_open(const kl_verdicts *v, kl_step step)
{
    const kl_gate *gate = gate_of(v, step);
    return !gate || step.number < gate->open;
}

bool kl_verdicts_likely(const kl_verdicts *v, kl_step step)
{
    const kl_gate *gate = gate_of(v, step);
    return !gate || step.number < (gate->shut ? gate->open : gate->likely);
}

bool kl_verdicts_shut(const kl_verdicts *v, kl_step step)
{
    const kl_gate *gate = gate_of(v, step);
    return gate && gate->shut && step.number >= gate->open;
}

bool kl_verdicts_all(const kl_verdicts *v)
{
    for (int p = 0; v->gate && p < v->study->description->points.n; p++)
        if (!v->gate[p].shut)
            return false;
    return true;
}

bool kl_verdicts_given_up(const kl_verdicts *v)
{
    return v->given_up;
}

/* ---- rank 0: decides ---- */

static void send_message(kl_verdicts *v, int to, int tag, message *m)
{
    MPI_Isend(m->value, m->n, MPI_DOUBLE, to, tag, v->comm, &m->request);
    m->next = v->sending;
    v->sending = m;
}

/* To all leaders. */
static kl_status announce(kl_verdicts *v, news what, kl_error *err)
{
    for (int i = 0; i < v->nleaders; i++) {
        message *m;
        KL_TRY(kl_alloc(1, sizeof *m + sizeof what, "a message", &m, err));
        m->n = NEWS;
        memcpy(m->value, &what, sizeof what);
        send_message(v, v->others[i], GATE_TAG, m);
    }
    v->sent++;
    return KL_OK;
}

static int64_t items_of(const kl_work *work, int point, int number)
{
    for (int i = 0; i < work->n; i++) {
        const kl_step step = work->stage[i].step;
        if (!step.finer && step.point == point && step.number == number)
            return work->stage[i].items;
    }
    return 0;
}

/* Snapshots are not made ahead: they would stay. */
static void set_likely(kl_verdicts *v, int p, double need)
{
    const int more = kl_until_counts(&v->study->until, v->count[p], need) - 1;
    v->gate[p].likely = v->gate[p].open + (v->study->snapshot >= 0 ? 0 : more);
}

static void open_step(kl_verdicts *v, int p, double need)
{
    const kl_study *study = v->study;
    kl_gate *gate = &v->gate[p];
    v->count[p] = kl_until_next(&study->until, v->count[p]);
    v->left[p] = items_of(v->work, p, gate->open++);
    set_likely(v, p, need);
    kl_progress_more(v->progress, v->left[p],
                     study->members * study->system->cost(study->self, p, 1).seconds);
}

static kl_status decide(kl_verdicts *v, int p, kl_error *err)
{
    kl_gate *gate = &v->gate[p];
    while (v->left[p] == 0 && !gate->shut) {
        double need = 0;
        if (v->count[p] < v->study->until.most)
            KL_TRY(kl_until_needed(v->study, v->results, p, v->count[p], &need, err));
        if (need > (double)v->count[p])
            open_step(v, p, need);
        else
            gate->shut = true;
    }
    return announce(v, (news){p, gate->open, gate->likely, gate->shut}, err);
}

/* The watched samples of a batch into the results; they come again with the journal. */
static void put_samples(kl_verdicts *v, int p, int64_t batch, const double *from)
{
    kl_results *r = v->results;
    for (int m = 0; m < v->study->members; m++) {
        const int64_t k = batch * v->study->members + m;
        double *to = kl_results_sample(r, p, k);
        for (int t = 0; t < r->ntimes; t++)
            for (int i = 0; i < v->nwatched; i++)
                to[t * r->nquantities + v->watched[i]] = *from++;
        kl_results_passed(r, k, k + 1);
    }
}

static void take_samples(kl_verdicts *v, const double *value, int64_t n)
{
    if (n == 1 && !v->given_up) {
        v->given_up = true;
        announce(v, (news){.point = -1}, NULL);
    }
    for (int64_t i = 0; n > 1 && i + v->numbers <= n; i += v->numbers) {
        const int p = (int)value[i];
        put_samples(v, p, (int64_t)value[i + 1], value + i + 2);
        v->left[p]--;
        if (v->left[p] == 0 && !v->closing && v->status == KL_OK)
            v->status = decide(v, p, &v->why);
    }
}

/* ---- messages ---- */

static void take_news(kl_verdicts *v, news what)
{
    if (what.point < 0)
        v->given_up = true;
    else
        v->gate[(int)what.point] = (kl_gate){(int)what.open, (int)what.likely, (int)what.shut};
}

static kl_status receive_samples(kl_verdicts *v, MPI_Status *from, kl_error *err)
{
    int n;
    double *value;
    MPI_Get_count(from, MPI_DOUBLE, &n);
    KL_TRY(kl_alloc((size_t)n, sizeof *value, "a message", &value, err));
    MPI_Recv(value, n, MPI_DOUBLE, from->MPI_SOURCE, SAMPLES_TAG, v->comm, MPI_STATUS_IGNORE);
    take_samples(v, value, n);
    free(value);
    return KL_OK;
}

/* One message, if there is one. */
static kl_status receive(kl_verdicts *v, bool *any, kl_error *err)
{
    int there;
    MPI_Status from;
    news what;
    MPI_Iprobe(MPI_ANY_SOURCE, v->rank == 0 ? SAMPLES_TAG : GATE_TAG, v->comm, &there, &from);
    *any = there;
    if (!there)
        return KL_OK;
    v->received++;
    if (v->rank == 0)
        return receive_samples(v, &from, err);
    MPI_Recv(&what, NEWS, MPI_DOUBLE, 0, GATE_TAG, v->comm, MPI_STATUS_IGNORE);
    take_news(v, what);
    return KL_OK;
}

/* Those that have been taken. */
static void forget_sent(kl_verdicts *v)
{
    for (message **at = &v->sending; *at;) {
        message *m = *at;
        int done;
        MPI_Test(&m->request, &done, MPI_STATUS_IGNORE);
        if (done) {
            *at = m->next;
            free(m);
        } else
            at = &m->next;
    }
}

kl_status kl_verdicts_look(kl_verdicts *v, kl_error *err)
{
    if (!v->gate || !v->leader)
        return KL_OK;
    forget_sent(v);
    for (bool any = true; any && v->status == KL_OK;) {
        kl_error why = {0};
        const kl_status status = receive(v, &any, &why);
        if (status != KL_OK) {
            v->status = status;
            v->why = why;
        }
    }
    return v->status == KL_OK ? KL_OK : kl_fail(err, v->status, "%s", v->why.message);
}

kl_status kl_verdicts_send(kl_verdicts *v, kl_error *err)
{
    message *m = v->current;
    v->current = NULL;
    if (!m)
        return KL_OK;
    if (v->rank != 0) {
        v->sent++;
        send_message(v, 0, SAMPLES_TAG, m);
        return KL_OK;
    }
    take_samples(v, m->value, m->n);
    free(m);
    return kl_verdicts_look(v, err);
}

kl_status kl_verdicts_tell(kl_verdicts *v, const kl_record *record, kl_error *err)
{
    if (!v->gate)
        return KL_OK;
    const int64_t room = v->numbers > ROOM ? v->numbers : ROOM;
    if (v->current && v->current->n + v->numbers > room)
        KL_TRY(kl_verdicts_send(v, err));
    if (!v->current)
        KL_TRY(kl_alloc(1, sizeof *v->current + (size_t)room * sizeof(double), "a message",
                        &v->current, err));
    double *to = v->current->value + v->current->n;
    *to++ = record->point;
    *to++ = (double)record->batch;
    for (int m = 0; m < v->study->members; m++) {
        const double *from = kl_record_member(v->study, record->payload, m).quantity;
        for (int t = 0; t < v->study->stations.n; t++)
            for (int i = 0; i < v->nwatched; i++)
                *to++ = from[t * v->study->description->nquantities + v->watched[i]];
    }
    v->current->n += (int)v->numbers;
    return KL_OK;
}

void kl_verdicts_give_up(kl_verdicts *v)
{
    const double word = -1;
    message *m;
    if (!v->gate || v->given_up)
        return;
    if (v->rank == 0) {
        take_samples(v, &word, 1);
    } else if (kl_alloc(1, sizeof *m + sizeof word, "a message", &m, NULL) == KL_OK) {
        m->n = 1;
        m->value[0] = word;
        v->sent++;
        send_message(v, 0, SAMPLES_TAG, m);
    }
    v->given_up = true;
}

/* ---- beginning and end ---- */

static kl_status alloc(kl_verdicts *v, kl_error *err)
{
    const size_t points = (size_t)v->study->description->points.n;
    int size;
    MPI_Comm_size(v->comm, &size);
    KL_TRY(kl_alloc((size_t)v->study->description->nquantities, sizeof *v->watched, "the plan",
                    &v->watched, err));
    KL_TRY(kl_alloc((size_t)size, sizeof *v->others, "the plan", &v->others, err));
    KL_TRY(kl_alloc(points, sizeof *v->count, "the plan", &v->count, err));
    KL_TRY(kl_alloc(points, sizeof *v->left, "the plan", &v->left, err));
    return kl_alloc(points, sizeof *v->gate, "the plan", &v->gate, err);
}

static void find_watched(kl_verdicts *v)
{
    const kl_description *about = v->study->description;
    for (int q = 0; q < about->nquantities; q++)
        if (kl_forecast_watches(&v->study->until, &about->quantity[q]))
            v->watched[v->nwatched++] = q;
    v->numbers = 2 + (int64_t)v->study->members * v->study->stations.n * v->nwatched;
}

/* The ranks other than 0 that lead teams. */
static void find_leaders(kl_verdicts *v)
{
    int size, mine = v->leader;
    MPI_Comm_size(v->comm, &size);
    MPI_Gather(&mine, 1, MPI_INT, v->others, 1, MPI_INT, 0, v->comm);
    for (int i = 1; v->rank == 0 && i < size; i++)
        if (v->others[i])
            v->others[v->nleaders++] = i;
}

/* What the plan says. */
static void set_gates(kl_verdicts *v, const double *need)
{
    for (int p = 0; p < v->results->npoints; p++) {
        v->count[p] = v->results->planned[p] / v->study->members;
        v->left[p] = items_of(v->work, p, 0);
        v->gate[p] = (kl_gate){.open = 1, .shut = v->left[p] == 0};
        set_likely(v, p, need[p]);
    }
}

kl_status kl_verdicts_create(const kl_study *study, MPI_Comm comm, bool active, bool leader,
                             const kl_work *work, const double *need, kl_results *results,
                             kl_progress *progress, kl_verdicts **out, kl_error *err)
{
    kl_verdicts *v = NULL;
    const int points = study->description->points.n;
    *out = NULL;
    KL_TRY(kl_agree(comm, kl_alloc(1, sizeof *v, "the plan", &v, err), err));
    *v = (kl_verdicts){.study = study,
                       .leader = leader,
                       .work = work,
                       .results = results,
                       .progress = progress,
                       .comm = MPI_COMM_NULL};
    *out = v;
    if (!active)
        return KL_OK;
    MPI_Comm_dup(comm, &v->comm);
    MPI_Comm_rank(comm, &v->rank);
    KL_TRY(kl_agree(comm, alloc(v, err), err));
    find_watched(v);
    find_leaders(v);
    if (v->rank == 0)
        set_gates(v, need);
    MPI_Bcast(v->gate, points * (int)(sizeof *v->gate / sizeof(int)), MPI_INT, 0, comm);
    return KL_OK;
}

/* Every message has its receiver. */
static void receive_all(kl_verdicts *v)
{
    const bool gates = v->gate != NULL;
    int64_t sent = v->rank == 0 ? 0 : v->sent, all = 0;
    bool any;
    v->closing = true;
    MPI_Reduce(&sent, &all, 1, MPI_INT64_T, MPI_SUM, 0, v->comm);
    while (gates && v->rank == 0 && v->received < all)
        receive(v, &any, NULL);
    sent = v->sent;
    MPI_Bcast(&sent, 1, MPI_INT64_T, 0, v->comm);
    while (gates && v->leader && v->rank != 0 && v->received < sent)
        receive(v, &any, NULL);
    while (v->sending)
        forget_sent(v);
}

void kl_verdicts_destroy(kl_verdicts **verdicts)
{
    kl_verdicts *v = *verdicts;
    if (!v)
        return;
    if (v->comm != MPI_COMM_NULL) {
        receive_all(v);
        MPI_Comm_free(&v->comm);
    }
    free(v->current);
    free(v->gate);
    free(v->watched);
    free(v->others);
    free(v->count);
    free(v->left);
    free(v);
    *verdicts = NULL;
}
