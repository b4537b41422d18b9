#include "run/keeper.h"

#include "run/checkpoint.h"

#include <math.h>

kl_status kl_keeper_create(const kl_study *study, MPI_Comm comm, const char *folder, int attempt,
                           kl_keeper *out, kl_error *err)
{
    *out =
        (kl_keeper){.study = study, .folder = folder, .attempt = attempt, .journal = {.file = -1}};
    MPI_Comm_rank(comm, &out->rank);
    kl_hosts_create(comm, &out->hosts);
    kl_shared_among(out->hosts.comm, sizeof(double), &out->clock);
    return kl_agree(comm, kl_group_fields_create(study, &out->fields, err), err);
}

void kl_keeper_destroy(kl_keeper *k)
{
    kl_group_fields_destroy(k->study, &k->fields);
    kl_shared_destroy(&k->clock);
    kl_hosts_destroy(&k->hosts);
}

/* Numbers of the longest record: of a batch, or of a limit with correlations. */
static double longest_record(const kl_study *study)
{
    const double n = (double)study->stations.n * study->description->nquantities;
    double longest = 0;
    for (int p = 0; p < study->description->points.n; p++)
        longest = fmax(longest, (double)kl_record_doubles(study, p) * study->members);
    return longest + 2 * n + (study->covariance ? n * n : 0);
}

/* That of the node. Records that are too long to be written in one piece go to files of their own.
 */
kl_status kl_keeper_open(kl_keeper *k, kl_error *err)
{
    static const double most = 1e9 / sizeof(double);
    const kl_journal_writers writers = {k->clock.memory};
    if (k->journal.file >= 0)
        return KL_OK;
    const bool own = longest_record(k->study) > most;
    return kl_journal_open(k->folder, k->attempt, own ? k->hosts.count + k->rank : k->hosts.index,
                           own ? NULL : &writers, &k->journal, err);
}

kl_status kl_keeper_save(kl_keeper *k, const kl_record *record, bool finer, bool checkpointed,
                         kl_error *err)
{
    const double cost = k->study->system->cost(k->study->self, record->point, 1).seconds;
    KL_TRY(kl_keeper_open(k, err));
    KL_TRY(kl_journal_append(&k->journal, finer ? KL_RECORD_FINER : KL_RECORD_SAMPLE,
                             record->payload, record->size, err));
    if (checkpointed) {
        KL_TRY(kl_journal_wait(&k->journal, err));
        kl_checkpoint_remove(k->folder, finer, record->point, record->batch);
    }
    kl_progress_item(k->progress, record->study->members * cost);
    if (finer)
        return KL_OK;
    KL_TRY(kl_group_fields_add(k->study, record, &k->fields, err));
    return kl_verdicts_tell(k->verdicts, record, err);
}

/* What a sync says is said again when the journal is closed, what a verdict says at the next one.
 */
void kl_keeper_tick(void *context)
{
    kl_keeper *k = context;
    kl_progress_tick(k->progress);
    kl_journal_beat(&k->journal, NULL);
    kl_verdicts_look(k->verdicts, NULL);
}

kl_status kl_keeper_close(kl_keeper *k, kl_error *err)
{
    return kl_journal_close(&k->journal, err);
}
