/* RESULTS.h5: round trip bit for bit, same bytes for same results, and every
 * way to fail: one line, nothing left behind, nothing on standard error.
 * With an argument: writes the example there and stops (for test_xarray.py). */
#include "results/example.h"

#include <fcntl.h>
#include <hdf5.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <setjmp.h>
#include <stdarg.h>
#include <cmocka.h>

static char folder[] = "/tmp/kinlim-results-XXXXXX";
static char path[64], part[64];

static int enter_folder(void **state)
{
    (void)state;
    if (!mkdtemp(folder))
        return -1;
    snprintf(path, sizeof path, "%s/r.h5", folder);
    snprintf(part, sizeof part, "%s/r.h5.part", folder);
    return 0;
}

static int leave_folder(void **state)
{
    (void)state;
    unlink(path);
    return rmdir(folder); /* fails if a test left anything else */
}

static void assert_same_fields(const kl_results *a, const kl_results *b)
{
    for (int f = 0; f < a->nfields; f++) {
        const kl_field *x = &a->field[f], *y = &b->field[f];
        assert_memory_equal(x->name, y->name, offsetof(kl_field, axis) - offsetof(kl_field, name));
        for (int i = 0; i < KL_FIELD_AXES; i++)
            assert_memory_equal(x->axis[i].name, y->axis[i].name, offsetof(kl_axis, length));
        for (int p = 0; p < a->npoints; p++) {
            const size_t cells = kl_field_cells(x, p), bytes = sizeof(double) * cells;
            const kl_forest *s = &x->moments[p], *t = &y->moments[p];
            assert_int_equal(cells, kl_field_cells(y, p));
            if (cells == 0)
                continue;
            for (int i = 0; i < x->naxes; i++) {
                assert_int_equal(x->axis[i].length[p], y->axis[i].length[p]);
                assert_memory_equal(x->axis[i].coordinate[p], y->axis[i].coordinate[p],
                                    sizeof(double) * (size_t)x->axis[i].length[p]);
            }
            assert_memory_equal(x->single[p], y->single[p], bytes * (size_t)a->ntimes);
            assert_memory_equal(x->reference[p], y->reference[p], bytes * (size_t)a->ntimes);
            assert_true(s->cells == t->cells && s->count == t->count);
            if (s->count == 0)
                continue;
            assert_memory_equal(s->place, t->place, (size_t)s->count * sizeof *s->place);
            assert_memory_equal(s->sums, t->sums,
                                (size_t)s->count * KL_FOREST_ORDERS * s->cells * sizeof(double));
        }
    }
}

#define ASSERT_ARRAY(member, count)                                                                \
    assert_memory_equal(a->member, b->member, (size_t)(count) * sizeof *a->member)

