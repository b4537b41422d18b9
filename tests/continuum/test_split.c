/* Splitting on an anharmonic potential against dense diagonalisation: orders of the error, undoing,
 * and that the error which is measured on the way holds the true one. */
#include "continuum/split_control.h"
#include "continuum/wave_start.h"
#include "lattice/check.h"

#include <lapacke.h>

enum { N = 128 };
static const double side = 8, eps = 0.25, last = 1;

static const kl_phase_term terms[] = {{{4}, 0.25}, {{3}, 0.1}, {{1}, 0.2}};
static const kl_phase_wave waves[] = {{{0.25}, 0, 0.4}};
static const kl_smooth_gaussian bells[] = {{{0.8}, 0.6, 0.7}};
static const kl_smooth potential = {1, {3, 1, terms, waves}, 1, bells};
static const kl_phase_term momentum[] = {{{1}, 0.5}};
static const kl_wkb packet = {.center = {0.3},
                              .width = 0.4,
                              .weight = 1,
                              .phase = {.dimension = 1, .sum = {.nterms = 1, .term = momentum}}};

typedef struct problem {
    kl_box_grid grid;
    double v[N], steep[N];
    _Alignas(64) complex double psi[N];
    complex double start[N], exact[N];
} problem;

/* exp(-i t H/eps) psi by all eigenvectors of H, whose kinetic part is written from its definition.
 */
static void diagonalise(problem *p)
{
    static complex double h[N][N];
    double energy[N];
    for (int a = 0; a < N; a++)
        for (int b = 0; b < N; b++) {
            h[a][b] = a == b ? p->v[a] : 0;
            for (int k = -N / 2; k < N / 2; k++) {
                const double q = 2 * 3.14159265358979323846 * eps * k / side;
                h[a][b] += q * q / 2 / N *
                           cexp(I * 2 * 3.14159265358979323846 * (double)(k * (a - b)) / N);
            }
        }
    assert_int_equal(
        LAPACKE_zheev(LAPACK_ROW_MAJOR, 'V', 'U', N, (lapack_complex_double *)h, N, energy), 0);
    memset(p->exact, 0, sizeof p->exact);
    for (int n = 0; n < N; n++) {
        complex double overlap = 0;
        for (int a = 0; a < N; a++)
            overlap += conj(h[a][n]) * p->start[a];
        for (int a = 0; a < N; a++)
            p->exact[a] += h[a][n] * overlap * cexp(-I * energy[n] * last / eps);
    }
}

static void make(problem *p)
{
    assert_ok(kl_box_grid_create(MPI_COMM_SELF, 1, N, side, eps, &p->grid, why));
    kl_wave_potential(&p->grid, &potential, p->v, p->steep);
    assert_ok(kl_wave_start(&p->grid, 1, &packet, p->psi, why));
    memcpy(p->start, p->psi, sizeof p->start);
    diagonalise(p);
}

static double distance(const complex double *a, const complex double *b)
{
    double sum = 0;
    for (int i = 0; i < N; i++)
        sum += creal((a[i] - b[i]) * conj(a[i] - b[i]));
    return sqrt(sum);
}

static kl_split_steps steps_of(problem *p, kl_split_method method)
{
    return (kl_split_steps){
        .grid = &p->grid, .method = method, .potential = p->v, .steepness = p->steep};
}

static double error_of(problem *p, kl_split_method method, int steps)
{
    kl_split_steps s = steps_of(p, method);
    assert_ok(kl_split_create(&s, why));
    memcpy(p->psi, p->start, sizeof p->psi);
    kl_split_set(&s, last / steps);
    kl_split_run(&s, 0, steps, p->psi);
    const double error = distance(p->psi, p->exact);
    kl_split_undo(&s, 0, steps, p->psi);
    assert_at_most(distance(p->psi, p->start), 1e-12 * steps);
    memcpy(p->psi, p->start, sizeof p->psi); /* the second length, in single steps */
    kl_split_run(&s, 1, steps / 2, p->psi);
    kl_split_destroy(&s);
    return error;
}

static void errors_fall_by_their_order(void **state)
{
    problem p;
    (void)state;
    make(&p);
    for (int method = KL_SPLIT_STRANG; method <= KL_SPLIT_CHIN4; method++) {
        const double coarse = error_of(&p, (kl_split_method)method, 64),
                     fine = error_of(&p, (kl_split_method)method, 128), order = log2(coarse / fine);
        assert_near(order, kl_split_order((kl_split_method)method), 0.1);
        assert_at_most(fine, 1e-2);
    }
    kl_box_grid_destroy(&p.grid);
}

/* Steps of the second length are steps of twice the first. */
static void lengths_agree(void **state)
{
    problem p;
    _Alignas(64) complex double other[N];
    (void)state;
    make(&p);
    for (int method = KL_SPLIT_STRANG; method <= KL_SPLIT_CHIN4; method++) {
        kl_split_steps s = steps_of(&p, (kl_split_method)method);
        assert_ok(kl_split_create(&s, why));
        memcpy(p.psi, p.start, sizeof p.psi);
        memcpy(other, p.start, sizeof other);
        kl_split_set(&s, 0.01);
        kl_split_run(&s, 1, 5, p.psi);
        kl_split_set(&s, 0.02);
        kl_split_run(&s, 0, 5, other);
        assert_at_most(distance(p.psi, other), 1e-13);
        kl_split_destroy(&s);
    }
    kl_box_grid_destroy(&p.grid);
}

static void measured_errors_hold_the_true_ones(void **state)
{
    problem p;
    (void)state;
    make(&p);
    for (int method = KL_SPLIT_STRANG; method <= KL_SPLIT_CHIN4; method++)
        for (double tolerance = 1e-3; tolerance > 1e-9; tolerance /= 30) {
            kl_split_control c = {.steps = steps_of(&p, (kl_split_method)method)};
            bool reached = false;
            if (method == KL_SPLIT_STRANG && tolerance < 1e-6)
                continue;
            assert_ok(kl_split_control_create(&c, tolerance, last, why));
            kl_split_control_start(&c);
            memcpy(p.psi, p.start, sizeof p.psi);
            while (!reached)
                assert_ok(kl_split_control_advance(&c, 0, last, p.psi, &reached, why));
            const double error = distance(p.psi, p.exact);
            assert_at_most(error, c.progress.error + kl_step_rounding(&c.progress, N));
            assert_at_most(c.progress.error, tolerance);
            assert_at_most(c.progress.error, 300 * error); /* and are not far above */
            kl_split_control_destroy(&c);
        }
    kl_box_grid_destroy(&p.grid);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(errors_fall_by_their_order),
                                       cmocka_unit_test(lengths_agree),
                                       cmocka_unit_test(measured_errors_hold_the_true_ones)};
    MPI_Init(&argc, &argv);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed != 0;
}
