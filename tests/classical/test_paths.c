/* Classical paths and those of slices: planes made of lines, closed forms, one against the other.
 */
#include "classical/sliced_path.h"
#include "lattice/check.h"

/* u^4/4 + 0.4 v^2 with u, v = (x +- y)/sqrt(2), and either alone. */
static const kl_phase_term turned[] = {{{4, 0}, 0.0625}, {{3, 1}, 0.25},   {{2, 2}, 0.375},
                                       {{1, 3}, 0.25},   {{0, 4}, 0.0625}, {{2, 0}, 0.2},
                                       {{1, 1}, -0.4},   {{0, 2}, 0.2}};
static const kl_phase_term quartic[] = {{{4}, 0.25}}, square[] = {{{2}, 0.4}};
static const kl_smooth plane = {.dimension = 2, .sum = {.nterms = 8, .term = turned}},
                       line_u = {.dimension = 1, .sum = {.nterms = 1, .term = quartic}},
                       line_v = {.dimension = 1, .sum = {.nterms = 1, .term = square}};

static const kl_path *of_momentum(const kl_paths *paths, double px, double py)
{
    for (int i = 0; i < paths->n; i++)
        if (fabs(paths->path[i].momentum[0] - px) + fabs(paths->path[i].momentum[1] - py) < 1e-8)
            return &paths->path[i];
    return NULL;
}

/* All pairs of paths of u and v, and no others; actions and Maslov's indices add up. */
static void paths_of_a_plane_are_pairs_of_paths_of_lines(void **state)
{
    static kl_paths both, of_u, of_v;
    const double r = sqrt(0.5), from[2] = {-0.3, 0.2}, to[2] = {0.4, 0.1};
    (void)state;
    for (double t = 1; t < 6; t += 2) {
        const kl_path_ends xy = {t, {from[0], from[1]}, {to[0], to[1]}},
                           u = {t, {r * (from[0] + from[1])}, {r * (to[0] + to[1])}},
                           v = {t, {r * (from[0] - from[1])}, {r * (to[0] - to[1])}};
        int pairs = 0;
        assert_ok(kl_paths_find(&plane, &xy, 4, 160, &both, why));
        assert_ok(kl_paths_find(&line_u, &u, 4, 2000, &of_u, why));
        assert_ok(kl_paths_find(&line_v, &v, 4, 0, &of_v, why));
        assert_int_equal(of_v.n, 1);
        assert_int_equal(both.lost, 0);
        for (int i = 0; i < of_u.n; i++) {
            const kl_path *a = &of_u.path[i], *b = &of_v.path[0];
            const double pu = a->momentum[0], pv = b->momentum[0];
            if (hypot(pu, pv) > 4)
                continue;
            const kl_path *found = of_momentum(&both, r * (pu + pv), r * (pu - pv));
            assert_non_null(found);
            assert_near(found->action, a->action + b->action, 1e-10);
            assert_near(found->slope, a->slope * b->slope, 1e-9);
            assert_int_equal(found->maslov, a->maslov + b->maslov);
            pairs++;
        }
        assert_int_equal(both.n, pairs);
        assert_true(t < 2 || pairs > 2);
    }
}

/* Of the oscillator, isotropic: det dx/dp = sin^3 t does not tell its zeros by a sign. */
static void focal_points_count_as_often_as_they_are(void **state)
{
    static const kl_phase_term terms[] = {{{2, 0, 0}, 0.5}, {{0, 2, 0}, 0.5}, {{0, 0, 2}, 0.5}};
    const kl_smooth v = {.dimension = 3, .sum = {.nterms = 3, .term = terms}};
    static kl_paths paths;
    (void)state;
    for (int i = 0; i < 4; i++) {
        const kl_path_ends ends = {1 + M_PI * i, {0.3, 0.1, -0.2}, {-0.4, 0.2, 0.5}};
        assert_ok(kl_paths_find(&v, &ends, 1, 0, &paths, why));
        assert_int_equal(paths.n, 1);
        assert_int_equal(paths.path[0].maslov, 3 * i);
        assert_near(paths.path[0].slope, pow(sin(ends.t), 3), 1e-10);
    }
}

/* Potentials without symmetry: the path of many slices has the index of the path, and its
 * determinant and action with an error of second order. */
static void slices_become_the_path(void **state)
{
    static const kl_phase_term terms[] = {{{2, 1, 0}, 0.3}, {{0, 4, 0}, 0.1}, {{1, 1, 1}, -0.2},
                                          {{2, 0, 0}, 0.9}, {{0, 0, 2}, 0.4}, {{0, 2, 0}, 0.3}};
    static const kl_smooth_gaussian bells[] = {{{0.2, 0.4, -0.3}, 0.8, 0.9}};
    const kl_smooth v = {3, {6, 0, terms, NULL}, 1, bells};
    static kl_paths paths;
    const kl_path_ends ends = {5, {0.3, 0.1, -0.2}, {-0.2, 0.2, 0.3}};
    (void)state;
    assert_ok(kl_paths_find(&v, &ends, 1.2, 24, &paths, why));
    assert_true(paths.n > 0);
    int most = 0;
    for (int i = 0; i < paths.n; i++) {
        double off[2], action[2];
        for (int k = 0; k < 2; k++) {
            kl_sliced_path sliced;
            const int n = 400 << k;
            assert_true(kl_sliced_path_find(&v, &ends, n, paths.path[i].momentum, &sliced));
            assert_int_equal(sliced.negative, paths.path[i].maslov);
            off[k] = fabs(sliced.determinant * pow(ends.t / n, 3) - paths.path[i].slope);
            action[k] = fabs(sliced.strang - paths.path[i].action);
        }
        assert_near(off[0] / off[1], 4, 0.3);
        assert_near(action[0] / action[1], 4, 0.3);
        most = paths.path[i].maslov > most ? paths.path[i].maslov : most;
    }
    assert_true(most > 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(paths_of_a_plane_are_pairs_of_paths_of_lines),
        cmocka_unit_test(focal_points_count_as_often_as_they_are),
        cmocka_unit_test(slices_become_the_path)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
