/* The first equation of the hierarchy, term by term, against the sums over waves that it is written
 * in, a triple sum over points, and what an observable does in time. */
#include "base/complex.h"
#include "continuum/hierarchy.h"
#include "continuum/many_problem.h"

enum { SITES = 96, ORBITALS = 3 };
static const double hbar = 1. / ORBITALS, side = 11;
static const kl_smooth nothing = {.dimension = 1};
static const kl_phase_observable slow = {
    .p = {.shape = KL_WINDOW_GAUSSIAN, .center = {0.2}, .width = 0.5}};
static const kl_phase_observable both = {
    .x = {.shape = KL_WINDOW_GAUSSIAN, .center = {0.3}, .width = 0.8},
    .p = {.shape = KL_WINDOW_GAUSSIAN, .center = {0.2}, .width = 0.5}};

/* Orbitals of the trap, moved, with a phase that bends: not even, and not real. */
static complex double orbital(int k, double x)
{
    const double u = (x - 0.4) / sqrt(hbar), bell = pow(M_PI * hbar, -0.25) * exp(-u * u / 2),
                 phase = (0.3 * x + 0.2 * x * x + 0.1 * sin(x)) / hbar;
    return bell *
           (k == 0   ? 1
            : k == 1 ? sqrt(2) * u
                     : (2 * u * u - 1) / sqrt(2)) *
           CMPLX(cos(phase), sin(phase));
}

typedef struct box {
    kl_box_grid grid;
    complex double *phi;
    kl_hierarchy h;
} box;

static void open_box(box *b)
{
    assert_ok(kl_box_grid_create(MPI_COMM_SELF, 1, SITES, side, hbar, &b->grid, why));
    b->phi = calloc(ORBITALS * b->grid.local, sizeof *b->phi);
    for (int k = 0; k < ORBITALS; k++)
        for (int i = 0; i < SITES; i++)
            b->phi[(size_t)k * b->grid.local + (size_t)i] =
                orbital(k, kl_box_position(&b->grid, i)) * sqrt(b->grid.spacing);
    assert_ok(kl_hierarchy_create(&b->grid, &nothing, &many_repulsion, ORBITALS, b->phi, 0,
                                  ORBITALS, &b->h, why));
}

static void close_box(box *b)
{
    kl_hierarchy_destroy(&b->h);
    kl_box_grid_destroy(&b->grid);
    free(b->phi);
}

static void terms_of(const box *b, double *moyal, double *exchange)
{
    *moyal = *exchange = 0;
    for (int k = 0; k < ORBITALS; k++) {
        double one, other;
        kl_hierarchy_terms(&b->h, k, &one, &other);
        *moyal += one / ORBITALS;
        *exchange += other / ORBITALS;
    }
}

/* <exp(-i (x xi + p eta))> = int conj(phi(y + hbar eta/2)) exp(-i y xi) phi(y - hbar eta/2) dy */
static complex double wave(double xi, double eta)
{
    complex double sum = 0;
    for (int i = 0; i < 128; i++) {
        const double y = 0.4 + (i - 64) * 0.09;
        complex double pair = 0;
        for (int k = 0; k < ORBITALS; k++)
            pair += kl_times(conj(orbital(k, y + hbar * eta / 2)), orbital(k, y - hbar * eta / 2));
        sum += kl_times(pair, CMPLX(cos(y * xi), -sin(y * xi))) * 0.09 / ORBITALS;
    }
    return sum;
}

/* b(p) = int b^ exp(-i p eta), V(x) = int V^ exp(i q x): the sum (6.12) of a product of
 * one-particle functions, with 2/hbar sin(hbar q eta/2) - q eta. */
static void moyals_term_is_the_sum_over_waves(void **state)
{
    const double w = slow.p.width, p0 = slow.p.center[0], v = many_bell[0].width, step = 0.4;
    double moyal, exchange, sum = 0;
    box b;
    (void)state;
    open_box(&b);
    kl_hierarchy_set(&b.h, &slow);
    terms_of(&b, &moyal, &exchange);
    for (int j = -45; j <= 45; j++)
        for (int k = -25; k <= 25; k++) {
            const double eta = j * step, q = k * step,
                         window = w / sqrt(2 * M_PI) * exp(-w * w * eta * eta / 2),
                         bell =
                             many_bell[0].amplitude * v / sqrt(2 * M_PI) * exp(-v * v * q * q / 2),
                         factor = 2 / hbar * sin(hbar * q * eta / 2) - q * eta;
            const complex double pair = kl_times(wave(q, eta), wave(-q, 0));
            if (window > 1e-14 && bell > 1e-14)
                sum += step * step * window * bell * factor *
                       creal(kl_times(CMPLX(cos(p0 * eta), sin(p0 * eta)), pair));
        }
    assert_true(fabs(moyal) > 1e-3);
    assert_near(moyal, sum, 1e-9);
    close_box(&b);
}

