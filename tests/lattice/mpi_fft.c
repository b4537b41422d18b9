/* The Fourier transform on slabs against its defining sum, on any ranks:
 * L = 5, 7 over 2..4 ranks leaves FFTW blocks uneven or empty. */
#include "lattice/fft.h"

#include "lattice/check.h"

#include <complex.h>

enum { MOST = 343 };
static const double pi = 3.14159265358979323846;

static int64_t volume(const kl_lattice *lattice)
{
    return lattice->sites * lattice->plane;
}

static complex double get(const kl_fft *fft, int64_t i)
{
    if (fft->precision == KL_SINGLE)
        return ((float *)fft->data)[2 * i] + I * ((float *)fft->data)[2 * i + 1];
    return ((double *)fft->data)[2 * i] + I * ((double *)fft->data)[2 * i + 1];
}

static void put(kl_fft *fft, int64_t i, complex double z)
{
    if (fft->precision == KL_SINGLE) {
        ((float *)fft->data)[2 * i] = (float)creal(z);
        ((float *)fft->data)[2 * i + 1] = (float)cimag(z);
    } else {
        ((double *)fft->data)[2 * i] = creal(z);
        ((double *)fft->data)[2 * i + 1] = cimag(z);
    }
}

static void load(kl_fft *fft, const complex double *all)
{
    const int64_t plane = fft->lattice->plane;
    for (int64_t i = 0; i < fft->count * plane; i++)
        put(fft, i, all[fft->first * plane + i]);
}

/* Largest |data - all| over this rank's planes. */
static double distance(const kl_fft *fft, const complex double *all)
{
    const int64_t plane = fft->lattice->plane;
    double worst = 0;
    for (int64_t i = 0; i < fft->count * plane; i++)
        worst = fmax(worst, cabs(get(fft, i) - all[fft->first * plane + i]));
    return worst;
}

static void index_of(const kl_lattice *lattice, int64_t site, int64_t index[3]);

/* Likewise of momenta: on several ranks axes 0 and 1 are in each other's place. */
static double momentum_distance(const kl_fft *fft, const complex double *all)
{
    static complex double swapped[MOST];
    const kl_lattice *lattice = fft->lattice;
    if (lattice->ranks == 1 || lattice->dimension == 1)
        return distance(fft, all);
    const int64_t L = lattice->sites, rest = lattice->dimension == 3 ? L : 1;
    for (int64_t i = 0; i < volume(lattice); i++) {
        int64_t k[3];
        index_of(lattice, i, k);
        swapped[(k[1] * L + k[0]) * rest + (rest > 1 ? k[2] : 0)] = all[i];
    }
    return distance(fft, swapped);
}

static void index_of(const kl_lattice *lattice, int64_t site, int64_t index[3])
{
    for (int j = lattice->dimension - 1; j >= 0; j--) {
        index[j] = site % lattice->sites;
        site /= lattice->sites;
    }
}

/* exp(2 pi i k.x) with k, x given as site numbers; exact reduction mod 1. */
static complex double wave(const kl_lattice *lattice, int64_t k, int64_t x)
{
    int64_t ki[3], xi[3], turns = 0;
    index_of(lattice, k, ki);
    index_of(lattice, x, xi);
    for (int j = 0; j < lattice->dimension; j++)
        turns += ki[j] * xi[j];
    double angle = 2 * pi * (double)(turns % lattice->sites) / (double)lattice->sites;
    return cos(angle) + I * sin(angle);
}

static void random_field(const kl_lattice *lattice, uint64_t seed, complex double *f)
{
    for (int64_t i = 0; i < volume(lattice); i++) {
        double re = test_random(&seed);
        f[i] = re + I * test_random(&seed);
    }
}

/* The definition, forward: f^(k) = sum_x exp(-2 pi i k.x) f(x). */
static void direct(const kl_lattice *lattice, const complex double *f, complex double *out)
{
    for (int64_t k = 0; k < volume(lattice); k++) {
        out[k] = 0;
        for (int64_t x = 0; x < volume(lattice); x++)
            out[k] += conj(wave(lattice, k, x)) * f[x];
    }
}

/* Forward against the definition, and back. */
static void check_definition(kl_fft *fft, double epsilon)
{
    static complex double f[MOST], expected[MOST];
    random_field(fft->lattice, 11, f);
    direct(fft->lattice, f, expected);
    load(fft, f);
    kl_fft_forward(fft);
    /* |f^| is about sqrt(2/3 L^d); FFT errors are a few ulp of that. */
    double scale = epsilon * sqrt((double)volume(fft->lattice));
    assert_everywhere(momentum_distance(fft, expected) <= 10 * scale);
    double power = 0, norm = 0;
    for (int64_t i = 0; i < fft->count * fft->lattice->plane; i++)
        power += pow(cabs(get(fft, i)), 2);
    MPI_Allreduce(MPI_IN_PLACE, &power, 1, MPI_DOUBLE, MPI_SUM, MPI_COMM_WORLD);
    for (int64_t i = 0; i < volume(fft->lattice); i++)
        norm += pow(cabs(f[i]), 2);
    assert_everywhere(fabs(power / (double)volume(fft->lattice) - norm) <= 10 * epsilon * norm);
    kl_fft_backward(fft);
    assert_everywhere(distance(fft, f) <= 10 * epsilon);
}

