/* Each line is transformed by the same plan wherever it lies; the plans are FFTW's estimates, the
 * same in every run. */
#include "continuum/box_transform.h"

#include "base/memory.h"

#include <stdlib.h>

static const int sign[2] = {FFTW_FORWARD, FFTW_BACKWARD};

/* The axes of one plane: d = 1 and 2: a line; d = 3: n x n. The outer axis once it is within a
 * plane: d = 2 a line, d = 3 n lines side by side. */
static bool plan_lines(kl_box_transform *t, complex double *f)
{
    const int n = (int)t->sites, square[2] = {n, n};
    for (int k = 0; k < 2; k++) {
        if (t->dimension < 3)
            t->plane[k] = fftw_plan_dft_1d(n, f, f, sign[k], FFTW_ESTIMATE);
        else
            t->plane[k] = fftw_plan_dft(2, square, f, f, sign[k], FFTW_ESTIMATE);
        if (t->dimension == 2)
            t->across[k] = fftw_plan_dft_1d(n, f, f, sign[k], FFTW_ESTIMATE);
        if (t->dimension == 3)
            t->across[k] = fftw_plan_many_dft(1, square, n, f, NULL, n, 1, f, NULL, n, 1, sign[k],
                                              FFTW_ESTIMATE);
        if (!t->plane[k] || (t->dimension > 1 && !t->across[k]))
            return false;
    }
    return true;
}

static bool plan_transpositions(kl_box_transform *t, MPI_Comm comm, complex double *f)
{
    const ptrdiff_t n = t->sites, many = t->dimension == 3 ? 2 * n : 2;
    double *z = (double *)f;
    t->over = fftw_mpi_plan_many_transpose(n, n, many, FFTW_MPI_DEFAULT_BLOCK,
                                           FFTW_MPI_DEFAULT_BLOCK, z, z, comm, FFTW_ESTIMATE);
    t->back = fftw_mpi_plan_many_transpose(n, n, many, FFTW_MPI_DEFAULT_BLOCK,
                                           FFTW_MPI_DEFAULT_BLOCK, z, z, comm, FFTW_ESTIMATE);
    return t->over && t->back;
}

static void cut(kl_box_transform *t, MPI_Comm comm)
{
    const ptrdiff_t n[2] = {t->sites, t->sites}, many = t->dimension == 3 ? t->sites : 1;
    ptrdiff_t count[2] = {1, 1}, first[2] = {0, 0};
    ptrdiff_t local = t->sites;
    if (t->dimension > 1)
        local = fftw_mpi_local_size_many_transposed(2, n, many, FFTW_MPI_DEFAULT_BLOCK,
                                                    FFTW_MPI_DEFAULT_BLOCK, comm, &count[0],
                                                    &first[0], &count[1], &first[1]);
    for (int k = 0; k < 2; k++) {
        t->first[k] = first[k];
        t->count[k] = count[k];
    }
    t->local = (size_t)(local > t->sites * many ? local : t->sites * many);
}

static kl_status make(kl_box_transform *t, MPI_Comm comm, kl_error *err)
{
    complex double *f = NULL;
    cut(t, comm);
    kl_status status = kl_agree(comm, kl_alloc(t->local, sizeof *f, "FFT", &f, err), err);
    if (status != KL_OK)
        return status;
    bool made = plan_lines(t, f);
    if (t->dimension > 1)
        made = plan_transpositions(t, comm, f) && made;
    free(f);
    return kl_agree(comm,
                    made ? KL_OK
                         : kl_fail(err, KL_ENVIRONMENT, "FFTW made no plan for %lld^%d points",
                                   (long long)t->sites, t->dimension),
                    err);
}

kl_status kl_box_transform_create(MPI_Comm comm, int dimension, int64_t sites,
                                  kl_box_transform **out, kl_error *err)
{
    fftw_mpi_init();
    kl_status status = kl_agree(comm, kl_alloc(1, sizeof **out, "FFT plans", out, err), err);
    if (status != KL_OK)
        return status;
    (*out)->dimension = dimension;
    (*out)->sites = sites;
    return make(*out, comm, err);
}

static void destroy(fftw_plan plan)
{
    if (plan)
        fftw_destroy_plan(plan);
}

void kl_box_transform_destroy(kl_box_transform **transform)
{
    kl_box_transform *t = *transform;
    if (!t)
        return;
    for (int k = 0; k < 2; k++) {
        destroy(t->plane[k]);
        destroy(t->across[k]);
    }
    destroy(t->over);
    destroy(t->back);
    free(t);
    *transform = NULL;
}

/* d = 2 has one line in a plane. */
static int64_t plane_size(const kl_box_transform *t)
{
    return t->dimension == 3 ? t->sites * t->sites : t->sites;
}

/* All planes of this rank in position (0) or momentum space (1), each by that plan. */
static void each_plane(const kl_box_transform *t, int space, fftw_plan plan, complex double *f)
{
    const int64_t plane = plane_size(t);
    for (int64_t a = 0; a < t->count[space]; a++)
        fftw_execute_dft(plan, f + a * plane, f + a * plane);
}

void kl_box_transform_forward(const kl_box_transform *t, complex double *f)
{
    each_plane(t, 0, t->plane[0], f);
    if (t->dimension == 1)
        return;
    fftw_mpi_execute_r2r(t->over, (double *)f, (double *)f);
    each_plane(t, 1, t->across[0], f);
}

void kl_box_transform_backward(const kl_box_transform *t, complex double *f)
{
    if (t->dimension > 1) {
        each_plane(t, 1, t->across[1], f);
        fftw_mpi_execute_r2r(t->back, (double *)f, (double *)f);
    }
    each_plane(t, 0, t->plane[1], f);
}

void kl_box_transform_positions(const kl_box_transform *t, bool transformed, bool again,
                                kl_box_visit_plane visit, const void *context, complex double *f)
{
    for (int64_t a = 0; a < t->count[0]; a++) {
        complex double *plane = f + a * plane_size(t);
        if (transformed)
            fftw_execute_dft(t->plane[1], plane, plane);
        visit(context, a, plane);
        if (again)
            fftw_execute_dft(t->plane[0], plane, plane);
    }
}

void kl_box_transform_momenta(const kl_box_transform *t, kl_box_visit_plane visit,
                              const void *context, complex double *f)
{
    if (t->dimension == 1) {
        visit(context, 0, f);
        return;
    }
    fftw_mpi_execute_r2r(t->over, (double *)f, (double *)f);
    for (int64_t a = 0; a < t->count[1]; a++) {
        complex double *plane = f + a * plane_size(t);
        fftw_execute_dft(t->across[0], plane, plane);
        visit(context, a, plane);
        fftw_execute_dft(t->across[1], plane, plane);
    }
    fftw_mpi_execute_r2r(t->back, (double *)f, (double *)f);
}
