/* A large results file, written by all ranks: rank 0 builds the file without its large arrays in
 * memory, all write these by parallel HDF5, collectively and each a part of the realizations, and
 * rank 0 seals it. */
#include "base/broadcast.h"
#include "base/mapped.h"
#include "base/memory.h"
#include "kinlim/results.h"
#include "results/publish.h"
#include "results/results_put.h"
#include "statistics/forest.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { STRIPE = 1 << 20 }; /* bytes */

/* Of the arrays that are written by all. */
static double file_bytes(const kl_results *r)
{
    double numbers = 0;
    for (int f = 0; f < r->nfields; f++)
        for (int p = 0; p < r->npoints; p++) {
            const kl_forest *forest = &r->field[f].moments[p];
            numbers += (double)forest->count * KL_FOREST_ORDERS * (double)forest->cells;
        }
    return kl_results_bytes(r) + sizeof(double) * numbers;
}

typedef struct writing {
    MPI_Comm comm;
    int rank, ranks;
    const kl_mapped *mapped; /* what this rank has of the arrays; NULL: nothing */
    kl_publication file;
    kl_h5_later later;
} writing;

/* ---- rank 0: the file without them ---- */

static size_t bytes_of(const kl_h5_later *later)
{
    size_t sum = 0;
    for (int i = 0; i < later->n; i++) {
        size_t bytes = H5Tget_size(kl_h5_later_type(later->array[i].kind));
        for (int k = 0; k < later->array[i].rank; k++)
            bytes *= (size_t)later->array[i].extent[k];
        sum += bytes + 2 * STRIPE; /* each begins with a stripe */
    }
    return sum;
}

static kl_status write_rest(writing *w, const kl_results *r, kl_error *err)
{
    kl_h5_image image;
    kl_status status = kl_results_image(r, w->file.path, &w->later, &image, err);
    if (status == KL_OK)
        status = kl_publish_bytes(&w->file, image.bytes, image.size, bytes_of(&w->later), err);
    free(image.bytes);
    return status;
}

/* ---- all ranks ---- */

/* Of the file as it is made: its stripes over the servers of a parallel file system. */
static MPI_Info hints(double bytes)
{
    char text[32];
    MPI_Info info;
    const double stripes = bytes / 1e9 < 1 ? 1 : bytes / 1e9 > 64 ? 64 : bytes / 1e9;
    MPI_Info_create(&info);
    snprintf(text, sizeof text, "%d", STRIPE);
    MPI_Info_set(info, "striping_unit", text);
    snprintf(text, sizeof text, "%d", (int)stripes);
    MPI_Info_set(info, "striping_factor", text);
    return info;
}

static kl_status make_file(writing *w, double bytes, kl_error *err)
{
    MPI_File file;
    MPI_Info info = hints(bytes);
    const int opened = MPI_File_open(
        w->comm, w->file.part, MPI_MODE_CREATE | MPI_MODE_EXCL | MPI_MODE_WRONLY, info, &file);
    if (opened == MPI_SUCCESS)
        MPI_File_close(&file);
    MPI_Info_free(&info);
    return kl_agree(w->comm,
                    opened == MPI_SUCCESS
                        ? KL_OK
                        : kl_fail(err, KL_ENVIRONMENT, "%s: MPI-IO cannot create it", w->file.part),
                    err);
}

/* Which arrays there are, on all ranks: in the mapping at `place`, or where that is negative, rank
 * 0's alone. */
static kl_status share_list(writing *w, kl_error *err)
{
    kl_status status = KL_OK;
    for (int i = 0; w->rank == 0 && i < w->later.n; i++) {
        struct kl_h5_array_of *a = &w->later.array[i];
        const bool inside = w->mapped && a->values >= w->mapped->memory &&
                            a->values < w->mapped->memory + w->mapped->bytes;
        a->place = inside ? a->values - w->mapped->memory : -1;
    }
    MPI_Bcast(&w->later.n, 1, MPI_INT, 0, w->comm);
    if (w->rank != 0)
        status =
            kl_alloc((size_t)w->later.n, sizeof *w->later.array, "results", &w->later.array, err);
    KL_TRY(kl_agree(w->comm, status, err));
    kl_broadcast(w->comm, w->later.array, (size_t)w->later.n * sizeof *w->later.array);
    for (int i = 0; w->rank != 0 && i < w->later.n; i++) {
        struct kl_h5_array_of *a = &w->later.array[i];
        a->values = a->place >= 0 ? w->mapped->memory + a->place : NULL;
    }
    return KL_OK;
}

static hid_t open_file(const writing *w)
{
    hid_t access = H5Pcreate(H5P_FILE_ACCESS), file = -1;
    if (H5Pset_fapl_mpio(access, w->comm, MPI_INFO_NULL) >= 0 &&
        H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0 &&
        H5Pset_alignment(access, STRIPE, STRIPE) >= 0)
        file = H5Fopen(w->file.part, H5F_ACC_RDWR, access);
    H5Pclose(access);
    return file;
}

/* Where a rank is in an array: items first..first+count-1 of its second axis, at `lead` of the
 * first; of an array that rank 0 alone has, of its first axis. */
typedef struct slab {
    const struct kl_h5_array_of *array;
    hid_t id, transfer;
    size_t item; /* bytes */
} slab;

