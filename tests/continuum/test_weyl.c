/* Observables and pictures of wave functions by other ways: closed forms of Gaussian and cat
 * states, and sums over the whole Wigner function. */
#include "continuum/weyl.h"
#include "continuum/wave_start.h"
#include "continuum/wigner_box.h"
#include "lattice/check.h"

static const double eps = 0.1, side = 10, width = 0.4;
static const int64_t sites = 256;

typedef struct cat {
    kl_box_grid grid;
    kl_phase_term term[2][2];
    kl_wkb packet[2];
    complex double *psi, *u, *v;
    double *potential;
} cat;

/* One Gaussian packet, S = 0.4 x + 0.3 x^2/2, or two of different momenta. */
static void make(cat *c, int packets)
{
    *c = (cat){0};
    for (int i = 0; i < 2; i++) {
        c->term[i][0] = (kl_phase_term){{1}, i ? -0.7 : 0.4};
        c->term[i][1] = (kl_phase_term){{2}, i ? 0 : 0.15};
        c->packet[i] =
            (kl_wkb){.center = {i ? 1.3 : -0.5},
                     .width = width,
                     .weight = 1,
                     .phase = {.dimension = 1, .sum = {.nterms = 2, .term = c->term[i]}}};
    }
    assert_ok(kl_box_grid_create(MPI_COMM_SELF, 1, sites, side, eps, &c->grid, why));
    assert_ok(kl_box_array(&c->grid, &c->psi, why));
    assert_ok(kl_box_array(&c->grid, &c->u, why));
    assert_ok(kl_box_array(&c->grid, &c->v, why));
    c->potential = calloc(c->grid.local, sizeof *c->potential);
    assert_ok(kl_wave_start(&c->grid, packets, c->packet, c->psi, why));
}

static void drop(cat *c)
{
    kl_box_grid_destroy(&c->grid);
    free(c->psi);
    free(c->u);
    free(c->v);
    free(c->potential);
}

static double mean_of(cat *c, const kl_phase_observable *o)
{
    double value;
    assert_ok(kl_weyl_mean(&c->grid, o, c->potential, c->psi, c->u, c->v, &value, why));
    return value;
}

static const kl_window all = {.shape = KL_WINDOW_UNIFORM};
static kl_window power(int n)
{
    return (kl_window){.shape = KL_WINDOW_POWER, .power = {n, 0, 0}};
}
static kl_window bell(double center, double w)
{
    return (kl_window){.shape = KL_WINDOW_GAUSSIAN, .center = {center}, .width = w};
}
static kl_window between(double low, double high)
{
    return (kl_window){.shape = KL_WINDOW_BOX, .low = {low}, .high = {high}};
}

/* E x^m p^n of a Gaussian with p = a + b (x - c) + noise of variance eps^2/(4 s^2), by moments. */
static double gaussian_moment(int m, int n)
{
    const double c = -0.5, a = 0.4 + 0.3 * c, b = 0.3, noise = eps * eps / (4 * width * width);
    double sum = 0, total = 0;
    for (int i = -400; i <= 400; i++)   /* of x; the noise by its moments 1, 0, v, 0, 3 v^2 */
        for (int j = -1; j <= 1; j++) { /* three-point Gauss-Hermite: exact to degree 5 */
            const double u = i * 0.025, weight = exp(-u * u / 2) * (j ? 1. / 6 : 2. / 3);
            const double x = c + width * u, p = a + b * width * u + j * sqrt(3 * noise);
            sum += weight * pow(x, m) * pow(p, n);
            total += weight;
        }
    return sum / total;
}

static void polynomials_are_in_weyl_order(void **state)
{
    cat c;
    (void)state;
    make(&c, 1);
    for (int m = 0; m <= 4; m++)
        for (int n = 0; m + n <= 4; n++) {
            const kl_phase_observable o = {.x = power(m), .p = power(n)};
            assert_near(mean_of(&c, &o), gaussian_moment(m, n), 1e-11);
        }
    drop(&c);
}

/* <J,W> as the sum over the whole Wigner function. */
static double by_wigner(const cat *c, const kl_phase_observable *o)
{
    const kl_stride x = {0, 1, (int)sites}, p = {0, 1, 2 * (int)sites};
    double *w = calloc((size_t)(2 * sites * sites), sizeof *w), sum = 0;
    kl_wigner_totals totals;
    assert_ok(kl_wigner_box(&c->grid, 0, c->psi, c->u, x, p, w, &totals, why));
    for (int64_t i = 0; i < sites; i++)
        for (int64_t k = 0; k < 2 * sites; k++) {
            const double at[3] = {kl_box_position(&c->grid, i)},
                         momentum[3] = {3.14159265358979323846 * eps / side * (double)(k - sites)};
            sum += w[i * 2 * sites + k] * kl_window_value(&o->x, 1, at) *
                   kl_window_value(&o->p, 1, momentum);
        }
    free(w);
    return sum * side / (double)sites * 3.14159265358979323846 * eps / side;
}

static void windows_agree_with_the_wigner_function(void **state)
{
    const kl_phase_observable observables[] = {{.x = bell(0.2, 0.5), .p = bell(0.1, 0.3)},
                                               {.x = bell(0.2, 0.3), .p = bell(0.1, 0.2)},
                                               {.x = bell(0.2, 0.5), .p = all},
                                               {.x = all, .p = bell(0.1, 0.3)},
                                               {.x = bell(0.4, 0.5), .p = power(3)},
                                               {.x = power(2), .p = bell(-0.3, 0.4)},
                                               {.x = power(1), .p = power(2)},
                                               {.x = all, .p = all}};
    cat c;
    (void)state;
    make(&c, 2);
    for (size_t i = 0; i < sizeof observables / sizeof *observables; i++)
        assert_near(mean_of(&c, &observables[i]), by_wigner(&c, &observables[i]), 1e-11);
    drop(&c);
}

