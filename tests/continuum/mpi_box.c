/* Grids on any number of ranks: transforms by their defining sum, the same bits, and the harmonic
 * oscillator against its closed form in d = 1, 2, 3. */
#include "continuum/oscillator.h"
#include "continuum/split_control.h"
#include "continuum/wave_start.h"
#include "continuum/weyl.h"
#include "continuum/wigner_box.h"

static const double pi = 3.14159265358979323846;

static MPI_Comm group(int d)
{
    return d == 1 ? MPI_COMM_SELF : MPI_COMM_WORLD;
}

static complex double wave(const double x[3])
{
    return exp(-(x[0] * x[0] + 2 * x[1] * x[1] + 0.7 * x[2] * x[2] - x[0] * x[2])) *
           cexp(I * (x[0] - 2 * x[1] + x[2] * x[1]));
}

static void put(void *context, int64_t i, const double x[3])
{
    ((complex double *)context)[i] = wave(x);
}

/* The transform at some momenta of this rank by its sum over all points. */
static void transforms_as_defined(void **state)
{
    const int64_t n = 8;
    (void)state;
    for (int d = 1; d <= 3; d++) {
        kl_box_grid grid;
        complex double *f;
        double worst = 0;
        assert_ok(kl_box_grid_create(group(d), d, n, 5, 0.3, &grid, why));
        assert_ok(kl_box_array(&grid, &f, why));
        kl_box_visit(&grid, put, f);
        kl_box_forward(&grid, f);
        const kl_layout *l = &grid.momentum;
        const int64_t lines = l->n[0] * l->n[1];
        for (int64_t line = 0; line < lines; line += 3)
            for (int64_t c = 0; c < l->n[2]; c += 3) {
                const int64_t index[3] = {l->first + line / l->n[1], line % l->n[1], c};
                double p[3] = {0};
                complex double sum = 0;
                for (int k = 0; k < 3; k++)
                    if (l->axis[k] >= 0)
                        p[l->axis[k]] = kl_box_momentum(&grid, index[k]);
                for (int64_t i = 0; i < pow(n, d); i++) {
                    double x[3] = {0}, phase = 0;
                    int64_t rest = i;
                    for (int j = d - 1; j >= 0; j--, rest /= n) {
                        x[j] = kl_box_position(&grid, rest % n);
                        phase += p[j] * (x[j] + grid.side / 2) / grid.eps;
                    }
                    sum += wave(x) * cexp(-I * phase);
                }
                worst = fmax(worst, cabs(f[line * l->n[2] + c] - sum));
            }
        assert_everywhere(worst < 1e-12);
        kl_box_backward(&grid, f);
        complex double *g;
        assert_ok(kl_box_array(&grid, &g, why));
        kl_box_visit(&grid, put, g);
        for (int64_t i = 0; i < grid.position.n[0] * grid.position.n[1] * grid.position.n[2]; i++)
            worst = fmax(worst, cabs(f[i] / kl_box_points(&grid) - g[i]));
        assert_everywhere(worst < 1e-12);
        free(f);
        free(g);
        kl_box_grid_destroy(&grid);
    }
}

/* ---- the oscillator ---- */

static const oscillator cases[] = {
    {1, 0.1, 0.4, {1.3}, {0.5}, {0.4}, {{0.3}}},
    {2, 0.3, 0.5, {1.1, 0.7}, {0.5, -0.2}, {0.4, 0.3}, {{0.2, 0.1}, {0.1, -0.3}}},
    {3,
     0.5,
     0.6,
     {1, 1.2, 0},
     {0.2, 0, -0.1},
     {0.3, -0.2, 0.1},
     {{0.2, 0.1, 0}, {0.1, -0.3, 0}, {0, 0, 0.1}}}};
static const int64_t sites[] = {0, 256, 64, 36};

typedef struct run {
    kl_box_grid grid;
    kl_split_control control;
    kl_phase_term term[9], parabola[3];
    kl_wkb packet;
    kl_smooth potential;
    double *v, *steep;
    complex double *psi, *u, *w;
} run;

static void start(run *r, const oscillator *o, MPI_Comm comm, kl_split_method method, double last)
{
    int n = 0;
    *r = (run){.packet = {.width = o->width, .weight = 1, .share = 1}};
    for (int j = 0; j < o->d; j++) {
        r->packet.center[j] = o->center[j];
        r->term[n].power[j] = 1;
        r->term[n++].coefficient = o->momentum[j];
        for (int k = 0; k <= j; k++) {
            r->term[n].power[j]++;
            r->term[n].power[k]++;
            r->term[n++].coefficient = o->hessian[j][k] * (j == k ? 0.5 : 1);
        }
        r->parabola[j].power[j] = 2;
        r->parabola[j].coefficient = o->omega[j] * o->omega[j] / 2;
    }
    r->packet.phase = (kl_smooth){.dimension = o->d, .sum = {.nterms = n, .term = r->term}};
    r->potential = (kl_smooth){.dimension = o->d, .sum = {.nterms = o->d, .term = r->parabola}};
    assert_ok(kl_box_grid_create(comm, o->d, sites[o->d], 12, o->eps, &r->grid, why));
    r->v = calloc(r->grid.local, sizeof *r->v);
    r->steep = calloc(r->grid.local, sizeof *r->steep);
    assert_ok(kl_box_array(&r->grid, &r->psi, why));
    assert_ok(kl_box_array(&r->grid, &r->u, why));
    assert_ok(kl_box_array(&r->grid, &r->w, why));
    kl_wave_potential(&r->grid, &r->potential, r->v, r->steep);
    r->control.steps = (kl_split_steps){
        .grid = &r->grid, .method = method, .potential = r->v, .steepness = r->steep};
    memcpy(r->control.steps.omega, o->omega, sizeof o->omega);
    assert_ok(kl_split_control_create(&r->control, 1e-8, last, why));
    assert_ok(kl_wave_start(&r->grid, 1, &r->packet, r->psi, why));
    kl_split_control_start(&r->control);
}

