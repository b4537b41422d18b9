/* Problems of a few fermions for tests: anharmonic trap, Gaussian interaction, moved start. */
#ifndef KL_TESTS_CONTINUUM_MANY_PROBLEM_H
#define KL_TESTS_CONTINUUM_MANY_PROBLEM_H

#include "continuum/many.h"
#include "continuum/weyl.h"
#include "lattice/check.h"

static const kl_phase_term many_terms[] = {{{2}, 0.5}, {{4}, 0.1}};
static const kl_smooth_gaussian many_bell[] = {{{0}, 0.7, 1.5}};
static const kl_smooth many_trap = {.dimension = 1, .sum = {.nterms = 2, .term = many_terms}};
static const kl_smooth many_repulsion = {.dimension = 1, .ngaussians = 1, .gaussian = many_bell};

static inline void many_go(kl_many *many, double to)
{
    bool reached = false;
    while (!reached)
        assert_ok(kl_many_advance(many, to, &reached, why));
}

/* <O> of a particle by natural orbitals on a grid. */
static inline double many_mean(kl_many *many, double side, const kl_phase_observable *o,
                               double hbar)
{
    kl_box_grid grid;
    kl_many_natural natural;
    complex double *u, *v;
    double sum = 0, value, *none;
    assert_ok(kl_box_grid_create(MPI_COMM_SELF, 1, 128, side, hbar, &grid, why));
    assert_ok(kl_box_array(&grid, &u, why));
    assert_ok(kl_box_array(&grid, &v, why));
    none = calloc(128, sizeof *none);
    assert_ok(kl_many_natural_create(many, 0, &grid, &natural, why));
    for (int m = 0; m < natural.n; m++) {
        assert_ok(kl_weyl_mean(&grid, o, none, natural.orbital + m * 128, u, v, &value, why));
        sum += natural.occupation[m] * value * hbar; /* 1/N */
    }
    kl_many_natural_destroy(&natural);
    kl_box_grid_destroy(&grid);
    free(u);
    free(v);
    free(none);
    return sum;
}

/* V = kappa x^2/2, U = x^2/2, moved by 0.3: <x^2> = <x>^2 + (S - r)(cos^2 Omega t + sin^2 Omega
 * t/Omega^2) + r, r = hbar/2N, S = 1/2, Omega^2 = 1 + kappa; the centre swings at 1. */
static inline double many_springs(int N, double kappa, double t)
{
    const double omega = sqrt(1 + kappa), r = 0.5 / N / N, c = cos(omega * t),
                 s = sin(omega * t) / omega;
    return 0.09 * cos(t) * cos(t) + (0.5 - r) * (c * c + s * s) + r;
}

#endif