/* An impulse at x has transform exp(-2 pi i k.x); a plane wave a single k. */
static void check_impulse_and_wave(kl_fft *fft, double epsilon)
{
    static complex double f[MOST], expected[MOST];
    const int64_t n = volume(fft->lattice), at = n / 3, k = n - 2;
    for (int64_t i = 0; i < n; i++) {
        f[i] = i == at;
        expected[i] = conj(wave(fft->lattice, i, at));
    }
    load(fft, f);
    kl_fft_forward(fft);
    assert_everywhere(momentum_distance(fft, expected) <= 10 * epsilon);
    for (int64_t i = 0; i < n; i++) {
        f[i] = wave(fft->lattice, k, i);
        expected[i] = i == k ? (double)n : 0;
    }
    load(fft, f);
    kl_fft_forward(fft);
    assert_everywhere(momentum_distance(fft, expected) <= 10 * epsilon * (double)n);
}

static void check_linearity(kl_fft *fft, double epsilon)
{
    static complex double f[MOST], g[MOST], sum[MOST], expected[MOST];
    const int64_t n = volume(fft->lattice), from = fft->first * fft->lattice->plane;
    const complex double a = 1.5 - 0.25 * I, b = -0.75 + 2 * I;
    random_field(fft->lattice, 21, f);
    random_field(fft->lattice, 22, g);
    for (int64_t i = 0; i < n; i++)
        sum[i] = a * f[i] + b * g[i];
    load(fft, f);
    kl_fft_forward(fft);
    for (int64_t i = 0; i < fft->count * fft->lattice->plane; i++)
        expected[from + i] = a * get(fft, i);
    load(fft, g);
    kl_fft_forward(fft);
    for (int64_t i = 0; i < fft->count * fft->lattice->plane; i++)
        expected[from + i] += b * get(fft, i);
    load(fft, sum);
    kl_fft_forward(fft);
    assert_everywhere(distance(fft, expected) <= 30 * epsilon * sqrt((double)n));
}

/* Slab -> block -> slab, each plane in its place on the way. */
static void check_moves(const kl_fft *fft)
{
    const kl_lattice *lattice = fft->lattice;
    const int64_t local = kl_lattice_local(lattice), block = fft->count * lattice->plane;
    int64_t *slab = malloc((size_t)local * sizeof *slab + 8);
    int64_t *moved = malloc((size_t)block * sizeof *moved + 8);
    for (int64_t i = 0; i < local; i++)
        slab[i] = lattice->first * lattice->plane + i;
    assert_ok(kl_fft_scatter(fft, slab, moved, sizeof *slab, why));
    bool right = true;
    for (int64_t i = 0; i < block; i++)
        right = right && moved[i] == fft->first * lattice->plane + i;
    assert_everywhere(right);
    memset(slab, 0, (size_t)local * sizeof *slab);
    assert_ok(kl_fft_gather(fft, moved, slab, sizeof *slab, why));
    for (int64_t i = 0; i < local; i++)
        right = right && slab[i] == lattice->first * lattice->plane + i;
    assert_everywhere(right);
    int64_t total = fft->count;
    MPI_Allreduce(MPI_IN_PLACE, &total, 1, MPI_INT64_T, MPI_SUM, MPI_COMM_WORLD);
    assert_everywhere(total == lattice->sites);
    free(slab);
    free(moved);
}

static void all_lattices(void **state)
{
    static const int64_t sites[3][4] = {{4, 5, 16, 37}, {4, 5, 7, 12}, {4, 5, 6, 7}};
    (void)state;
    for (int d = 1; d <= 3; d++)
        for (int i = 0; i < 4; i++)
            for (int precision = KL_SINGLE; precision <= KL_DOUBLE; precision++) {
                kl_lattice lattice;
                kl_fft fft;
                double epsilon = precision == KL_SINGLE ? 1.2e-7 : 2.3e-16;
                assert_ok(kl_lattice_create(MPI_COMM_WORLD, d, sites[d - 1][i], &lattice, why));
                assert_ok(kl_fft_create(&lattice, (kl_precision)precision, &fft, why));
                check_definition(&fft, epsilon);
                check_impulse_and_wave(&fft, epsilon);
                check_linearity(&fft, epsilon);
                check_moves(&fft);
                kl_fft_destroy(&fft);
            }
}

static const struct CMUnitTest tests[] = {cmocka_unit_test(all_lattices)};
TEST_MAIN(tests)