static void assert_same(const kl_results *a, const kl_results *b)
{
    const int *counts_a = &a->ncolumns, *counts_b = &b->ncolumns;
    for (int i = 0; i < 11; i++) /* ncolumns to nlimits */
        assert_int_equal(counts_a[i], counts_b[i]);
    size_t p = (size_t)a->npoints, m = (size_t)a->nrealizations, t = (size_t)a->ntimes;
    size_t q = (size_t)a->nquantities, c = (size_t)a->nchecks;
    assert_string_equal(a->system, b->system);
    assert_string_equal(a->time_name, b->time_name);
    assert_string_equal(a->time_symbol, b->time_symbol);
    assert_string_equal(a->time_units, b->time_units);
    assert_int_equal(a->ensemble, b->ensemble);
    assert_int_equal(a->members, b->members);
    assert_int_equal(a->small, b->small);
    assert_int_equal(!a->study, !b->study);
    if (a->study)
        assert_string_equal(a->study, b->study);
    assert_int_equal(a->npairs, b->npairs);
    for (int i = 0; i < a->npairs; i++) {
        assert_string_equal(a->pair[i].key, b->pair[i].key);
        assert_string_equal(a->pair[i].value, b->pair[i].value);
    }
    for (int i = 0; i < a->ncolumns; i++) /* roles and their statistics are written, not read */
        assert_memory_equal(&a->column[i], &b->column[i], offsetof(kl_column, role));
    ASSERT_ARRAY(point, p * (size_t)a->ncolumns);
    ASSERT_ARRAY(series, p);
    ASSERT_ARRAY(time, t);
    ASSERT_ARRAY(quantity, q);
    ASSERT_ARRAY(check, c);
    ASSERT_ARRAY(order, a->norders);
    ASSERT_ARRAY(done, p * m);
    ASSERT_ARRAY(sample, p * m * t * q);
    ASSERT_ARRAY(check_value, p * m * t * c);
    for (int i = 0; i < a->nlimits; i++) {
        const kl_limit_data *x = &a->limit[i], *y = &b->limit[i];
        assert_string_equal(x->name, y->name);
        assert_string_equal(x->long_name, y->long_name);
        assert_memory_equal(x->value, y->value, p * t * q * sizeof(double));
        assert_memory_equal(x->error, y->error, p * t * q * sizeof(double));
        assert_memory_equal(x->note, y->note, p * sizeof *x->note);
    }
    assert_int_equal(!a->sample_error, !b->sample_error);
    if (a->sample_error)
        ASSERT_ARRAY(sample_error, p * m * t * q);
    for (int i = 0; i < a->nrows; i++) {
        const kl_row *x = &a->row[i], *y = &b->row[i];
        assert_int_equal(x->point, y->point);
        assert_int_equal(x->realizations, y->realizations);
        assert_string_equal(x->observable, y->observable);
        assert_string_equal(x->part, y->part);
        assert_string_equal(x->statistic, y->statistic);
        assert_memory_equal(&x->time, &y->time, sizeof x->time);
        assert_memory_equal(&x->order, &y->order, sizeof x->order);
        assert_memory_equal(&x->value, &y->value, 3 * sizeof x->value); /* value, low, high */
        for (int j = 0; j < a->ncolumns; j++)
            assert_true(x->parameter[j] == y->parameter[j] ||
                        (isnan(x->parameter[j]) && isnan(y->parameter[j])));
    }
    assert_same_fields(a, b);
}

/* every identifier of HDF5 has been closed */
static void assert_nothing_open(void)
{
    assert_int_equal(H5Fget_obj_count((hid_t)H5F_OBJ_ALL, H5F_OBJ_ALL), 0);
}

static void round_trip(const kl_results *r)
{
    kl_error err = {.message = ""};
    kl_results *back;
    assert_int_equal(kl_results_write(r, path, &err), KL_OK);
    assert_int_equal(kl_results_read(path, &back, &err), KL_OK);
    assert_same(r, back);
    kl_results_destroy(&back);
    assert_int_not_equal(access(part, F_OK), 0);
    assert_nothing_open();
}

static void everything_comes_back(void **state)
{
    (void)state;
    const double odd[] = {-0., INFINITY, -INFINITY, 4.9406564584124654e-324, 0.1, -NAN};
    const uint64_t payload = UINT64_C(0x7ff8dead0000beef);
    kl_results *r;
    assert_int_equal(example_create(&r, NULL), KL_OK);
    memcpy(r->sample, odd, sizeof odd);
    strcpy(r->column[1].words, "one two");
    memcpy(r->sample + 6, &payload, sizeof payload);
    round_trip(r);
    kl_results_destroy(&r);
}

/* each count zero in turn, and all of them */
static void empty_shapes_come_back(void **state)
{
    (void)state;
    for (int zero = 0; zero <= 9; zero++) {
        kl_results shape = {.small = -1, .time_name = "time"}, *r;
        int *counts[] = {&shape.ncolumns,    &shape.npoints, &shape.ntimes,
                         &shape.nquantities, &shape.nchecks, &shape.nrealizations,
                         &shape.norders,     &shape.nfields, &shape.nrows};
        for (int i = 0; i < 9; i++)
            *counts[i] = i != zero && zero < 9;
        assert_int_equal(kl_results_create(&shape, &r, NULL), KL_OK);
        for (int i = 0; i < r->ncolumns; i++)
            strcpy(r->column[i].name, "eta");
        for (int i = 0; i < r->nfields; i++) {
            strcpy(r->field[i].name, "density");
            r->field[i].naxes = 1;
            strcpy(r->field[i].axis[0].name, "x");
        }
        round_trip(r);
        kl_results_destroy(&r);
    }
}

