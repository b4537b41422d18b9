#include "study/keys.h"

#include "base/memory.h"
#include "study/study.h"

kl_status kl_study_keys_create(const kl_system *system, kl_study_keys **out, kl_error *err)
{
    const kl_key *common[8];
    const int ncommon = kl_study_tables(system, common);
    int own = 0, n = 0;
    while (system->keys[own])
        own++;
    const size_t size = sizeof **out + (size_t)(ncommon + own + 2) * sizeof *(*out)->tables;
    KL_TRY(kl_alloc(1, size, "keys", out, err));
    kl_study_keys *keys = *out;
    keys->common = ncommon;
    while (n < ncommon) {
        keys->tables[n] = common[n];
        n++;
    }
    if (system->stations.key) {
        kl_study_station_table(system, keys->stations);
        keys->tables[n++] = keys->stations;
    }
    for (int i = 0; i <= own; i++)
        keys->tables[n++] = system->keys[i];
    return KL_OK;
}
