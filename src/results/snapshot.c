/* Snapshots of a distributed field for ParaView: see snapshot.h. Collective.
 *
 * PATH.h5 has one dataset per frame, NAME_000000, NAME_000001, ..., written by
 * all ranks at once; PATH.xdmf (XDMF 3.0) places them on a uniform grid in a
 * temporal collection. XDMF lists the slowest axis first and calls it z: axis 0
 * of the lattice is z for d = 3, y for d = 2; for d = 1 the line is a grid of
 * height 1 along x.
 */
#define _GNU_SOURCE /* fallocate */
#include "results/snapshot.h"
#include "results/hdf5_tools.h"
#include "base/memory.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_DIMENSION = 3, MAX_PATH = 4096, MAX_TEXT = 64 };

struct kl_snapshot {
    MPI_Comm comm;
    int rank, dimension, sites, nframes;
    double spacing, origin;
    char path[MAX_PATH], name[MAX_TEXT], long_name[MAX_TEXT], units[MAX_TEXT];
    hid_t file;
    double *time; /* [nframes] */
};

/* Takes room on the disk for `bytes` more and for metadata: HDF5 that runs out of it cannot even
 * close the file, and crashes at the end of the program. A file system that cannot do it says so
 * otherwise, and is left to its luck. */
static kl_status reserve(int fd, const char *path, size_t bytes, kl_error *err)
{
    enum { METADATA = 1 << 16 };
    off_t end = lseek(fd, 0, SEEK_END);
    if (end >= 0 && fallocate(fd, FALLOC_FL_KEEP_SIZE, end, (off_t)(bytes + METADATA)) != 0 &&
        (errno == ENOSPC || errno == EDQUOT || errno == EFBIG))
        return kl_fail(err, KL_ENVIRONMENT, "%s: cannot write: %s", path, strerror(errno));
    return KL_OK;
}

/* Opens the file on one rank first, for the reason that MPI-IO keeps to itself. */
static kl_status probe(const char *path, int flags, size_t bytes, kl_error *err)
{
    int fd = open(path, O_WRONLY | O_CLOEXEC | flags, 0666);
    if (fd >= 0) {
        kl_status status = reserve(fd, path, bytes, err);
        close(fd);
        return status;
    }
    if (errno == ENOENT || errno == ENOTDIR)
        return kl_fail(err, KL_INPUT, "%s: cannot write: no such folder", path);
    return kl_fail(err, KL_ENVIRONMENT, "%s: cannot write: %s", path, strerror(errno));
}

static kl_status fail_exists(const char *name, kl_error *err)
{
    return kl_fail(err, KL_INPUT, "%s exists: a snapshot never overwrites: move it away", name);
}

kl_status kl_snapshot_reserve(const char *path, kl_error *err)
{
    char name[MAX_PATH + 8];
    struct stat info;
    snprintf(name, sizeof name, "%s.xdmf", path);
    if (lstat(name, &info) == 0)
        return fail_exists(name, err);
    snprintf(name, sizeof name, "%s.h5", path);
    if (lstat(name, &info) != 0)
        return probe(name, O_CREAT | O_EXCL, 0, err);
    return S_ISREG(info.st_mode) && info.st_size == 0 ? KL_OK : fail_exists(name, err);
}

static kl_status check_arguments(const kl_snapshot *s, const char *path, const char *const *texts,
                                 kl_error *err)
{
    for (int i = 0; i < 3; i++)
        if (strlen(texts[i]) >= MAX_TEXT)
            return kl_fail(err, KL_BUG, "snapshot: '%s' is longer than %d bytes", texts[i],
                           MAX_TEXT - 1);
    if (strlen(path) + sizeof ".xdmf" > MAX_PATH)
        return kl_fail(err, KL_INPUT, "%.64s...: path longer than %d bytes", path, MAX_PATH);
    if (s->dimension < 1 || s->dimension > MAX_DIMENSION || s->sites < 1)
        return kl_fail(err, KL_BUG, "snapshot: dimension %d, %d sites", s->dimension, s->sites);
    if (strchr(texts[0], '/') || texts[0][0] == '\0')
        return kl_fail(err, KL_BUG, "snapshot: '%s' cannot name a field", texts[0]);
    return KL_OK;
}

