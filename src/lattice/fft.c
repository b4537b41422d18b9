#include "lattice/fft.h"

#include "base/memory.h"

#include <fftw3-mpi.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

struct kl_fft_plans {
    fftw_plan forward, backward;
    fftwf_plan forward_single, backward_single;
    int64_t block; /* planes of a block in FFTW's distribution */
};

static int64_t block_first(const kl_fft *fft, int rank)
{
    int64_t first = fft->plans->block * rank;
    return first < fft->lattice->sites ? first : fft->lattice->sites;
}

static kl_status make_plans(kl_fft *fft, kl_error *err)
{
    const kl_lattice *lattice = fft->lattice;
    const int d = lattice->dimension;
    const ptrdiff_t n[3] = {lattice->sites, lattice->sites, lattice->sites};
    const int small[1] = {(int)lattice->sites};
    struct kl_fft_plans *p = fft->plans;
    ptrdiff_t count = lattice->sites, first = 0, need = lattice->sites;
    /* Planes are sent once for each transform, not twice. */
    const unsigned out = FFTW_ESTIMATE | (lattice->ranks > 1 ? FFTW_MPI_TRANSPOSED_OUT : 0),
                   in = FFTW_ESTIMATE | (lattice->ranks > 1 ? FFTW_MPI_TRANSPOSED_IN : 0);
    p->block = (lattice->sites + lattice->ranks - 1) / lattice->ranks;
    if (d == 1) {
        p->block = lattice->sites;
        count = lattice->rank == 0 ? lattice->sites : 0;
        first = lattice->rank == 0 ? 0 : lattice->sites;
    } else {
        ptrdiff_t rows, first_row; /* of axis 1 in momentum space: as many */
        need = fftw_mpi_local_size_many_transposed(d, n, 1, p->block, p->block, lattice->comm,
                                                   &count, &first, &rows, &first_row);
    }
    fft->first = first;
    fft->count = count;
    const size_t size = 2 * kl_precision_size(fft->precision);
    KL_TRY(kl_agree(lattice->comm, kl_alloc((size_t)need, size, "FFT", &fft->data, err), err));
    if (fft->precision == KL_SINGLE) {
        fftwf_complex *z = fft->data;
        if (d > 1) {
            p->forward_single = fftwf_mpi_plan_many_dft(d, n, 1, p->block, p->block, z, z,
                                                        lattice->comm, FFTW_FORWARD, out);
            p->backward_single = fftwf_mpi_plan_many_dft(d, n, 1, p->block, p->block, z, z,
                                                         lattice->comm, FFTW_BACKWARD, in);
        } else {
            p->forward_single = fftwf_plan_dft(1, small, z, z, FFTW_FORWARD, FFTW_ESTIMATE);
            p->backward_single = fftwf_plan_dft(1, small, z, z, FFTW_BACKWARD, FFTW_ESTIMATE);
        }
    } else {
        fftw_complex *z = fft->data;
        if (d > 1) {
            p->forward = fftw_mpi_plan_many_dft(d, n, 1, p->block, p->block, z, z, lattice->comm,
                                                FFTW_FORWARD, out);
            p->backward = fftw_mpi_plan_many_dft(d, n, 1, p->block, p->block, z, z, lattice->comm,
                                                 FFTW_BACKWARD, in);
        } else {
            p->forward = fftw_plan_dft(1, small, z, z, FFTW_FORWARD, FFTW_ESTIMATE);
            p->backward = fftw_plan_dft(1, small, z, z, FFTW_BACKWARD, FFTW_ESTIMATE);
        }
    }
    bool made = (p->forward && p->backward) || (p->forward_single && p->backward_single);
    return kl_agree(lattice->comm,
                    made ? KL_OK
                         : kl_fail(err, KL_ENVIRONMENT, "FFTW made no plan for %lld^%d sites",
                                   (long long)lattice->sites, d),
                    err);
}

kl_status kl_fft_create(const kl_lattice *lattice, kl_precision precision, kl_fft *out,
                        kl_error *err)
{
    fftw_mpi_init();
    fftwf_mpi_init();
    *out = (kl_fft){.lattice = lattice, .precision = precision};
    kl_status status = kl_alloc(1, sizeof *out->plans, "FFT plans", &out->plans, err);
    if (status == KL_OK)
        status = make_plans(out, err);
    if (status != KL_OK)
        kl_fft_destroy(out);
    return status;
}