static char *slurp(const char *name, size_t *size)
{
    FILE *file = fopen(name, "rb");
    assert_non_null(file);
    fseek(file, 0, SEEK_END);
    *size = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*size);
    assert_int_equal(fread(bytes, 1, *size, file), *size);
    fclose(file);
    return bytes;
}

static void spill(const char *bytes, size_t size)
{
    FILE *file = fopen(path, "wb");
    assert_int_equal(fwrite(bytes, 1, size, file), size);
    fclose(file);
}

/* 1.5e6 samples: several chunks along two axes */
static void large_arrays_come_back_with_the_same_bytes(void **state)
{
    (void)state;
    const kl_results shape = {.small = -1,
                              .npoints = 2,
                              .nrealizations = 5,
                              .ntimes = 500,
                              .nquantities = 300,
                              .time_name = "time"};
    size_t sizes[2];
    char *bytes[2];
    kl_results *r;
    assert_int_equal(kl_results_create(&shape, &r, NULL), KL_OK);
    for (int i = 0; i < 2 * 5 * 500 * 300; i++)
        r->sample[i] = 1. / (1 + i);
    for (int i = 0; i < 2; i++) {
        round_trip(r);
        bytes[i] = slurp(path, &sizes[i]);
        sleep(i == 0); /* a time of creation, in seconds, would differ */
    }
    assert_int_equal(sizes[0], sizes[1]);
    assert_memory_equal(bytes[0], bytes[1], sizes[0]);
    free(bytes[0]);
    free(bytes[1]);
    kl_results_destroy(&r);
}

/* Reads path with standard error caught; checks the outcome and that it is one
 * line in err and none outside. */
static void assert_refused(kl_status expected, const char *fragment)
{
    kl_error err = {.message = ""};
    kl_results *r;
    char noise[64];
    int pipes[2], saved = dup(2);
    assert_int_equal(pipe(pipes), 0);
    dup2(pipes[1], 2);
    kl_status status = kl_results_read(path, &r, &err);
    dup2(saved, 2);
    close(saved);
    close(pipes[1]);
    ssize_t heard = read(pipes[0], noise, sizeof noise);
    close(pipes[0]);
    assert_int_equal(heard, 0);
    assert_null(r);
    assert_nothing_open();
    if (status != expected || !strstr(err.message, fragment) || strchr(err.message, '\n'))
        fail_msg("status %d, message '%s', expected %d with '%s'", status, err.message, expected,
                 fragment);
    assert_memory_equal(err.message, path, strlen(path));
}

static void damage_is_noticed(void **state)
{
    (void)state;
    size_t size;
    kl_results *r;
    assert_int_equal(example_create(&r, NULL), KL_OK);
    round_trip(r);
    char *bytes = slurp(path, &size);
    for (size_t i = 0; i < size - 32; i += 1009) { /* any byte before the seal */
        bytes[i] ^= 0x10;
        spill(bytes, size);
        assert_refused(KL_INPUT, "damaged");
        bytes[i] ^= 0x10;
    }
    for (size_t cut = 48; cut < size - 32; cut += 4099) { /* cut short, seal and all */
        spill(bytes, cut);
        assert_refused(KL_INPUT, "damaged or cut short");
    }
    spill(bytes, 0);
    assert_refused(KL_INPUT, "not an HDF5 file");
    spill("eta,sites,box\n", 14);
    assert_refused(KL_INPUT, "not an HDF5 file");
    free(bytes);
    kl_results_destroy(&r);
}

/* Another program opens the file and changes it: HDF5 cuts the seal off. */
static hid_t tamper(const kl_results *r)
{
    round_trip(r);
    hid_t file = H5Fopen(path, H5F_ACC_RDWR, H5P_DEFAULT);
    assert_true(file >= 0);
    return file;
}