static kl_status open_file(kl_snapshot *s, kl_error *err)
{
    char name[MAX_PATH + 8];
    snprintf(name, sizeof name, "%s.h5", s->path);
    kl_status status = s->rank == 0 ? kl_snapshot_reserve(s->path, err) : KL_OK;
    KL_TRY(kl_agree(s->comm, status, err));
    kl_h5_errors errors = kl_h5_silence();
    hid_t access = H5Pcreate(H5P_FILE_ACCESS);
    if (H5Pset_fapl_mpio(access, s->comm, MPI_INFO_NULL) >= 0 &&
        H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110) >= 0)
        s->file = H5Fcreate(name, H5F_ACC_TRUNC, H5P_DEFAULT, access);
    H5Pclose(access);
    kl_h5_restore(errors);
    if (s->file < 0)
        status = kl_fail(err, KL_ENVIRONMENT, "%s: parallel HDF5 cannot create it", name);
    return kl_agree(s->comm, status, err);
}

static void destroy(kl_snapshot *s)
{
    if (s->comm != MPI_COMM_NULL)
        MPI_Comm_free(&s->comm);
    free(s->time);
    free(s);
}

kl_status kl_snapshot_create(MPI_Comm comm, const char *path, int dimension, int sites,
                             double spacing, double origin, const char *name, const char *long_name,
                             const char *units, kl_snapshot **out, kl_error *err)
{
    kl_snapshot *s;
    const char *texts[3] = {name, long_name, units};
    *out = NULL;
    kl_status status = kl_alloc(1, sizeof *s, "snapshot", &s, err);
    status = kl_agree(comm, status, err);
    if (status != KL_OK) {
        free(s);
        return status;
    }
    s->dimension = dimension;
    s->sites = sites;
    s->spacing = spacing;
    s->origin = origin;
    s->file = -1;
    s->comm = MPI_COMM_NULL;
    KL_GOTO(check_arguments(s, path, texts, err));
    strcpy(s->path, path);
    strcpy(s->name, name);
    strcpy(s->long_name, long_name);
    strcpy(s->units, units);
    MPI_Comm_dup(comm, &s->comm);
    MPI_Comm_rank(s->comm, &s->rank);
    KL_GOTO(open_file(s, err));
done:
    if (status != KL_OK) {
        destroy(s);
        s = NULL;
    }
    *out = s;
    return status;
}

static void frame_name(const kl_snapshot *s, int frame, char out[MAX_TEXT + 16])
{
    snprintf(out, MAX_TEXT + 16, "%s_%06d", s->name, frame);
}

/* The planes of all ranks must tile axis 0: checked by the sums of 1 and of
 * 2 x + 1 over them, n and n^2. */
static kl_status check_planes(const kl_snapshot *s, int first, int count, kl_error *err)
{
    long long last = (long long)first + count;
    long long mine[2] = {count, last * last - (long long)first * first}, sum[2];
    long long n = s->sites;
    kl_status status = KL_OK;
    if (count < 0 || (count > 0 && (first < 0 || last > n)))
        status = kl_fail(err, KL_BUG, "snapshot: planes %d to %lld of %lld", first, last, n);
    MPI_Allreduce(mine, sum, 2, MPI_LONG_LONG, MPI_SUM, s->comm);
    if (status == KL_OK && (sum[0] != n || sum[1] != n * n))
        status = kl_fail(err, KL_BUG, "snapshot: the planes of the ranks do not tile the axis");
    return kl_agree(s->comm, status, err);
}

