/* Slabs, owners, coordinates, and the sizes of lattices too large to allocate. */
#include "lattice/lattice.h"
#include "lattice/seam.h"

#include "lattice/check.h"

/* The view of one rank of a layout, without its ranks. */
static kl_lattice view(int d, int64_t sites, int ranks, int rank)
{
    kl_lattice lattice = {.dimension = d, .sites = sites, .plane = 1, .rank = rank, .ranks = ranks};
    for (int j = 1; j < d; j++)
        lattice.plane *= sites;
    lattice.first = kl_lattice_first(&lattice, rank);
    lattice.count = kl_lattice_first(&lattice, rank + 1) - lattice.first;
    return lattice;
}

/* first(r) = floor(r L / n): the slabs tile the axis, differ by at most one
 * plane, and owner() inverts first(). */
static void slabs_tile_the_axis(void **state)
{
    (void)state;
    for (int64_t L = 1; L <= 40; L++)
        for (int n = 1; n <= 12; n++) {
            kl_lattice lattice = view(3, L, n, 0);
            assert_int_equal(kl_lattice_first(&lattice, 0), 0);
            assert_int_equal(kl_lattice_first(&lattice, n), L);
            int64_t plane = 0;
            for (int r = 0; r < n; r++) {
                int64_t count = view(3, L, n, r).count;
                assert_int_equal(kl_lattice_first(&lattice, r), r * L / n);
                assert_true(count == L / n || count == L / n + 1);
                for (int64_t end = plane + count; plane < end; plane++)
                    assert_int_equal(kl_lattice_owner(&lattice, plane), r);
            }
            assert_int_equal(plane, L);
        }
}

/* 4096^3 = 2^36 sites over 7 ranks: nothing is 32 bit. */
static void large_lattice(void **state)
{
    (void)state;
    int64_t total = 0;
    for (int r = 0; r < 7; r++) {
        kl_lattice lattice = view(3, 4096, 7, r);
        total += kl_lattice_local(&lattice);
        assert_int_equal(kl_lattice_origin(&lattice), INT64_C(1) << 24);
        assert_int_equal(kl_lattice_extent(&lattice) - kl_lattice_local(&lattice), INT64_C(2)
                                                                                       << 24);
        assert_int_equal(kl_lattice_owner(&lattice, lattice.first), r);
        assert_int_equal(kl_lattice_owner(&lattice, lattice.first + lattice.count - 1), r);
    }
    assert_int_equal(total, INT64_C(1) << 36);
    kl_lattice lattice;
    assert_ok(kl_lattice_create(MPI_COMM_SELF, 3, 4096, &lattice, why));
    assert_int_equal(kl_lattice_local(&lattice), INT64_C(1) << 36);
    assert_int_equal(lattice.plane, INT64_C(1) << 24);
    assert_ok(kl_lattice_create(MPI_COMM_SELF, 3, 2097151, &lattice, why));
    assert_true(kl_lattice_local(&lattice) == INT64_C(9223358842721533951)); /* (2^21-1)^3 */
}

/* Between two slabs of 2048 planes of 4096^2 sites in double, with ten arrays: addresses alone,
 * nothing is there. A plane is 2^27 bytes, a seam of 18 planes of ten arrays 22.5 GiB. */
static void large_seams(void **state)
{
    (void)state;
    const kl_lattice lattice = view(3, 4096, 2, 0);
    const int64_t plane = INT64_C(1) << 27, n = lattice.count;
    const uintptr_t below = (uintptr_t)1 << 42, above = (uintptr_t)1 << 43,
                    home = (uintptr_t)1 << 44;
    const kl_seams seams = {.lattice = &lattice,
                            .element = sizeof(double),
                            .depth = 16,
                            .arrays = 10,
                            .planes = n,
                            .away = 1,
                            .below = (char *)below,
                            .above = (char *)above};
    uintptr_t last = below;
    for (int i = 0; i < seams.arrays; i++) {
        const uintptr_t first = (uintptr_t)kl_seams_plane(&seams, (void *)home, i, -17);
        assert_true(first >= last);
        last = (uintptr_t)kl_seams_plane(&seams, (void *)home, i, 0);
        assert_true(last - first == 17 * (uintptr_t)plane);
        last += (uintptr_t)plane;
        assert_true((uintptr_t)kl_seams_plane(&seams, (void *)home, i, n - 17) - above ==
                    first - below);
        assert_true((uintptr_t)kl_seams_plane(&seams, (void *)home, i, n - 18) - home ==
                    (uintptr_t)((n - 17) * plane));
    }
    const float *omega = (const float *)home;
    assert_true((uintptr_t)kl_seams_omega(&seams, omega, -16) >= last);
    assert_true((uintptr_t)kl_seams_omega(&seams, omega, n - 1) - home ==
                (uintptr_t)((n - 1) * plane / 2));
}

static void refusals(void **state)
{
    (void)state;
    kl_lattice lattice;
    kl_error err = {0};
    assert_int_equal(kl_lattice_create(MPI_COMM_SELF, 3, 2097152, &lattice, &err), KL_INPUT);
    assert_non_null(strstr(err.message, "2^63"));
    assert_int_equal(kl_lattice_create(MPI_COMM_SELF, 2, INT64_C(3037000500), &lattice, &err),
                     KL_INPUT); /* the smallest integer above sqrt(2^63) */
    assert_int_equal(kl_lattice_create(MPI_COMM_SELF, 2, INT64_C(3037000499), &lattice, &err),
                     KL_OK);
    assert_int_equal(kl_lattice_create(MPI_COMM_SELF, 1, 0, &lattice, &err), KL_INPUT);
}

/* Index i <-> x in {-floor(L/2), ..., ceil(L/2)-1}, x = i mod L. */
static void centred_coordinates(void **state)
{
    (void)state;
    for (int64_t L = 1; L <= 17; L++) {
        kl_lattice lattice = view(1, L, 1, 0);
        for (int64_t i = 0; i < L; i++) {
            int64_t x = kl_lattice_coordinate(&lattice, i);
            assert_true(x >= -(L / 2) && x <= (L + 1) / 2 - 1);
            assert_int_equal((x + L) % L, i);
        }
    }
}

/* Zeroed, aligned for vectors, at different distances from a page's start. */
static void arrays(void **state)
{
    kl_lattice lattice;
    double *array[6];
    (void)state;
    assert_ok(kl_lattice_create(MPI_COMM_SELF, 3, 5, &lattice, why));
    for (int k = 0; k < 6; k++) {
        assert_ok(kl_lattice_array(&lattice, sizeof(double), k, &array[k], why));
        assert_int_equal((uintptr_t)array[k] % 64, 0);
        for (int64_t i = 0; i < kl_lattice_extent(&lattice); i++)
            assert_true(array[k][i] == 0);
        memset(array[k], 0xff, (size_t)kl_lattice_extent(&lattice) * sizeof(double));
        for (int j = 0; j < k; j++)
            assert_true((uintptr_t)array[j] % 4096 != (uintptr_t)array[k] % 4096);
    }
    for (int k = 0; k < 6; k++)
        kl_lattice_array_free(array[k]);
    kl_lattice_array_free(NULL);
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(slabs_tile_the_axis),
                                          cmocka_unit_test(large_lattice),
                                          cmocka_unit_test(large_seams),
                                          cmocka_unit_test(arrays),
                                          cmocka_unit_test(refusals),
                                          cmocka_unit_test(centred_coordinates)};
TEST_MAIN(tests)