static void put_attribute(hid_t file, const char *name, int value)
{
    if (H5Aexists(file, name) > 0)
        H5Adelete(file, name);
    hid_t space = H5Screate(H5S_SCALAR);
    hid_t id = H5Acreate2(file, name, H5T_NATIVE_INT, space, H5P_DEFAULT, H5P_DEFAULT);
    assert_true(id >= 0 && H5Awrite(id, H5T_NATIVE_INT, &value) >= 0);
    H5Aclose(id);
    H5Sclose(space);
}

static void put_dataset(hid_t file, const char *name, int rank, const hsize_t *extent)
{
    const hsize_t chunk[5] = {1, 1, 1, 1, 1};
    if (H5Lexists(file, name, H5P_DEFAULT) > 0)
        H5Ldelete(file, name, H5P_DEFAULT);
    hid_t list = H5Pcreate(H5P_DATASET_CREATE), space = H5Screate_simple(rank, extent, NULL);
    H5Pset_chunk(list, rank, chunk);
    hid_t id = H5Dcreate2(file, name, H5T_NATIVE_DOUBLE, space, H5P_DEFAULT, list, H5P_DEFAULT);
    assert_true(id >= 0);
    H5Dclose(id);
    H5Sclose(space);
    H5Pclose(list);
}

static void other_files_are_refused(void **state)
{
    (void)state;
    kl_results *r;
    assert_int_equal(example_create(&r, NULL), KL_OK);
    hid_t file = tamper(r);
    put_attribute(file, "format_version", 1);
    H5Fclose(file);
    assert_refused(KL_INPUT, "format version 1 is older");
    file = tamper(r);
    put_attribute(file, "format_version", 3);
    H5Fclose(file);
    assert_refused(KL_INPUT, "format version 3 is newer");
    file = tamper(r);
    put_attribute(file, "format", 2);
    H5Fclose(file);
    assert_refused(KL_INPUT, "not a kinlim results file");
    file = tamper(r);
    put_attribute(file, "host", 2);
    H5Fclose(file);
    assert_refused(KL_INPUT, "host");
    file = tamper(r);
    H5Ldelete(file, "/fields", H5P_DEFAULT);
    H5Fclose(file);
    assert_refused(KL_INPUT, "group is missing");
    kl_results_destroy(&r);
}

/* Lengths that are not those of the data, up to some that no memory could hold. */
static void lengths_are_not_trusted(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        int rank;
        hsize_t extent[5];
    } lies[] = {
        {"/samples/sample", 4, {2, 3, 2, 2}},
        {"/samples/sample", 4, {2, 3, 2, 3}}, /* right extent, no data */
        {"/samples/sample", 3, {2, 3, 6}},
        {"/samples/done", 2, {2, 2}},
        {"/samples/point", 1, {2147483647}},
        {"/samples/realization", 1, {1u << 30}},
        {"/samples/time", 1, {1ull << 40}},
        {"/samples/eta", 1, {3}},
        {"/reference/value", 3, {2, 2, 4}},
        {"/summary/row", 1, {1000000000}},
        {"/summary/statistic", 1, {4}}, /* numbers instead of texts */
        {"/fields/density/point_0/single", 2, {2, 5}},
        {"/fields/husimi/point_0/single", 3, {2, 3, 3}},
        {"/fields/husimi/point_0/subtree", 1, {3}},
        {"/fields/husimi/point_0/subtree_sums", 5, {2, 4, 2, 3, 3}},
        {"/fields/density/point_0/subtree_level", 1, {2}}, /* not those of the realizations */
        {"/fields/density/point_0/x", 1, {2000000000}},
    };
    kl_results *r;
    assert_int_equal(example_create(&r, NULL), KL_OK);
    for (size_t i = 0; i < sizeof lies / sizeof *lies; i++) {
        hid_t file = tamper(r);
        put_dataset(file, lies[i].name, lies[i].rank, lies[i].extent);
        H5Fclose(file);
        assert_refused(KL_INPUT, i == 0 ? "/samples/sample" : "damaged");
    }
    kl_results_destroy(&r);
}