static bool put_frame(const kl_snapshot *s, double time, int first, int count, const float *planes)
{
    char name[MAX_TEXT + 16];
    hsize_t extent[MAX_DIMENSION], start[MAX_DIMENSION] = {0}, local[MAX_DIMENSION];
    const float nothing = 0;
    for (int i = 0; i < s->dimension; i++)
        extent[i] = local[i] = (hsize_t)s->sites;
    start[0] = (hsize_t)first;
    local[0] = (hsize_t)count;
    hid_t space = H5Screate_simple(s->dimension, extent, NULL);
    hid_t memory = H5Screate_simple(s->dimension, local, NULL);
    kl_h5_select_part(space, memory, count > 0, start, local);
    hid_t creation = H5Pcreate(H5P_DATASET_CREATE), transfer = H5Pcreate(H5P_DATASET_XFER);
    H5Pset_obj_track_times(creation, false);
    H5Pset_fill_time(creation, H5D_FILL_TIME_NEVER);
    H5Pset_dxpl_mpio(transfer, H5FD_MPIO_COLLECTIVE);
    frame_name(s, s->nframes, name);
    hid_t id =
        H5Dcreate2(s->file, name, H5T_NATIVE_FLOAT, space, H5P_DEFAULT, creation, H5P_DEFAULT);
    bool ok =
        id >= 0 && kl_h5_put_fixed_text(id, "units", s->units) &&
        kl_h5_put_fixed_text(id, "long_name", s->long_name) &&
        kl_h5_put_numbers(id, "time", H5T_NATIVE_DOUBLE, 0, &time) &&
        H5Dwrite(id, H5T_NATIVE_FLOAT, memory, space, transfer, count > 0 ? planes : &nothing) >= 0;
    if (id >= 0)
        H5Dclose(id);
    H5Pclose(transfer);
    H5Pclose(creation);
    H5Sclose(memory);
    H5Sclose(space);
    return ok;
}

static kl_status agree_on_io(const kl_snapshot *s, bool ok, kl_error *err)
{
    kl_status status = KL_OK;
    if (!ok)
        status = kl_fail(err, KL_ENVIRONMENT, "%s.h5: cannot write frame %d: is the disk full?",
                         s->path, s->nframes);
    return kl_agree(s->comm, status, err);
}

static kl_status make_room(kl_snapshot *s, kl_error *err)
{
    char name[MAX_PATH + 8];
    size_t bytes = sizeof(float);
    for (int i = 0; i < s->dimension; i++)
        bytes *= (size_t)s->sites;
    double *longer = realloc(s->time, ((size_t)s->nframes + 1) * sizeof *longer);
    if (!longer)
        return kl_fail(err, KL_ENVIRONMENT, "snapshot: no memory");
    s->time = longer;
    snprintf(name, sizeof name, "%s.h5", s->path);
    return s->rank == 0 ? probe(name, 0, bytes, err) : KL_OK;
}

kl_status kl_snapshot_write(kl_snapshot *s, double time, int first, int count, const float *planes,
                            kl_error *err)
{
    KL_TRY(check_planes(s, first, count, err));
    kl_status status = make_room(s, err);
    KL_TRY(kl_agree(s->comm, status, err));
    kl_h5_errors errors = kl_h5_silence();
    bool ok = put_frame(s, time, first, count, planes);
    status = agree_on_io(s, ok, err);
    if (status == KL_OK)
        status = agree_on_io(s, H5Fflush(s->file, H5F_SCOPE_GLOBAL) >= 0, err);
    kl_h5_restore(errors);
    if (status == KL_OK)
        s->time[s->nframes++] = time;
    return status;
}

static void put_escaped(FILE *out, const char *text)
{
    for (; *text; text++) {
        const char *special = strchr("&<>\"", *text);
        static const char *const names[] = {"&amp;", "&lt;", "&gt;", "&quot;"};
        if (special)
            fputs(names[special - "&<>\""], out);
        else
            fputc(*text, out);
    }
}