static void advance(run *r, double from, double to)
{
    bool reached = false;
    while (!reached)
        assert_ok(kl_split_control_advance(&r->control, from, to, r->psi, &reached, why));
}

static void finish(run *r)
{
    kl_split_control_destroy(&r->control);
    kl_box_grid_destroy(&r->grid);
    free(r->v);
    free(r->steep);
    free(r->psi);
    free(r->u);
    free(r->w);
}

static double mean_of(run *r, const kl_phase_observable *o)
{
    double value;
    assert_ok(kl_weyl_mean(&r->grid, o, r->v, r->psi, r->u, r->w, &value, why));
    return value;
}

static const kl_phase_observable both = {
    .x = {.shape = KL_WINDOW_GAUSSIAN, .center = {0.2, -0.1, 0.1}, .width = 0.8},
    .p = {.shape = KL_WINDOW_GAUSSIAN, .center = {0.3, 0.2, 0}, .width = 0.7}};

static double expected_bell(const oscillator *o, double t)
{
    double mean[6], covariance[6][6], c[6], w[6];
    oscillator_moments(o, t, mean, covariance);
    for (int j = 0; j < o->d; j++) {
        c[j] = both.x.center[j];
        c[o->d + j] = both.p.center[j];
        w[j] = both.x.width;
        w[o->d + j] = both.p.width;
    }
    return oscillator_bell(2 * o->d, mean, covariance, c, w);
}

static void check_case(const oscillator *o, kl_split_method method, double steps, double tolerance)
{
    const kl_phase_observable product = {.x = {.shape = KL_WINDOW_POWER, .power = {1, 0, 0}},
                                         .p = {.shape = KL_WINDOW_POWER, .power = {1, 0, 0}}};
    double mean[6], covariance[6][6];
    run r;
    start(&r, o, group(o->d), method, 2.5);
    r.control.tolerance = steps;
    kl_split_control_start(&r.control);
    advance(&r, 0, 1.7);
    assert_near(mean_of(&r, &both), expected_bell(o, 1.7), tolerance);
    advance(&r, 1.7, 2.5);
    assert_near(mean_of(&r, &both), expected_bell(o, 2.5), tolerance);
    oscillator_moments(o, 2.5, mean, covariance);
    assert_near(mean_of(&r, &product), covariance[0][o->d] + mean[0] * mean[o->d], 10 * tolerance);
    finish(&r);
}

static void the_oscillator_is_exact(void **state)
{
    (void)state;
    for (int d = 1; d <= 3; d++)
        check_case(&cases[d - 1], KL_SPLIT_HARMONIC, 0.1, 1e-10);
}

static void controlled_steps_keep_the_tolerance(void **state)
{
    (void)state;
    for (int d = 1; d <= 2; d++) {
        check_case(&cases[d - 1], KL_SPLIT_CHIN4, 1e-7, 2e-7);
        check_case(&cases[d - 1], KL_SPLIT_STRANG, 1e-4, 2e-4);
    }
}

/* psi and a mean after the same time on all ranks and on each alone. */
static void bits_do_not_depend_on_ranks(void **state)
{
    (void)state;
    for (int d = 2; d <= 3; d++) {
        run together, alone;
        start(&together, &cases[d - 1], MPI_COMM_WORLD, KL_SPLIT_CHIN4, 0.5);
        start(&alone, &cases[d - 1], MPI_COMM_SELF, KL_SPLIT_CHIN4, 0.5);
        together.control.tolerance = alone.control.tolerance = 1e-4;
        advance(&together, 0, 0.5);
        advance(&alone, 0, 0.5);
        const kl_layout *l = &together.grid.position;
        const size_t plane = (size_t)(l->n[1] * l->n[2]) * sizeof *alone.psi;
        assert_everywhere(memcmp(together.psi, (char *)alone.psi + (size_t)l->first * plane,
                                 (size_t)l->n[0] * plane) == 0);
        const double a = mean_of(&together, &both), b = mean_of(&alone, &both);
        assert_everywhere(a == b);
        finish(&together);
        finish(&alone);
    }
}