/* Moments of fields are of the finished realizations, all of them and no other. */
static void fields_are_of_the_finished_realizations(void **state)
{
    (void)state;
    kl_results *r;
    assert_int_equal(example_create(&r, NULL), KL_OK);
    for (int k = 0; k < 6; k++) {
        uint8_t done[6];
        memcpy(done, r->done, sizeof done);
        done[k] = !done[k];
        hid_t file = tamper(r), id = H5Dopen2(file, "/samples/done", H5P_DEFAULT);
        assert_true(H5Dwrite(id, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, done) >= 0);
        H5Dclose(id);
        H5Fclose(file);
        assert_refused(KL_INPUT, "/subtree");
    }
    kl_results_destroy(&r);
}

static void a_changed_file_can_still_be_read(void **state)
{
    (void)state;
    kl_results *r, *back;
    kl_error err = {.message = ""};
    size_t size;
    assert_int_equal(example_create(&r, NULL), KL_OK);
    hid_t file = tamper(r);
    hid_t id = H5Gcreate2(file, "/mine", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT);
    H5Gclose(id);
    H5Fclose(file);
    char *bytes = slurp(path, &size);
    assert_memory_not_equal(bytes + size - 32, "\nkinlim seal v2\n", 16);
    assert_int_equal(kl_results_read(path, &back, &err), KL_OK);
    assert_same(r, back);
    kl_results_destroy(&back);
    kl_results_destroy(&r);
    free(bytes);
}

static unsigned draw(unsigned *state, unsigned below)
{
    *state = *state * 1664525u + 1013904223u;
    return (*state >> 8) % below;
}

/* Some of it crashes libhdf5: in the child process that reads first. */
static void damage_without_a_seal_is_one_line(void **state)
{
    (void)state;
    kl_results *r, *back;
    size_t size;
    unsigned seed = 1, outcome[3] = {0}; /* whole, refused, crashed */
    assert_int_equal(example_create(&r, NULL), KL_OK);
    round_trip(r);
    char *bytes = slurp(path, &size), *copy = malloc(size);
    for (int i = 0; i < 200; i++) {
        kl_error err = {.message = ""};
        memcpy(copy, bytes, size);
        for (unsigned n = i % 2 ? 1 : 8; n > 0; n--)
            copy[draw(&seed, 20000)] ^= (char)(1 << draw(&seed, 8));
        spill(copy, size - 32);
        const kl_status status = kl_results_read(path, &back, &err);
        assert_true(status == KL_OK ? back != NULL : status == KL_INPUT && !back);
        assert_true(status == KL_OK || strstr(err.message, path) == err.message);
        assert_null(strchr(err.message, '\n'));
        outcome[strstr(err.message, "breaks down") ? 2 : status != KL_OK]++;
        kl_results_destroy(&back);
    }
    assert_true(outcome[1] > 50);
    assert_true(outcome[2] > 0);
    free(bytes);
    free(copy);
    kl_results_destroy(&r);
}

/* Runs kl_results_write(r, path) in a child under a limit; checks its status
 * and message, that nothing is printed, and that an old file is as it was. */
static void assert_write_fails(const kl_results *r, const char *name, rlim_t file_size, uid_t user,
                               kl_status expected, const char *fragment)
{
    kl_error err = {.message = ""};
    int pipes[2];
    assert_int_equal(pipe(pipes), 0);
    pid_t child = fork();
    if (child == 0) {
        const struct rlimit limit = {file_size, file_size};
        dup2(pipes[1], 2);
        close(pipes[0]);
        close(pipes[1]);
        signal(SIGXFSZ, SIG_IGN);
        if (setrlimit(RLIMIT_FSIZE, &limit) != 0 || (user && setuid(user) != 0))
            _exit(99);
        kl_status status = kl_results_write(r, name, &err);
        bool right = status == expected && strstr(err.message, fragment);
        if (!right)
            dprintf(2, "status %d: %s", status, err.message);
        H5close(); /* must be silent too */
        _exit(right ? 0 : 1);
    }
    char noise[512] = "";
    int result;
    close(pipes[1]);
    ssize_t heard = read(pipes[0], noise, sizeof noise - 1);
    close(pipes[0]);
    assert_int_equal(waitpid(child, &result, 0), child);
    if (heard != 0 || !WIFEXITED(result) || WEXITSTATUS(result) != 0)
        fail_msg("child: result %d, printed '%s'", result, noise);
    assert_int_not_equal(access(part, F_OK), 0);
}