void kl_fft_destroy(kl_fft *fft)
{
    if (fft->plans) {
        if (fft->plans->forward)
            fftw_destroy_plan(fft->plans->forward);
        if (fft->plans->backward)
            fftw_destroy_plan(fft->plans->backward);
        if (fft->plans->forward_single)
            fftwf_destroy_plan(fft->plans->forward_single);
        if (fft->plans->backward_single)
            fftwf_destroy_plan(fft->plans->backward_single);
    }
    free(fft->plans);
    free(fft->data);
    fft->plans = NULL;
    fft->data = NULL;
}

static void execute(kl_fft *fft, bool forward)
{
    struct kl_fft_plans *p = fft->plans;
    if (fft->lattice->dimension == 1 && fft->count == 0)
        return;
    if (fft->precision == KL_SINGLE)
        fftwf_execute(forward ? p->forward_single : p->backward_single);
    else
        fftw_execute(forward ? p->forward : p->backward);
}

void kl_fft_forward(kl_fft *fft)
{
    execute(fft, true);
}

void kl_fft_backward(kl_fft *fft)
{
    const int64_t n = 2 * fft->count * fft->lattice->plane;
    const double scale = 1 / ((double)fft->lattice->sites * (double)fft->lattice->plane);
    execute(fft, false);
    for (int64_t i = 0; i < n; i++) {
        if (fft->precision == KL_SINGLE) { /* a rounded factor would drift with every call */
            float *z = (float *)fft->data + i;
            *z = (float)(scale * (double)*z);
        } else {
            ((double *)fft->data)[i] *= scale;
        }
    }
}

static int64_t overlap(int64_t a0, int64_t a1, int64_t b0, int64_t b1)
{
    int64_t low = a0 > b0 ? a0 : b0, high = a1 < b1 ? a1 : b1;
    return high > low ? high - low : 0;
}

/* Planes of this rank's slab that lie in rank r's block, and the reverse. */
static kl_status move_planes(const kl_fft *fft, const void *from, void *to, size_t element,
                             bool to_blocks, kl_error *err)
{
    const kl_lattice *lattice = fft->lattice;
    const int ranks = lattice->ranks;
    const int64_t slab0 = lattice->first, slab1 = lattice->first + lattice->count;
    const int64_t block0 = fft->first, block1 = fft->first + fft->count;
    int *counts;
    KL_TRY(kl_agree(lattice->comm,
                    kl_alloc((size_t)(4 * ranks), sizeof *counts, "plane counts", &counts, err),
                    err));
    int *send = counts, *send_at = counts + ranks, *receive = counts + 2 * ranks,
        *receive_at = counts + 3 * ranks;
    for (int r = 0; r < ranks; r++) {
        int64_t r_slab0 = kl_lattice_first(lattice, r), r_slab1 = kl_lattice_first(lattice, r + 1);
        int64_t r_block0 = block_first(fft, r), r_block1 = block_first(fft, r + 1);
        int mine = (int)overlap(slab0, slab1, r_block0, r_block1);
        int theirs = (int)overlap(block0, block1, r_slab0, r_slab1);
        send[r] = to_blocks ? mine : theirs;
        receive[r] = to_blocks ? theirs : mine;
        send_at[r] = r ? send_at[r - 1] + send[r - 1] : 0;
        receive_at[r] = r ? receive_at[r - 1] + receive[r - 1] : 0;
    }
    MPI_Datatype plane = kl_lattice_rows_type(lattice, element, kl_lattice_rows(lattice));
    MPI_Alltoallv(from, send, send_at, plane, to, receive, receive_at, plane, lattice->comm);
    MPI_Type_free(&plane);
    free(counts);
    return KL_OK;
}

kl_status kl_fft_scatter(const kl_fft *fft, const void *slab, void *block, size_t element,
                         kl_error *err)
{
    return move_planes(fft, slab, block, element, true, err);
}

kl_status kl_fft_gather(const kl_fft *fft, const void *block, void *slab, size_t element,
                        kl_error *err)
{
    return move_planes(fft, block, slab, element, false, err);
}

const char *kl_fft_version(void)
{
    return fftw_version;
}
