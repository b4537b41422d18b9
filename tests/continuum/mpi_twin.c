/* The error of a grid by its twin, on any number of ranks, against psi on twice as many points,
 * whose places are shared: it holds the true error whether the twin is finer or coarser. */
#include "continuum/grid_twin.h"
#include "continuum/split_control.h"
#include "continuum/wave_start.h"
#include "lattice/check.h"

static const double side = 9, eps = 0.2, last = 1.5;
static const kl_phase_term terms[] = {{{4, 0}, 0.1}, {{1, 1}, 0.2}, {{0, 2}, 0.5}};
static const kl_phase_term slope[] = {{{1, 0}, 0.5}, {{2, 0}, 0.2}};

typedef struct run {
    kl_wkb packet;
    kl_smooth potential;
    kl_box_grid grid;
    kl_split_steps steps;
    kl_grid_twin twin;
    double *v, *steep;
    complex double *psi, *work;
    kl_twin_error error;
} run;

static MPI_Comm group(int d)
{
    return d == 1 ? MPI_COMM_SELF : MPI_COMM_WORLD;
}

static void begin(run *r, MPI_Comm comm, int d, int64_t sites)
{
    *r = (run){.packet = {.center = {0.4, -0.2}, .width = 0.4, .weight = 1, .share = 1},
               .potential = {d, {d == 1 ? 1 : 3, 0, terms, NULL}, 0, NULL}};
    r->packet.phase = (kl_smooth){d, {2, 0, slope, NULL}, 0, NULL};
    assert_ok(kl_box_grid_create(comm, d, sites, side, eps, &r->grid, why));
    r->v = calloc(r->grid.local, sizeof *r->v);
    r->steep = calloc(r->grid.local, sizeof *r->steep);
    assert_ok(kl_box_array(&r->grid, &r->psi, why));
    assert_ok(kl_box_array(&r->grid, &r->work, why));
    kl_wave_potential(&r->grid, &r->potential, r->v, r->steep);
    assert_ok(kl_wave_start(&r->grid, 1, &r->packet, r->psi, why));
    r->steps = (kl_split_steps){
        .grid = &r->grid, .method = KL_SPLIT_CHIN4, .potential = r->v, .steepness = r->steep};
    assert_ok(kl_split_create(&r->steps, why));
    kl_split_set(&r->steps, last / 60);
}

static void end(run *r)
{
    kl_split_destroy(&r->steps);
    kl_box_grid_destroy(&r->grid);
    free(r->v);
    free(r->steep);
    free(r->psi);
    free(r->work);
}

/* To the last time in three pieces, beside a twin. */
static double estimate(run *r, int64_t twin)
{
    assert_ok(kl_twin_create(&r->steps, &r->potential, twin, &r->twin, why));
    assert_ok(kl_wave_start(&r->twin.grid, 1, &r->packet, r->twin.psi, why));
    kl_twin_compare(&r->twin, r->psi, r->work, &r->error);
    kl_split_set(&r->twin.steps, last / 60);
    for (int piece = 0; piece < 3; piece++) {
        kl_twin_begin(&r->twin, r->psi, r->work);
        kl_split_run(&r->steps, 0, 20, r->psi);
        kl_split_run(&r->twin.steps, 0, 20, r->twin.psi);
        kl_twin_compare(&r->twin, r->psi, r->work, &r->error);
    }
    kl_twin_destroy(&r->twin);
    return r->error.made + r->error.beyond;
}

/* psi on 2 n points against psi on n, at the n^d places of both; each rank does all. */
static double truth(int d, int64_t n)
{
    run one, two;
    double sum = 0;
    begin(&one, MPI_COMM_SELF, d, n);
    begin(&two, MPI_COMM_SELF, d, 2 * n);
    kl_split_run(&one.steps, 0, 60, one.psi);
    kl_split_run(&two.steps, 0, 60, two.psi);
    for (int64_t i = 0; i < (d == 1 ? 1 : n); i++)
        for (int64_t j = 0; j < n; j++) {
            const complex double a = one.psi[i * n + j],
                                 b = two.psi[4 * i * n + 2 * j] * pow(2, d / 2.);
            sum += creal((a - b) * conj(a - b));
        }
    end(&one);
    end(&two);
    return sqrt(sum);
}

static void the_estimate_holds_the_error(void **state)
{
    static const int64_t sites[3][2] = {{0, 0}, {84, 108}, {72, 0}};
    (void)state;
    for (int d = 1; d <= 2; d++)
        for (int k = 0; k < 2 && sites[d][k]; k++) {
            const int64_t n = sites[d][k];
            const double error = truth(d, n);
            double finer, coarser;
            run r;
            begin(&r, group(d), d, n);
            finer = estimate(&r, kl_twin_sites(n, (double)n));
            end(&r);
            begin(&r, group(d), d, n);
            coarser = estimate(&r, kl_twin_sites(n, 0));
            end(&r);
            assert_true(error > 1e-10 && error < 1e-2); /* there is one */
            assert_everywhere(finer > 0.99 * error && finer < 10 * error);
            assert_everywhere(coarser > error && coarser < 3e3 * error);
        }
}

/* A twin that has just begun differs by nothing, and what it does not hold is there to see. */
static void a_coarser_twin_knows_what_it_does_not_hold(void **state)
{
    (void)state;
    for (int d = 1; d <= 2; d++) {
        run r;
        begin(&r, group(d), d, 64);
        assert_ok(kl_twin_create(&r.steps, &r.potential, 16, &r.twin, why));
        kl_twin_begin(&r.twin, r.psi, r.work);
        const double held =
            creal(kl_box_sum(&r.twin.grid, &r.twin.grid.position, r.twin.psi, r.twin.psi, NULL));
        kl_twin_compare(&r.twin, r.psi, r.work, &r.error);
        assert_everywhere(r.error.made < 1e-13);
        assert_near(held + r.error.beyond * r.error.beyond, 1, 1e-13);
        assert_everywhere(r.error.beyond > 0.01);
        kl_twin_destroy(&r.twin);
        end(&r);
    }
}

static void lengths_are_good(void **state)
{
    (void)state;
    for (int64_t n = 8; n < 3000; n += 4) {
        const int64_t coarse = kl_twin_sites(n, 0), fine = kl_twin_sites(n, (double)n);
        assert_int_equal(kl_box_good_length((double)coarse), coarse);
        assert_int_equal(kl_box_good_length((double)fine), fine);
        assert_true(fine >= 1.2 * (double)n && (n < 12 || coarse <= 5 * n / 6));
    }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(the_estimate_holds_the_error),
                                       cmocka_unit_test(a_coarser_twin_knows_what_it_does_not_hold),
                                       cmocka_unit_test(lengths_are_good)};
    MPI_Init(&argc, &argv);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed != 0;
}
