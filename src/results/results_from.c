#include "results/results_from.h"

#include <stdbool.h>
#include <sys/stat.h>

/* -1: in chunks, of another type, or not where it could be used as it is. */
static int64_t place_of(hid_t dataset, hid_t type, hsize_t bytes, size_t file)
{
    hid_t list = H5Dget_create_plist(dataset), own = H5Dget_type(dataset);
    const size_t size = H5Tget_size(type);
    const haddr_t at = H5Dget_offset(dataset);
    const bool plain = list >= 0 && own >= 0 && H5Pget_layout(list) == H5D_CONTIGUOUS &&
                       H5Pget_external_count(list) == 0 && H5Tequal(own, type) > 0;
    if (list >= 0)
        H5Pclose(list);
    if (own >= 0)
        H5Tclose(own);
    if (!plain || H5Dget_storage_size(dataset) != bytes || at == HADDR_UNDEF || at % size != 0 ||
        at > file || bytes > file - at)
        return -1;
    return (int64_t)at;
}

/* Of an array that has the extent of the study. */
static kl_status find(const kl_h5_reader *in, kl_h5_array a, hid_t type, size_t file, int64_t *out)
{
    hsize_t bytes = H5Tget_size(type);
    *out = -1;
    for (int i = 0; i < a.rank; i++)
        bytes *= (hsize_t)a.extent[i]; /* kl_h5_check() finds what is too large */
    if (bytes == 0)
        return KL_OK;
    if (H5Lexists(in->file, a.name, H5P_DEFAULT) <= 0)
        return KL_OK;
    KL_TRY(kl_h5_check(in, a));
    hid_t id = H5Dopen2(in->file, a.name, H5P_DEFAULT);
    if (id < 0)
        return kl_h5_damaged(in, a.name);
    *out = place_of(id, type, bytes, file);
    H5Dclose(id);
    return KL_OK;
}

kl_status kl_results_find_places(const kl_h5_reader *in, const kl_results *s,
                                 kl_results_places *out)
{
    const int p = s->npoints, m = s->nrealizations, t = s->ntimes, q = s->nquantities;
    const hid_t real = H5T_NATIVE_DOUBLE;
    struct stat info;
    *out = (kl_results_places){0, -1, -1, -1, -1, -1};
    if (kl_results_bytes(s) <= kl_results_large() || stat(in->path, &info) != 0)
        return KL_OK;
    const size_t file = out->file = (size_t)info.st_size;
    KL_TRY(find(in, (kl_h5_array){"/samples/sample", 4, {p, m, t, q}}, real, file, &out->sample));
    KL_TRY(find(in, (kl_h5_array){"/samples/check_value", 4, {p, m, t, s->nchecks}}, real, file,
                &out->check_value));
    if (s->ensemble == KL_DETERMINISTIC)
        KL_TRY(find(in, (kl_h5_array){"/samples/sample_error", 4, {p, m, t, q}}, real, file,
                    &out->sample_error));
    KL_TRY(find(in, (kl_h5_array){"/samples/checksum", 2, {p, m}}, H5T_NATIVE_UINT64, file,
                &out->checksum));
    return find(in, (kl_h5_array){"/samples/done", 2, {p, m}}, H5T_NATIVE_UINT8, file, &out->done);
}
