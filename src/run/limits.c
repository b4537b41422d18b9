/* The limit's values, point by point, all ranks together. */
#include "run/run.h"

#include "base/memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct buffers {
    kl_reference out;
    size_t *cells;
} buffers;

static void free_buffers(buffers *b, int nfields)
{
    for (int f = 0; b->out.field && f < nfields; f++)
        free(b->out.field[f]);
    free(b->out.field);
    free(b->out.value);
    free(b->out.error);
    free(b->cells);
}

static kl_status make_buffers(const kl_study *study, int point, buffers *b, kl_error *err)
{
    const int nt = study->times.n, nf = study->about->nfields;
    const size_t n = (size_t)(nt * study->about->nquantities);
    *b = (buffers){0};
    KL_TRY(kl_alloc_nan(n, "reference", &b->out.value, err));
    KL_TRY(kl_alloc_nan(n, "reference", &b->out.error, err));
    KL_TRY(kl_alloc((size_t)nf, sizeof *b->cells, "reference", &b->cells, err));
    KL_TRY(kl_alloc((size_t)nf, sizeof *b->out.field, "reference", &b->out.field, err));
    for (int f = 0; f < nf; f++) {
        b->cells[f] = kl_collect_cells(study, point, f);
        KL_TRY(kl_alloc_nan((size_t)nt * b->cells[f], "reference", &b->out.field[f], err));
    }
    b->out.cells = b->cells;
    return KL_OK;
}

static void keep(const buffers *b, int point, bool infinite, kl_results *r)
{
    const size_t n = (size_t)(r->ntimes * r->nquantities), at = (size_t)point * n;
    memcpy((infinite ? r->infinite : r->reference) + at, b->out.value, n * sizeof(double));
    memcpy((infinite ? r->infinite_error : r->reference_error) + at, b->out.error,
           n * sizeof(double));
    if (!infinite || b->out.note[0])
        memcpy(r->reference_note[point], b->out.note, sizeof r->reference_note[point]);
    for (int f = 0; !infinite && f < r->nfields; f++)
        if (r->field[f].reference && r->field[f].reference[point])
            memcpy(r->field[f].reference[point], b->out.field[f],
                   (size_t)r->ntimes * b->cells[f] * sizeof(double));
}

/* Solves for a point and keeps the result for all that have the same. */
static kl_status solve(const kl_study *study, int point, bool infinite, MPI_Comm comm, bool quiet,
                       kl_results *results, kl_error *err)
{
    const kl_system *system = study->system;
    buffers b;
    int rank;
    MPI_Comm_rank(comm, &rank);
    kl_status status = kl_agree(comm, make_buffers(study, point, &b, err), err);
    if (status == KL_OK)
        status = (infinite ? system->infinite_reference : system->reference)(study->self, point,
                                                                             comm, &b.out, err);
    for (int p = point; status == KL_OK && rank == 0 && p < study->about->npoints; p++)
        if (p == point ||
            (system->reference_like && system->reference_like(study->self, p, infinite) == point))
            keep(&b, p, infinite, results);
    if (status == KL_OK && rank == 0 && b.out.note[0] && !quiet &&
        !(point > 0 && strcmp(b.out.note, results->reference_note[point - 1]) == 0))
        fprintf(stderr, "kinlim: reference at %s = %g: %s\n", study->about->column[0].name,
                study->about->point[point * study->about->ncolumns], b.out.note);
    free_buffers(&b, study->about->nfields);
    return status;
}

kl_status kl_reference_compute(const kl_study *study, MPI_Comm comm, bool quiet,
                               kl_results *results, kl_error *err)
{
    const kl_system *system = study->system;
    if (!system->reference)
        return KL_OK;
    for (int infinite = 0; infinite < 2; infinite++)
        for (int p = 0; p < study->about->npoints; p++) {
            const bool wanted = infinite ? study->about->infinite : !study->about->skip_box;
            const bool own =
                !system->reference_like || system->reference_like(study->self, p, infinite) == p;
            if (wanted && own)
                KL_TRY(solve(study, p, infinite, comm, quiet, results, err));
        }
    return KL_OK;
}

/* By results of its own, with few samples, of which the reference is taken. */
kl_status kl_reference_finer(const kl_study *study, MPI_Comm comm, kl_results *results,
                             kl_error *err)
{
    kl_results *own = NULL;
    int rank;
    if (!study->finer)
        return KL_OK;
    MPI_Comm_rank(comm, &rank);
    kl_status status = rank == 0 ? kl_collect_create(study->finer, &own, err) : KL_OK;
    status = kl_agree(comm, status, err);
    if (status == KL_OK)
        status = kl_reference_compute(study->finer, comm, true, own, err);
    if (status == KL_OK && rank == 0)
        memcpy(results->finer_reference, own->reference,
               (size_t)(own->npoints * own->ntimes * own->nquantities) * sizeof(double));
    kl_results_destroy(&own);
    return status;
}