/* Of a narrower box of momenta than the grid's, and of one far away. */
static void indicators_are_exact(void **state)
{
    cat c;
    (void)state;
    make(&c, 1);
    const double deviation = sqrt(eps * eps / (4 * width * width) + 0.09 * width * width),
                 middle = 0.25;
    const kl_phase_observable x = {.x = between(-0.3, 0.513), .p = all},
                              p = {.x = all, .p = between(0.1, 0.37)},
                              wide = {.x = between(-99, 99), .p = all},
                              far = {.x = all, .p = between(90, 99)};
    assert_near(mean_of(&c, &x), (erf(1.013 / width / sqrt(2)) - erf(0.2 / width / sqrt(2))) / 2,
                1e-12);
    assert_near(
        mean_of(&c, &p),
        (erf((0.37 - middle) / deviation / sqrt(2)) - erf((0.1 - middle) / deviation / sqrt(2))) /
            2,
        1e-12);
    assert_near(mean_of(&c, &wide), 1, 1e-12);
    assert_near(mean_of(&c, &far), 0, 1e-14);
    drop(&c);
}

/* Two packets that interfere strongly in a box: |psi|^2 in closed form, integrated finely. */
static void indicators_hold_fringes(void **state)
{
    cat c;
    (void)state;
    make(&c, 2);
    c.packet[1].center[0] = -0.5;
    c.term[1][0].coefficient = -7; /* fringes of 0.085: two points of the grid */
    assert_ok(kl_wave_start(&c.grid, 2, c.packet, c.psi, why));
    double sum = 0, total = 0;
    const double low = -0.31, high = 0.123;
    for (int i = 0; i < 400000; i++) {
        const double x = -4.5 + 8 * (i + 0.5) / 400000, from = (x + 0.5) / width;
        const double phase = (0.4 * x + 0.15 * x * x + 7 * x) / eps;
        const double density = exp(-from * from / 2) * (2 + 2 * cos(phase));
        total += density;
        sum += x >= low && x < high ? density : 0;
    }
    const kl_phase_observable o = {.x = between(low, high), .p = all};
    assert_near(mean_of(&c, &o), sum / total, 2e-5); /* of the sum */
    drop(&c);
}

static void a_cat_is_negative_and_a_packet_is_not(void **state)
{
    const kl_stride x = {0, 1, 1}, p = {0, 1, 1};
    kl_wigner_totals totals;
    double out[1];
    cat c;
    (void)state;
    make(&c, 1);
    assert_ok(kl_wigner_box(&c.grid, 0, c.psi, c.u, x, p, out, &totals, why));
    assert_near(totals.negativity, 0, 1e-12);
    assert_at_most(totals.marginals, 1e-12);
    drop(&c);
    make(&c,
         2); /* W = (W_1 + W_2 + 2 cos * Gaussian)/2, far apart: the fringes carry 2/pi each way */
    c.term[0][0].coefficient = c.term[1][0].coefficient = 0;
    c.term[0][1].coefficient = 0;
    c.packet[0].center[0] = -2.2;
    c.packet[1].center[0] = 2.2;
    assert_ok(kl_wave_start(&c.grid, 2, c.packet, c.psi, why));
    assert_ok(kl_wigner_box(&c.grid, 0, c.psi, c.u, x, p, out, &totals, why));
    assert_near(totals.negativity, 1 / 3.14159265358979323846, totals.negativity_error);
    assert_at_most(totals.negativity_error, 0.1);
    assert_at_most(totals.marginals, 1e-12);
    drop(&c);
}

/* The Husimi function of a Gaussian is W smeared by eps/2. */
static void husimi_is_a_smeared_wigner_function(void **state)
{
    cat c;
    double out[9 * 9];
    (void)state;
    make(&c, 1);
    const kl_stride x = {sites / 2 - 20, 5, 9}, p = {sites / 2 - 8, 2, 9};
    assert_ok(kl_husimi_box(&c.grid, 0, c.psi, c.u, x, p, out, why));
    const double xx = width * width + eps / 2, xp = 0.3 * width * width,
                 pp = 0.09 * width * width + eps * eps / (4 * width * width) + eps / 2,
                 det = xx * pp - xp * xp;
    for (int i = 0; i < 9; i++)
        for (int k = 0; k < 9; k++) {
            const double a = kl_box_position(&c.grid, x.first + i * x.step) + 0.5;
            const double b = 2 * 3.14159265358979323846 * eps / side *
                                 (double)(p.first + k * p.step - sites / 2) -
                             0.25;
            const double exponent = (pp * a * a - 2 * xp * a * b + xx * b * b) / det / 2;
            assert_near(out[i * 9 + k], exp(-exponent) / (2 * 3.14159265358979323846 * sqrt(det)),
                        1e-12);
        }
    drop(&c);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(polynomials_are_in_weyl_order),
                                       cmocka_unit_test(windows_agree_with_the_wigner_function),
                                       cmocka_unit_test(indicators_are_exact),
                                       cmocka_unit_test(indicators_hold_fringes),
                                       cmocka_unit_test(a_cat_is_negative_and_a_packet_is_not),
                                       cmocka_unit_test(husimi_is_a_smeared_wigner_function)};
    MPI_Init(&argc, &argv);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed != 0;
}