/* -(i/hbar) sum (V(x - y) - V(x' - y)) J(x, x') gamma(x', y) gamma(y, x) */
static void exchange_is_the_triple_sum(void **state)
{
    complex double gamma[SITES][SITES], sum = 0;
    double moyal, exchange;
    box b;
    (void)state;
    open_box(&b);
    kl_hierarchy_set(&b.h, &both);
    terms_of(&b, &moyal, &exchange);
    const double h = b.grid.spacing, w = both.p.width;
    for (int i = 0; i < SITES; i++)
        for (int j = 0; j < SITES; j++) {
            gamma[i][j] = 0;
            for (int k = 0; k < ORBITALS; k++)
                gamma[i][j] += kl_times(b.phi[(size_t)k * b.grid.local + (size_t)i],
                                        conj(b.phi[(size_t)k * b.grid.local + (size_t)j])) /
                               ORBITALS;
        }
    for (int i = 0; i < SITES; i++)
        for (int j = 0; j < SITES; j++)
            for (int y = 0; y < SITES; y++) {
                const double x = kl_box_position(&b.grid, i), to = kl_box_position(&b.grid, j),
                             at = kl_box_position(&b.grid, y), u = x - to,
                             kernel = h * kl_window_value(&both.x, 1, (double[3]){(x + to) / 2}) *
                                      w / (sqrt(2 * M_PI) * hbar) *
                                      exp(-u * u * w * w / (2 * hbar * hbar)),
                             angle = both.p.center[0] * u / hbar,
                             v = kl_smooth_value(&many_repulsion, (double[3]){x - at}) -
                                 kl_smooth_value(&many_repulsion, (double[3]){to - at});
                sum += v * kernel *
                       kl_times(CMPLX(cos(angle), sin(angle)), kl_times(gamma[j][y], gamma[y][i]));
            }
    assert_true(fabs(exchange) > 1e-4);
    assert_near(exchange, cimag(sum) / hbar, 1e-11);
    close_box(&b);
}

/* ---- an exact state ---- */

/* (i/hbar) <[W, J]> of natural orbitals, J = b(p) by Fourier transform; moyal and exchange. */
static double of_mean_field(kl_many *many, double *terms)
{
    kl_box_grid grid;
    kl_many_natural natural;
    kl_hierarchy h;
    complex double *phi, *image;
    double sum = 0;
    assert_ok(kl_box_grid_create(MPI_COMM_SELF, 1, 128, 12, hbar, &grid, why));
    assert_ok(kl_many_natural_create(many, 0, &grid, &natural, why));
    assert_ok(kl_box_array(&grid, &image, why));
    const int K = natural.n;
    phi = calloc((size_t)K * grid.local, sizeof *phi);
    for (int m = 0; m < K; m++)
        for (int i = 0; i < 128; i++)
            phi[(size_t)m * grid.local + (size_t)i] =
                sqrt(fmax(0, natural.occupation[m]) * K * hbar) * natural.orbital[m * 128 + i];
    assert_ok(kl_hierarchy_create(&grid, &many_trap, &many_repulsion, K, phi, 0, K, &h, why));
    kl_hierarchy_set(&h, &slow);
    terms[0] = terms[1] = 0;
    for (int m = 0; m < K; m++) {
        double one, other;
        memcpy(image, phi + (size_t)m * grid.local, 128 * sizeof *image);
        kl_box_forward(&grid, image);
        for (int k = 0; k < 128; k++)
            image[k] *= kl_window_value(&slow.p, 1, (double[3]){kl_box_momentum(&grid, k)}) / 128;
        kl_box_backward(&grid, image);
        for (int i = 0; i < 128; i++)
            sum -= 2 / hbar / K * h.w[i] *
                   cimag(kl_times(conj(phi[(size_t)m * grid.local + (size_t)i]), image[i]));
        kl_hierarchy_terms(&h, m, &one, &other);
        terms[0] += one / K;
        terms[1] += other / K;
    }
    assert_ok(kl_many_correlation(many, 0, &h, &terms[2], why));
    kl_hierarchy_destroy(&h);
    kl_many_natural_destroy(&natural);
    kl_box_grid_destroy(&grid);
    free(phi);
    free(image);
    return sum;
}

/* d/dt <b(p)> = (i/hbar) <[W, b]> + exchange + correlation. */
static void the_terms_add_up_to_what_happens(void **state)
{
    static const double weight[] = {1. / 12, -8. / 12, 0, 8. / 12, -1. / 12};
    const double step = 0.02, t = 0.4;
    const kl_many_problem problem = {ORBITALS, 15,  &many_trap, &many_repulsion, 0.4,
                                     12,       128, 1e-8,       t + 2 * step};
    double slope = 0, terms[3] = {0}, field = 0;
    kl_many *many;
    (void)state;
    assert_ok(kl_many_create(MPI_COMM_SELF, &problem, &many, why));
    for (int i = 0; i < 5; i++) {
        many_go(many, t + (i - 2) * step);
        slope += weight[i] / step * many_mean(many, 12, &slow, hbar);
        if (i == 2)
            field = of_mean_field(many, terms);
    }
    kl_many_destroy(&many);
    assert_true(fabs(terms[1]) > 3e-4 && fabs(terms[2]) > 3e-4);
    assert_near(slope, field + terms[1] + terms[2], 2e-6);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(moyals_term_is_the_sum_over_waves),
                                       cmocka_unit_test(exchange_is_the_triple_sum),
                                       cmocka_unit_test(the_terms_add_up_to_what_happens)};
    MPI_Init(&argc, &argv);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed;
}