static bool write_slab(const slab *s, int axis, hsize_t lead, hsize_t first, hsize_t count)
{
    const struct kl_h5_array_of *a = s->array;
    hsize_t start[KL_H5_RANK] = {lead}, local[KL_H5_RANK];
    const double nothing = 0;
    for (int k = 0; k < a->rank; k++)
        local[k] = k < axis ? 1 : k == axis ? count : a->extent[k];
    start[axis] = first;
    hid_t type = kl_h5_later_type(a->kind), file = H5Dget_space(s->id);
    hid_t memory = H5Screate_simple(a->rank, local, NULL);
    kl_h5_select_part(file, memory, count > 0, start, local);
    const size_t at = (axis == 1 ? (size_t)(lead * a->extent[1]) : 0) + (size_t)first;
    const bool ok = H5Dwrite(s->id, type, memory, file, s->transfer,
                             count > 0 ? (const void *)(a->values + at * s->item) : &nothing) >= 0;
    H5Sclose(memory);
    H5Sclose(file);
    return ok;
}

/* All ranks go through as many slabs: those that have less than others write nothing in the last.
 */
static bool write_part(const writing *w, const slab *s, int axis, hsize_t lead, hsize_t first,
                       hsize_t end, hsize_t longest)
{
    const hsize_t window = w->mapped ? w->mapped->window : (hsize_t)1 << 26;
    const hsize_t most = s->item < window ? window / s->item : 1;
    bool ok = true;
    for (hsize_t done = 0; done < longest; done += most) {
        const hsize_t from = first + done < end ? first + done : end;
        const hsize_t count = end - from < most ? end - from : most;
        ok = write_slab(s, axis, lead, from, count) && ok;
        if (w->mapped)
            kl_mapped_release(w->mapped);
    }
    return ok;
}

static bool write_array(const writing *w, hid_t file, const struct kl_h5_array_of *a)
{
    const int axis = a->place >= 0 && a->rank > 1;
    slab s = {a, H5Dopen2(file, a->name, H5P_DEFAULT), H5Pcreate(H5P_DATASET_XFER),
              H5Tget_size(kl_h5_later_type(a->kind))};
    bool ok = s.id >= 0 && H5Pset_dxpl_mpio(s.transfer, H5FD_MPIO_COLLECTIVE) >= 0;
    for (int k = axis + 1; k < a->rank; k++)
        s.item *= (size_t)a->extent[k];
    const hsize_t n = a->extent[axis], ranks = (hsize_t)w->ranks, rank = (hsize_t)w->rank;
    if (ok && axis == 0)
        ok = write_part(w, &s, 0, 0, 0, w->rank == 0 ? n : 0, n);
    for (hsize_t p = 0; s.id >= 0 && axis == 1 && p < a->extent[0]; p++)
        ok = write_part(w, &s, 1, p, n * rank / ranks, n * (rank + 1) / ranks,
                        (n + ranks - 1) / ranks) &&
             ok;
    if (s.id >= 0)
        H5Dclose(s.id);
    H5Pclose(s.transfer);
    return ok;
}

static kl_status write_arrays(writing *w, kl_error *err)
{
    hid_t file = open_file(w);
    bool ok = file >= 0;
    for (int i = 0; file >= 0 && i < w->later.n; i++)
        ok = write_array(w, file, &w->later.array[i]) && ok;
    if (file >= 0)
        ok = H5Fclose(file) >= 0 && ok;
    return kl_agree(
        w->comm,
        ok ? KL_OK
           : kl_fail(err, KL_ENVIRONMENT, "%s: cannot write: is the disk full?", w->file.part),
        err);
}

static kl_status write_all(writing *w, const kl_results *r, double bytes, kl_error *err)
{
    KL_TRY(make_file(w, bytes, err));
    KL_TRY(kl_agree(w->comm, w->rank == 0 ? write_rest(w, r, err) : KL_OK, err));
    kl_status status = share_list(w, err);
    if (status == KL_OK)
        status = write_arrays(w, err);
    return status;
}

static kl_status write_large(const kl_results *r, const char *path, MPI_Comm comm, double bytes,
                             kl_error *err)
{
    writing w = {.comm = comm, .mapped = r ? r->mapped : NULL};
    MPI_Comm_rank(comm, &w.rank);
    MPI_Comm_size(comm, &w.ranks);
    kl_status status = w.rank == 0 ? kl_publish_begin(path, &w.file, err) : KL_OK;
    KL_TRY(kl_agree(comm, status, err));
    MPI_Bcast(w.file.part, (int)sizeof w.file.part, MPI_BYTE, 0, comm);
    kl_h5_errors errors = kl_h5_silence();
    status = write_all(&w, r, bytes, err);
    kl_h5_restore(errors);
    kl_h5_later_destroy(&w.later);
    if (w.rank == 0 && status == KL_OK)
        status = kl_publish_end(&w.file, err);
    else if (w.rank == 0)
        unlink(w.file.part);
    return kl_agree(comm, status, err);
}

kl_status kl_results_write_by_all(const kl_results *r, const char *path, MPI_Comm comm,
                                  kl_error *err)
{
    int rank;
    MPI_Comm_rank(comm, &rank);
    double bytes = rank == 0 ? file_bytes(r) : 0;
    MPI_Bcast(&bytes, 1, MPI_DOUBLE, 0, comm);
    if (bytes > kl_results_large())
        return write_large(r, path, comm, bytes, err);
    return kl_agree(comm, rank == 0 ? kl_results_write(r, path, err) : KL_OK, err);
}
