#include "study/keys.h"

#include "base/memory.h"
#include "study/study.h"

/* Those of an alternative follow, since what is required of all comes first. */
static int common_tables(const kl_system *system, const kl_key *out[16])
{
    const kl_key *more[8];
    int n = kl_study_tables(system, out);
    const int nmore = system->alternative ? kl_study_tables(system->alternative, more) : 0;
    for (int i = 0; i < nmore; i++) {
        int at = 0;
        while (at < n && out[at] != more[i])
            at++;
        out[at] = more[i];
        n += at == n;
    }
    return n;
}

kl_status kl_study_keys_create(const kl_system *system, kl_study_keys **out, kl_error *err)
{
    const kl_key *common[16];
    const int ncommon = common_tables(system, common);
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
