#include "run/group_fields.h"

#include "base/memory.h"

#include <stdlib.h>

static kl_forest *forest_of(const kl_study *study, const kl_group_fields *fields, int point, int f)
{
    return &fields->forest[point * study->description->nfields + f];
}

kl_status kl_group_fields_create(const kl_study *study, kl_group_fields *out, kl_error *err)
{
    const int points = study->description->points.n, n = study->description->nfields;
    KL_TRY(kl_alloc((size_t)points * (size_t)n, sizeof *out->forest, "fields", &out->forest, err));
    for (int p = 0; p < points; p++)
        for (int f = 0; f < n; f++)
            forest_of(study, out, p, f)->cells =
                (size_t)study->stations.n * kl_record_cells(study, p, f);
    return KL_OK;
}

void kl_group_fields_destroy(const kl_study *study, kl_group_fields *fields)
{
    for (int i = 0;
         fields->forest && i < study->description->points.n * study->description->nfields; i++)
        kl_forest_destroy(&fields->forest[i]);
    free(fields->forest);
    fields->forest = NULL;
}

kl_status kl_group_fields_add(const kl_study *study, const kl_record *record,
                              kl_group_fields *fields, kl_error *err)
{
    for (int m = 0; m < study->members; m++) {
        const double *values = kl_record_member(study, record->payload, m).field;
        const int64_t k = record->batch * study->members + m;
        for (int f = 0; f < study->description->nfields; f++) {
            kl_forest *forest = forest_of(study, fields, record->point, f);
            KL_TRY(kl_forest_add(forest, k, values, err));
            values += forest->cells;
        }
    }
    return KL_OK;
}

kl_status kl_group_fields_reduce(const kl_study *study, MPI_Comm comm, kl_group_fields *fields,
                                 kl_results *results, kl_error *err)
{
    for (int p = 0; p < study->description->points.n; p++)
        for (int f = 0; f < study->description->nfields; f++) {
            kl_forest *forest = forest_of(study, fields, p, f);
            KL_TRY(kl_forest_reduce(forest, 0, comm, err));
            kl_status status =
                results ? kl_forest_join(&results->field[f].moments[p], forest, err) : KL_OK;
            KL_TRY(kl_agree(comm, status, err));
            kl_forest_destroy(forest);
        }
    return KL_OK;
}
