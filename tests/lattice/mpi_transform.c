/* The Fourier transform with the same bits on any ranks: against its defining sum, its inverse, and
 * one rank alone. L = 5, 7 over 2..4 ranks leaves slabs uneven; in d = 1 one rank has the line. */
#include "lattice/transform.h"

#include "base/complex.h"
#include "lattice/check.h"

enum { MOST = 343 };
static const double pi = 3.14159265358979323846;
static const struct {
    int d;
    int64_t L;
} cases[] = {{1, 7}, {2, 5}, {2, 6}, {3, 4}, {3, 7}};

static int64_t volume(const kl_lattice *lattice)
{
    return lattice->sites * lattice->plane;
}

/* k.x modulo L, site numbers. */
static int64_t turns(const kl_lattice *lattice, int64_t k, int64_t x)
{
    int64_t sum = 0;
    for (int j = 0; j < lattice->dimension; j++, k /= lattice->sites, x /= lattice->sites)
        sum += k % lattice->sites * (x % lattice->sites);
    return sum % lattice->sites;
}

static void random_field(int64_t n, double complex *f)
{
    uint64_t seed = 5;
    for (int64_t i = 0; i < n; i++) {
        const double re = test_random(&seed);
        f[i] = CMPLX(re, test_random(&seed));
    }
}

/* all -> its transform on that group, this rank's part. */
static void transform_on(MPI_Comm comm, int i, const double complex *all, bool back,
                         kl_lattice *lattice, double complex *out)
{
    kl_transform t;
    assert_ok(kl_lattice_create(comm, cases[i].d, cases[i].L, lattice, why));
    assert_ok(kl_transform_create(lattice, &t, why));
    memcpy(out, all + lattice->first * lattice->plane,
           (size_t)kl_lattice_local(lattice) * sizeof *out);
    kl_transform_forward(&t, out);
    if (back)
        kl_transform_backward(&t, out);
    kl_transform_destroy(&t);
}

static void is_the_defining_sum(void **state)
{
    double complex all[MOST], out[MOST];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kl_lattice l;
        double worst = 0;
        random_field(MOST, all);
        transform_on(MPI_COMM_WORLD, (int)i, all, false, &l, out);
        for (int64_t k = 0; k < kl_lattice_local(&l); k++) {
            double complex sum = 0;
            for (int64_t x = 0; x < volume(&l); x++)
                sum += all[x] * cexp(-2 * pi * I * (double)turns(&l, l.first * l.plane + k, x) /
                                     (double)l.sites);
            worst = fmax(worst, cabs(sum - out[k]));
        }
        assert_everywhere(worst < 1e-12);
    }
}

static void comes_back(void **state)
{
    double complex all[MOST], out[MOST];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kl_lattice l;
        double worst = 0;
        random_field(MOST, all);
        transform_on(MPI_COMM_WORLD, (int)i, all, true, &l, out);
        for (int64_t x = 0; x < kl_lattice_local(&l); x++)
            worst = fmax(worst, cabs(all[l.first * l.plane + x] - out[x]));
        assert_everywhere(worst < 1e-14);
    }
}

static void is_the_same_bits_on_any_ranks(void **state)
{
    double complex all[MOST], together[MOST], alone[MOST];
    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        kl_lattice l, one;
        random_field(MOST, all);
        transform_on(MPI_COMM_WORLD, (int)i, all, false, &l, together);
        transform_on(MPI_COMM_SELF, (int)i, all, false, &one, alone);
        assert_everywhere(memcmp(together, alone + l.first * l.plane,
                                 (size_t)kl_lattice_local(&l) * sizeof *together) == 0);
    }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(is_the_defining_sum),
                                          cmocka_unit_test(comes_back),
                                          cmocka_unit_test(is_the_same_bits_on_any_ranks)};
TEST_MAIN(tests)