/* d = 1 is a grid of height 1, which ParaView shows like the others. */
static void put_grid(const kl_snapshot *s, FILE *out, const char *file, int frame)
{
    static const char *const topology[] = {"2DCoRectMesh", "2DCoRectMesh", "3DCoRectMesh"};
    static const char *const geometry[] = {"ORIGIN_DXDY", "ORIGIN_DXDY", "ORIGIN_DXDYDZ"};
    int d = s->dimension, axes = d == 1 ? 2 : d;
    char name[MAX_TEXT + 16];
    frame_name(s, frame, name);
    fprintf(out, "   <Grid Name=\"frame %d\" GridType=\"Uniform\">\n", frame);
    fprintf(out, "    <Time Value=\"%.17g\"/>\n", s->time[frame]);
    fprintf(out, "    <Topology TopologyType=\"%s\" Dimensions=\"%s", topology[d - 1],
            d == 1 ? "1 " : "");
    for (int i = 0; i < d; i++)
        fprintf(out, "%s%d", i ? " " : "", s->sites);
    fprintf(out, "\"/>\n    <Geometry GeometryType=\"%s\">\n", geometry[d - 1]);
    const double corner[2] = {s->origin, s->spacing};
    for (int k = 0; k < 2; k++) {
        fprintf(out,
                "     <DataItem Format=\"XML\" NumberType=\"Float\" Precision=\"8\" "
                "Dimensions=\"%d\">",
                axes);
        for (int i = 0; i < axes; i++)
            fprintf(out, "%s%.17g", i ? " " : "", i < axes - d && k == 0 ? 0.0 : corner[k]);
        fputs("</DataItem>\n", out);
    }
    fputs("    </Geometry>\n    <Attribute Name=\"", out);
    put_escaped(out, s->name);
    fputs("\" AttributeType=\"Scalar\" Center=\"Node\">\n     <DataItem Format=\"HDF\" "
          "NumberType=\"Float\" Precision=\"4\" Dimensions=\"",
          out);
    for (int i = 0; i < d; i++)
        fprintf(out, "%s%d", i ? " " : "", s->sites);
    fputs("\">", out);
    put_escaped(out, file);
    fputs(".h5:/", out);
    put_escaped(out, name);
    fputs("</DataItem>\n    </Attribute>\n   </Grid>\n", out);
}

static kl_status put_xdmf(const kl_snapshot *s, kl_error *err)
{
    char name[MAX_PATH + 8];
    const char *slash = strrchr(s->path, '/'), *file = slash ? slash + 1 : s->path;
    snprintf(name, sizeof name, "%s.xdmf", s->path);
    FILE *out = fopen(name, "wx"); /* x: of a file or link that came in the meantime, nothing */
    if (!out && errno == EEXIST)
        return fail_exists(name, err);
    if (!out)
        return kl_fail(err, KL_ENVIRONMENT, "%s: cannot write: %s", name, strerror(errno));
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Xdmf Version=\"3.0\">\n <Domain>\n"
          "  <Grid Name=\"",
          out);
    put_escaped(out, s->name);
    fputs("\" GridType=\"Collection\" CollectionType=\"Temporal\">\n", out);
    for (int frame = 0; frame < s->nframes; frame++)
        put_grid(s, out, file, frame);
    fputs("  </Grid>\n </Domain>\n</Xdmf>\n", out);
    bool ok = !ferror(out);
    if (fclose(out) != 0 || !ok)
        return kl_fail(err, KL_ENVIRONMENT, "%s: cannot write: %s", name, strerror(errno));
    return KL_OK;
}

kl_status kl_snapshot_close(kl_snapshot **snapshot, kl_error *err)
{
    kl_snapshot *s = *snapshot;
    if (!s)
        return KL_OK;
    kl_h5_errors errors = kl_h5_silence();
    bool closed = H5Fclose(s->file) >= 0;
    kl_h5_restore(errors);
    kl_status status = KL_OK;
    if (!closed)
        status = kl_fail(err, KL_ENVIRONMENT, "%s.h5: cannot close: is the disk full?", s->path);
    else if (s->rank == 0)
        status = put_xdmf(s, err);
    status = kl_agree(s->comm, status, err);
    destroy(s);
    *snapshot = NULL;
    return status;
}
