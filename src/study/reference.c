/* The limit's values, point by point, all ranks together. */
#include "study/study_private.h"

#include "base/memory.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct buffers {
    kl_reference out;
    int *length;
} buffers;

static void free_buffers(buffers *b, int nfields)
{
    for (int f = 0; b->out.field && f < nfields; f++)
        free(b->out.field[f]);
    free(b->out.field);
    free(b->out.value);
    free(b->out.error);
    free(b->length);
}

static kl_status nan_array(size_t n, double **out, kl_error *err)
{
    KL_TRY(kl_alloc(n, sizeof **out, "reference", out, err));
    for (size_t i = 0; i < n; i++)
        (*out)[i] = NAN;
    return KL_OK;
}

static kl_status make_buffers(const kl_study *study, int point, buffers *b, kl_error *err)
{
    const int nt = study->times.n, nf = study->about->nfields;
    const size_t n = (size_t)(nt * study->about->nquantities);
    *b = (buffers){0};
    KL_TRY(nan_array(n, &b->out.value, err));
    KL_TRY(nan_array(n, &b->out.error, err));
    KL_TRY(kl_alloc((size_t)nf, sizeof *b->length, "reference", &b->length, err));
    KL_TRY(kl_alloc((size_t)nf, sizeof *b->out.field, "reference", &b->out.field, err));
    for (int f = 0; f < nf; f++) {
        b->length[f] = study->system->field_axis(study->self, point, f, NULL);
        KL_TRY(nan_array((size_t)(nt * b->length[f]), &b->out.field[f], err));
    }
    b->out.length = b->length;
    return KL_OK;
}

static void keep(const buffers *b, int point, kl_results *r)
{
    const size_t n = (size_t)(r->ntimes * r->nquantities), at = (size_t)point * n;
    memcpy(r->reference + at, b->out.value, n * sizeof(double));
    memcpy(r->reference_error + at, b->out.error, n * sizeof(double));
    memcpy(r->reference_note[point], b->out.note, sizeof r->reference_note[point]);
    for (int f = 0; f < r->nfields; f++)
        if (r->field[f].reference && r->field[f].reference[point])
            memcpy(r->field[f].reference[point], b->out.field[f],
                   (size_t)(r->ntimes * b->length[f]) * sizeof(double));
}

kl_status kl_reference_compute(const kl_study *study, MPI_Comm comm, bool quiet, kl_results *results,
                               kl_error *err)
{
    int rank;
    MPI_Comm_rank(comm, &rank);
    if (!study->system->reference)
        return KL_OK;
    for (int point = 0; point < study->about->npoints; point++) {
        buffers b;
        kl_status status = kl_agree(comm, make_buffers(study, point, &b, err), err);
        if (status == KL_OK)
            status = study->system->reference(study->self, point, comm, &b.out, err);
        if (status == KL_OK && rank == 0) {
            keep(&b, point, results);
            const bool said =
                point > 0 && strcmp(b.out.note, results->reference_note[point - 1]) == 0;
            if (b.out.note[0] && !quiet && !said)
                fprintf(stderr, "kinlim: reference at %s = %g: %s\n", study->about->column[0].name,
                        study->about->point[point * study->about->ncolumns], b.out.note);
        }
        free_buffers(&b, study->about->nfields);
        KL_TRY(status);
    }
    return KL_OK;
}