static void momenta_cover_the_band(void **state)
{
    kl_box_grid grid;
    (void)state;
    assert_ok(kl_box_grid_create(MPI_COMM_SELF, 1, 40, 4, 0.1, &grid, why));
    assert_near(kl_box_most_momentum(&grid), pi * 0.1 * 10, 1e-14);
    assert_near(kl_box_momentum(&grid, 20), -pi, 1e-14);
    assert_near(kl_box_momentum(&grid, 19), pi * 0.95, 1e-14);
    assert_near(kl_box_position(&grid, 0), -2, 0);
    kl_box_grid_destroy(&grid);
    assert_int_equal(kl_box_good_length(9), 12);
    assert_int_equal(kl_box_good_length(45), 48);
    assert_int_equal(kl_box_good_length(1000), 1000);
}

/* psi = sum_k f_k(x_axis) g_k(others), g_k far apart: the axis alone is in a mixture of the f_k,
 * each with its own Wigner function, that of a packet on a line. */
typedef struct mixture {
    int axis, d;
    double eps;
    complex double *f;
} mixture;

static complex double packet(double x, double center, double p, double eps)
{
    return exp(-(x - center) * (x - center) / 0.18) * cexp(I * p * x / eps);
}

static void put_mixture(void *context, int64_t i, const double x[3])
{
    const mixture *m = context;
    complex double first = packet(x[m->axis], 0.4, 0.3, m->eps),
                   second = packet(x[m->axis], -0.5, -0.2, m->eps);
    for (int j = 0; j < m->d; j++) {
        first *= j == m->axis ? 1 : packet(x[j], 1.5, 0.2, m->eps);
        second *= j == m->axis ? 1 : packet(x[j], -1.6, 0, m->eps);
    }
    m->f[i] = first + second;
}

static void put_line(void *context, int64_t i, const double x[3])
{
    const mixture *m = context;
    m->f[i] = m->axis ? packet(x[0], -0.5, -0.2, m->eps) : packet(x[0], 0.4, 0.3, m->eps);
}

static void normalise(const kl_box_grid *grid, complex double *f)
{
    const double norm = sqrt(creal(kl_box_sum(grid, &grid->position, f, f, NULL)));
    for (int64_t i = 0; i < grid->position.n[0] * grid->position.n[1] * grid->position.n[2]; i++)
        f[i] /= norm;
}

static void wigner_of(kl_box_grid *grid, mixture *m, bool line, double *out,
                      kl_wigner_totals *totals)
{
    const kl_stride x = {0, 1, (int)grid->sites}, p = {0, 2, (int)grid->sites};
    complex double *u;
    assert_ok(kl_box_array(grid, &m->f, why));
    assert_ok(kl_box_array(grid, &u, why));
    kl_box_visit(grid, line ? put_line : put_mixture, m);
    normalise(grid, m->f);
    assert_ok(kl_wigner_box(grid, line ? 0 : m->axis, m->f, u, x, p, out, totals, why));
    free(m->f);
    free(u);
}

static void an_axis_has_the_wigner_function_of_its_density_matrix(void **state)
{
    const int64_t n = 64, cells = n * n;
    double *w = calloc((size_t)(3 * cells), sizeof *w);
    (void)state;
    for (int d = 2; d <= 3; d++)
        for (int axis = d - 2; axis < 2; axis++) { /* of a plane both; the middle one of space */
            mixture m = {.axis = axis, .d = d, .eps = 0.25};
            kl_wigner_totals totals;
            kl_box_grid grid, line;
            assert_ok(kl_box_grid_create(group(d), d, n, 8, m.eps, &grid, why));
            assert_ok(kl_box_grid_create(MPI_COMM_SELF, 1, n, 8, m.eps, &line, why));
            wigner_of(&grid, &m, false, w, &totals);
            assert_everywhere(totals.marginals < 1e-12 && fabs(totals.negativity) < 1e-9);
            for (int k = 0; k < 2; k++) {
                mixture one = {.axis = k, .d = 1, .eps = m.eps};
                kl_wigner_totals single;
                wigner_of(&line, &one, true, w + (k + 1) * cells, &single);
            }
            double worst = 0, most = 0;
            for (int64_t i = 0; i < cells; i++) {
                worst = fmax(worst, fabs(w[i] - (w[cells + i] + w[2 * cells + i]) / 2));
                most = fmax(most, fabs(w[i]));
            }
            assert_everywhere(most > 0.1 && worst < 1e-6 * most);
            kl_box_grid_destroy(&grid);
            kl_box_grid_destroy(&line);
        }
    free(w);
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transforms_as_defined),
        cmocka_unit_test(the_oscillator_is_exact),
        cmocka_unit_test(controlled_steps_keep_the_tolerance),
        cmocka_unit_test(bits_do_not_depend_on_ranks),
        cmocka_unit_test(momenta_cover_the_band),
        cmocka_unit_test(an_axis_has_the_wigner_function_of_its_density_matrix)};
    MPI_Init(&argc, &argv);
    const int failed = cmocka_run_group_tests(tests, NULL, NULL);
    MPI_Finalize();
    return failed != 0;
}
