#include "run/crew.h"

#include "base/memory.h"
#include "base/stop.h"
#include "run/choices.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

/* What the leader says, in the place of a stage. */
enum { WAIT = -1, END = -2 };

typedef struct section {
    kl_counter_side side;
    const kl_teams *all;
} section;

static kl_step step_of(const kl_crew *c, int stage)
{
    return c->work->stage[stage].step;
}

/* ---- records that are ahead: on the leader ---- */

static kl_status hold(kl_crew *c, kl_error *err)
{
    const kl_record *record = &c->run.record;
    c->held = *record;
    c->held.payload = NULL;
    c->held_checkpointed = c->run.checkpointed;
    KL_TRY(kl_alloc(record->size, 1, "samples", &c->held.payload, err));
    memcpy(c->held.payload, record->payload, record->size);
    return KL_OK;
}

static void drop_held(kl_crew *c)
{
    free(c->held.payload);
    c->held.payload = NULL;
}

/* Saves it if its gate is open, or drops it if that is shut. */
static kl_status settle_held(kl_crew *c, kl_error *err)
{
    kl_status status = KL_OK;
    if (!c->held.payload)
        return KL_OK;
    if (kl_verdicts_open(c->verdicts, step_of(c, c->held_stage)))
        status = kl_keeper_save(c->keeper, &c->held, false, c->held_checkpointed, err);
    else if (!kl_verdicts_shut(c->verdicts, step_of(c, c->held_stage)))
        return KL_OK;
    drop_held(c);
    return status;
}

/* ---- what comes next: on the leader ---- */

static int without_item(const kl_crew *c)
{
    const bool over = kl_verdicts_all(c->verdicts) || kl_verdicts_given_up(c->verdicts);
    return over ? END : WAIT;
}

static kl_status choose(kl_crew *c, const section *s, kl_item *out, kl_error *err)
{
    *out = (kl_item){.stage = END};
    KL_TRY(kl_verdicts_look(c->verdicts, err));
    KL_TRY(settle_held(c, err));
    if (kl_hand_out_turns(&c->hand_out)) /* what others wait for is on its way */
        KL_TRY(kl_verdicts_send(c->verdicts, err));
    KL_TRY(kl_hand_out_next(&c->hand_out, s->side, out, err));
    if (out->stage < 0 && !c->held.payload && without_item(c) == WAIT)
        KL_TRY(kl_hand_out_ahead(&c->hand_out, s->side, out, err));
    if (out->stage < 0)
        out->stage = without_item(c);
    return KL_OK;
}

/* The item onto all ranks of the team; its end if one of them has stopped or failed. */
static void share(kl_crew *c, const section *s, bool failed, kl_item *item)
{
    int64_t word[3] = {failed || c->stopped, INT64_MIN, INT64_MIN};
    if (s->all->leader) {
        word[1] = item->stage;
        word[2] = item->batch;
    }
    MPI_Allreduce(MPI_IN_PLACE, word, 3, MPI_INT64_T, MPI_MAX, s->all->team);
    *item = (kl_item){(int)word[1], word[2]};
    c->stopped = word[0] != 0;
    if (c->stopped)
        item->stage = END;
}

/* ---- a batch ---- */

/* The state of the point at hand goes. */
static kl_status leave_point(kl_crew *c, kl_error *err)
{
    kl_status status = KL_OK;
    if (c->run.state && c->results)
        status = kl_choices_record(c->run.study->system, c->run.state, c->results, err);
    kl_batch_end(&c->run);
    c->run = (kl_batch_run){0};
    c->there = false;
    return status;
}

/* The whole team leaves its point together, also those who cannot share in the next one. */
static kl_status turn_to_point(kl_crew *c, const kl_teams *teams, kl_step step, kl_error *err)
{
    const bool finer = step.finer != 0;
    if (c->there && c->at.finer == step.finer && c->at.point == step.point)
        return KL_OK;
    KL_TRY(leave_point(c, err));
    c->there = true;
    c->at = step;
    if (teams->team == MPI_COMM_NULL)
        return KL_OK;
    c->run = (kl_batch_run){.study = finer ? c->study->finer : c->study,
                            .finer = finer,
                            .place = kl_teams_place(teams, step.point),
                            .journal = c->output->journal,
                            .checkpoint = c->checkpoint,
                            .checkpoints = c->checkpoints,
                            .deadline = c->deadline,
                            .tick = kl_keeper_tick,
                            .tick_context = c->keeper};
    return kl_batch_begin(&c->run, err);
}

static kl_status claim_snapshot(const kl_crew *c, const kl_teams *teams, kl_error *err)
{
    const int point = c->run.place.point;
    const kl_status status =
        teams->leader ? kl_output_claim_snapshot(c->output, point, err) : KL_OK;
    return kl_agree(c->run.place.ensemble, status, err);
}

static kl_status work_on(kl_crew *c, kl_item item, kl_error *err)
{
    const kl_teams *teams = &c->teams[c->teams_of[item.stage]];
    const kl_step step = step_of(c, item.stage);
    char path[4200];
    bool whole;
    KL_TRY(turn_to_point(c, teams, step, err));
    if (teams->team == MPI_COMM_NULL) /* it cannot share in this one */
        return KL_OK;
    kl_batch_run *run = &c->run;
    kl_output_snapshot(c->output, step.point, "", path, sizeof path);
    const bool shown = run->study->snapshot == item.batch && run->study->system->snapshot;
    run->snapshot = shown ? path : NULL;
    if (shown)
        KL_TRY(claim_snapshot(c, teams, err));
    KL_TRY(kl_batch_realize(run, item.batch, &whole, err));
    c->stopped = !whole;
    if (!whole || !teams->leader)
        return KL_OK;
    if (kl_verdicts_open(c->verdicts, step))
        return kl_keeper_save(c->keeper, &run->record, run->finer, run->checkpointed, err);
    c->held_stage = item.stage;
    return hold(c, err);
}

/* For a message of others. */
static void wait_a_moment(kl_crew *c, const section *s)
{
    static const struct timespec moment = {.tv_nsec = 1000 * 1000};
    if (s->all->leader)
        nanosleep(&moment, NULL);
    kl_keeper_tick(c->keeper);
    c->stopped = kl_stop_requested(s->all->team, c->deadline);
}

kl_status kl_crew_work(kl_crew *c, int from, int to, const kl_teams *all, kl_error *err)
{
    const section s = {{from, to, all->index, all->nteams}, all};
    kl_item item = {0};
    kl_status status = KL_OK;
    if (all->team == MPI_COMM_NULL)
        return KL_OK;
    while (item.stage != END) {
        if (status == KL_OK && all->leader && !c->stopped)
            status = choose(c, &s, &item, err);
        share(c, &s, status != KL_OK, &item);
        if (item.stage >= 0)
            status = work_on(c, item, err);
        else if (item.stage == WAIT)
            wait_a_moment(c, &s);
    }
    if (all->leader && c->stopped)
        kl_crew_give_up(c);
    const kl_status left = leave_point(c, status == KL_OK ? err : NULL);
    return status == KL_OK ? left : status;
}

void kl_crew_give_up(kl_crew *c)
{
    kl_hand_out_end(&c->hand_out);
    kl_verdicts_give_up(c->verdicts);
}

void kl_crew_end(kl_crew *c)
{
    drop_held(c);
    kl_hand_out_destroy(&c->hand_out);
}