static void failed_writing_leaves_the_old_file(void **state)
{
    (void)state;
    size_t before, after;
    char name[128];
    kl_results *r;
    assert_int_equal(example_create(&r, NULL), KL_OK);
    round_trip(r);
    char *old = slurp(path, &before);
    r->sample[0] = 42;
    for (rlim_t limit = 0; limit < before; limit += before / 5)
        assert_write_fails(r, path, limit, 0, KL_ENVIRONMENT, "cannot write: File too large");
    uid_t nobody = geteuid() == 0 ? 65534 : 0; /* root may write anywhere */
    chmod(folder, 0555);
    assert_write_fails(r, path, RLIM_INFINITY, nobody, KL_ENVIRONMENT, "Permission denied");
    chmod(folder, 0755);
    snprintf(name, sizeof name, "%s/none/r.h5", folder);
    assert_write_fails(r, name, RLIM_INFINITY, 0, KL_INPUT, "no such folder");
    assert_write_fails(r, folder, RLIM_INFINITY, 0, KL_ENVIRONMENT, "Is a directory");
    char *same = slurp(path, &after);
    assert_int_equal(before, after);
    assert_memory_equal(old, same, before);
    free(old);
    free(same);
    kl_results_destroy(&r);
}

static void bad_names_are_bugs(void **state)
{
    (void)state;
    kl_error err;
    kl_results *r;
    assert_int_equal(example_create(&r, NULL), KL_OK);
    r->point[1] = 20.5;
    assert_int_equal(kl_results_write(r, path, &err), KL_BUG);
    r->point[1] = 20;
    r->row[0].point = 2;
    assert_int_equal(kl_results_write(r, path, &err), KL_BUG);
    r->row[0].point = 0;
    strcpy(r->column[1].name, "eta");
    assert_int_equal(kl_results_write(r, path, &err), KL_ENVIRONMENT);
    assert_non_null(strstr(err.message, "eta"));
    strcpy(r->column[1].name, "sites");
    assert_int_equal(kl_results_set(r, "study", "x", &err), KL_OK);
    assert_int_equal(kl_results_write(r, path, &err), KL_BUG);
    kl_results_destroy(&r);
}

static void missing_files(void **state)
{
    (void)state;
    unlink(path);
    assert_refused(KL_INPUT, "r.h5: no such file");
    mkdir(path, 0755);
    assert_refused(KL_INPUT, "not a file");
    rmdir(path);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        kl_results *r;
        kl_error err = {.message = ""};
        kl_status status = example_create(&r, &err);
        if (status == KL_OK)
            status = kl_results_write(r, argv[1], &err);
        fprintf(stderr, "%s", err.message);
        kl_results_destroy(&r);
        return (int)status;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(everything_comes_back),
        cmocka_unit_test(empty_shapes_come_back),
        cmocka_unit_test(large_arrays_come_back_with_the_same_bytes),
        cmocka_unit_test(damage_is_noticed),
        cmocka_unit_test(other_files_are_refused),
        cmocka_unit_test(lengths_are_not_trusted),
        cmocka_unit_test(fields_are_of_the_finished_realizations),
        cmocka_unit_test(a_changed_file_can_still_be_read),
        cmocka_unit_test(damage_without_a_seal_is_one_line),
        cmocka_unit_test(failed_writing_leaves_the_old_file),
        cmocka_unit_test(bad_names_are_bugs),
        cmocka_unit_test(missing_files),
    };
    return cmocka_run_group_tests(tests, enter_folder, leave_folder);
}
