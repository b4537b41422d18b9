/* Snapshots on any number of ranks: the file holds the analytic field, whatever
 * the slabs. With an argument: leaves the files at that prefix (for
 * test_snapshot.py). */
#include "results/snapshot.h"

#include <hdf5.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

enum { FRAMES = 2 };
static const char *prefix;
static int rank, size;

/* exact in single precision, and another one at each site */
static float field(int frame, long index)
{
    return (float)(index + 100000 * frame) / 8;
}

/* Uneven slabs, in reversed order of ranks; rank 0 has none if there are more. */
static void slab(int sites, int *first, int *count)
{
    int workers = size > 1 ? size - 1 : 1, me = size > 1 ? size - 1 - rank : 0;
    if (me == workers) {
        *first = *count = 0;
        return;
    }
    *first = (int)((long)sites * me * me / ((long)workers * workers));
    *count = (int)((long)sites * (me + 1) * (me + 1) / ((long)workers * workers)) - *first;
}

static void write_frames(const char *path, int dimension, int sites)
{
    kl_error err = {.message = ""};
    kl_snapshot *s;
    int first, count;
    long plane = 1;
    slab(sites, &first, &count);
    for (int i = 1; i < dimension; i++)
        plane *= sites;
    float *planes = malloc((size_t)(count * plane + 1) * sizeof *planes);
    assert_int_equal(kl_snapshot_create(MPI_COMM_WORLD, path, dimension, sites, 0.25, -2.5,
                                        "density", "|psi|^2 & more", "1", &s, &err),
                     KL_OK);
    for (int frame = 0; frame < FRAMES; frame++) {
        for (long i = 0; i < count * plane; i++)
            planes[i] = field(frame, first * plane + i);
        assert_int_equal(kl_snapshot_write(s, 0.5 * frame, first, count, planes, &err), KL_OK);
    }
    assert_int_equal(kl_snapshot_close(&s, &err), KL_OK);
    assert_null(s);
    assert_int_equal(kl_snapshot_close(&s, &err), KL_OK);
    assert_int_equal(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
    free(planes);
}

/* Values that differ from the field, counted by one rank; -1: no such frame. */
static long count_wrong(hid_t file, int frame, int dimension, int sites)
{
    char name[32];
    hsize_t extent[3] = {0};
    long total = 1, wrong = 0;
    snprintf(name, sizeof name, "density_%06d", frame);
    hid_t id = H5Dopen2(file, name, H5P_DEFAULT), space = H5Dget_space(id);
    bool right = H5Sget_simple_extent_ndims(space) == dimension;
    H5Sget_simple_extent_dims(space, extent, NULL);
    for (int i = 0; i < dimension; i++) {
        right = right && extent[i] == (hsize_t)sites;
        total *= sites;
    }
    float *data = malloc((size_t)total * sizeof *data);
    right = right && H5Dread(id, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, data) >= 0;
    for (long i = 0; right && i < total; i++)
        wrong += data[i] != field(frame, i);
    free(data);
    H5Sclose(space);
    H5Dclose(id);
    return right ? wrong : -1;
}

static void check_frames(const char *path, int dimension, int sites)
{
    for (int frame = 0; frame < FRAMES; frame++) {
        long wrong = 0;
        if (rank == 0) {
            char name[300];
            snprintf(name, sizeof name, "%s.h5", path);
            hid_t file = H5Fopen(name, H5F_ACC_RDONLY, H5P_DEFAULT);
            wrong = count_wrong(file, frame, dimension, sites);
            H5Fclose(file);
        }
        MPI_Bcast(&wrong, 1, MPI_LONG, 0, MPI_COMM_WORLD); /* all fail, or none */
        assert_int_equal(wrong, 0);
    }
}

static void frames_hold_the_field(void **state)
{
    (void)state;
    static const int sites[] = {1, 5, 16};
    for (int dimension = 1; dimension <= 3; dimension++) {
        for (int i = 0; i < 3; i++) {
            char path[256], name[300];
            snprintf(path, sizeof path, "%s-%dd-%d", prefix, dimension, sites[i]);
            write_frames(path, dimension, sites[i]);
            check_frames(path, dimension, sites[i]);
            if (rank == 0 && strncmp(prefix, "/tmp/kinlim-snapshot-test", 25) == 0) {
                snprintf(name, sizeof name, "%s.h5", path);
                assert_int_equal(unlink(name), 0);
                snprintf(name, sizeof name, "%s.xdmf", path);
                assert_int_equal(unlink(name), 0);
            }
        }
    }
}

static void planes_must_tile(void **state)
{
    (void)state;
    const float planes[64] = {0};
    const int wrong[][2] = {{0, 3}, {1, 4}, {-1, 4}, {1, 3}, {0, -1}};
    char path[256], name[300];
    kl_error err = {.message = ""};
    kl_snapshot *s;
    snprintf(path, sizeof path, "%s-tile", prefix);
    assert_int_equal(kl_snapshot_create(MPI_COMM_WORLD, path, 2, 4, 1, 0, "f", "f", "1", &s, &err),
                     KL_OK);
    for (int i = 0; i < 5; i++)
        assert_int_equal(
            kl_snapshot_write(s, 0, rank ? 0 : wrong[i][0], rank ? 0 : wrong[i][1], planes, &err),
            KL_BUG);
    if (size > 1) /* the right number of planes, but twice the same */
        assert_int_equal(kl_snapshot_write(s, 0, 0, rank < 2 ? 2 : 0, planes, &err), KL_BUG);
    assert_int_equal(kl_snapshot_write(s, 0, 0, rank ? 0 : 4, planes, &err), KL_OK);
    assert_int_equal(kl_snapshot_close(&s, &err), KL_OK);
    for (int i = 0; rank == 0 && i < 2; i++) {
        snprintf(name, sizeof name, "%s%s", path, i ? ".h5" : ".xdmf");
        unlink(name);
    }
}

static void failures_reach_all_ranks(void **state)
{
    (void)state;
    kl_error err = {.message = ""};
    kl_snapshot *s;
    assert_int_equal(
        kl_snapshot_create(MPI_COMM_WORLD, "/none/such/x", 2, 4, 1, 0, "f", "f", "1", &s, &err),
        KL_INPUT);
    assert_string_equal(err.message, "/none/such/x.h5: cannot write: no such folder");
    assert_null(s);
    assert_int_equal(
        kl_snapshot_create(MPI_COMM_WORLD, prefix, 4, 4, 1, 0, "f", "f", "1", &s, &err), KL_BUG);
    assert_int_equal(
        kl_snapshot_create(MPI_COMM_WORLD, prefix, 2, 4, 1, 0, "a/b", "f", "1", &s, &err), KL_BUG);
}

int main(int argc, char **argv)
{
    char name[64];
    MPI_Init(&argc, &argv);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank);
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    int id = (int)getpid();
    MPI_Bcast(&id, 1, MPI_INT, 0, MPI_COMM_WORLD);
    snprintf(name, sizeof name, "/tmp/kinlim-snapshot-test-%d", id);
    prefix = argc > 1 ? argv[1] : name;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames_hold_the_field),
        cmocka_unit_test(planes_must_tile),
        cmocka_unit_test(failures_reach_all_ranks),
    };
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
