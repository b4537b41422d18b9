/* Halo exchange, shifted planes and ordered sums on any number of ranks, for uneven slabs, one
 * plane per rank, and d = 1, 2, 3. */
#include "lattice/halo.h"

#include "lattice/check.h"

static int world_size(void)
{
    int size;
    MPI_Comm_size(MPI_COMM_WORLD, &size);
    return size;
}

/* A value that names the global site. */
static double name_of(const kl_lattice *lattice, int64_t plane, int64_t in_plane)
{
    const int64_t L = lattice->sites;
    return (double)((plane % L + L) % L * lattice->plane + in_plane) + 0.25;
}

static double *named_sites(const kl_lattice *lattice)
{
    double *array = malloc((size_t)kl_lattice_extent(lattice) * sizeof *array);
    for (int64_t i = 0; i < kl_lattice_extent(lattice); i++)
        array[i] = -1;
    for (int64_t p = 0; p < lattice->count; p++)
        for (int64_t i = 0; i < lattice->plane; i++)
            array[(p + 1) * lattice->plane + i] = name_of(lattice, lattice->first + p, i);
    return array;
}

/* Ghosts and owned planes after an exchange. */
static bool halo_is_right(const kl_lattice *lattice)
{
    double *array = named_sites(lattice);
    bool right = true;
    kl_halo halo;
    kl_halo_start(lattice, array, sizeof *array, &halo);
    kl_halo_finish(&halo);
    for (int64_t p = -1; p <= lattice->count; p++)
        for (int64_t i = 0; i < lattice->plane; i++)
            right = right &&
                    array[(p + 1) * lattice->plane + i] == name_of(lattice, lattice->first + p, i);
    free(array);
    return right;
}

static bool shift_is_right(const kl_lattice *lattice, int64_t shift)
{
    double *array = named_sites(lattice);
    const void **at = malloc((size_t)lattice->count * sizeof *at);
    void *buffer = NULL;
    kl_error err;
    bool right =
        kl_planes_shifted(lattice, array, sizeof *array, shift, at, &buffer, &err) == KL_OK;
    for (int64_t p = 0; right && p < lattice->count; p++)
        for (int64_t i = 0; i < lattice->plane; i++)
            right = right &&
                    ((const double *)at[p])[i] == name_of(lattice, lattice->first + p + shift, i);
    free(buffer);
    free(at);
    free(array);
    return right;
}

static void halo(void **state)
{
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int64_t L = world_size(); L <= 9; L++) {
            kl_lattice lattice;
            assert_ok(kl_lattice_create(MPI_COMM_WORLD, d, L, &lattice, why));
            assert_everywhere(halo_is_right(&lattice));
        }
}

/* Every shift from -2L to 2L: negative, beyond L/2, beyond a turn. */
static void shifted_planes(void **state)
{
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int64_t L = world_size(); L <= (d == 3 ? 6 : 9); L++) {
            kl_lattice lattice;
            assert_ok(kl_lattice_create(MPI_COMM_WORLD, d, L, &lattice, why));
            bool right = true;
            for (int64_t shift = -2 * L; shift <= 2 * L; shift++)
                right = shift_is_right(&lattice, shift) && right;
            assert_everywhere(right);
        }
}

/* Against the sum in the order of planes computed here, to the bit. The terms
 * span 12 decades and cancel: any other order gives other bits. */
static void ordered_sum(void **state)
{
    enum { N = 3, MOST = 40 };
    (void)state;
    bool order_matters = false;
    for (int64_t L = world_size(); L <= MOST; L++) {
        double all[MOST * N], expected[N] = {0}, backwards = 0, sum[N], planes[MOST * N];
        uint64_t seed = (uint64_t)L;
        kl_lattice lattice;
        for (int64_t i = 0; i < L * N; i++)
            all[i] = test_random(&seed) * pow(10, 6 * test_random(&seed));
        for (int64_t p = 0; p < L; p++)
            for (int k = 0; k < N; k++)
                expected[k] += all[p * N + k];
        for (int64_t p = L - 1; p >= 0; p--)
            backwards += all[p * N];
        order_matters = order_matters || backwards != expected[0];
        assert_ok(kl_lattice_create(MPI_COMM_WORLD, 2, L, &lattice, why));
        assert_ok(kl_planes_sum(&lattice, all + lattice.first * N, N, sum, planes, why));
        assert_everywhere(memcmp(sum, expected, sizeof sum) == 0);
        assert_everywhere(memcmp(planes, all, (size_t)(L * N) * sizeof *all) == 0);
        assert_ok(kl_planes_sum(&lattice, all + lattice.first * N, N, sum, NULL, why));
        assert_everywhere(memcmp(sum, expected, sizeof sum) == 0);
    }
    assert_true(order_matters);
}

/* Fewer planes than ranks: refused on every rank, in one line. */
static void too_few_planes(void **state)
{
    (void)state;
    kl_lattice lattice;
    kl_error err = {0};
    kl_status status = kl_lattice_create(MPI_COMM_WORLD, 3, world_size() - 1, &lattice, &err);
    assert_everywhere(status == KL_INPUT);
    assert_everywhere(err.message[0] && !strchr(err.message, '\n'));
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(halo), cmocka_unit_test(shifted_planes),
                                          cmocka_unit_test(ordered_sum),
                                          cmocka_unit_test(too_few_planes)};
TEST_MAIN(tests)
