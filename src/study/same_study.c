/* Whether samples of two studies may stand in one file. */
#include "study/study.h"

bool kl_study_same_stations(const kl_study *study, const kl_study *old)
{
    if (study->stations.n != old->stations.n)
        return false;
    for (int i = 0; study->stations.value && i < study->stations.n; i++)
        if (study->stations.value[i] != old->stations.value[i])
            return false;
    return true;
}

static bool has_station(const kl_study *study, double value)
{
    for (int i = 0; i < study->stations.n; i++)
        if (study->stations.value[i] == value)
            return true;
    return false;
}

kl_status kl_study_same(const kl_study *study, const kl_study *old, const char *old_name,
                        kl_error *err)
{
    const kl_station_kind *kind = &study->system->stations;
    const char *const count = study->system->ensemble == KL_LOCKSTEP ? "ensembles" : "realizations";
    char difference[512];
    if (!kl_config_same(study->config, old->config, difference, sizeof difference))
        return kl_fail(err, KL_INPUT, "%s is of another study: %s", old_name, difference);
    if (study->batches < old->batches)
        return kl_fail(err, KL_INPUT, "%s has %s: %lld, more than the %lld asked for", old_name,
                       count, (long long)old->batches, (long long)study->batches);
    for (int i = 0; kind->key && i < old->stations.n; i++)
        if (!has_station(study, old->stations.value[i]))
            return kl_fail(err, KL_INPUT, "%s has the %s %g, which is not asked for", old_name,
                           kind->name, old->stations.value[i]);
    return KL_OK;
}
