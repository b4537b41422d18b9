/* Starts over a range of energies on any number of ranks. */
#include "kinetic/check.h"

enum { NIO = 2, NT = 2 };

static const double times[NT] = {0.5, 1};
static const kl_kinetic_observable observables[NIO] = {
    {.center = {-0.5, -1}, .width = 0.6, .nmodes = 1, .mode = axis1, .coefficient = one},
    {.position = KL_KINETIC_POSITION_UNIFORM, .nmodes = 1, .mode = axis1, .coefficient = one}};

static void compare(kl_kinetic_problem problem)
{
    problem.dimension = 2;
    problem.ell = 4;
    problem.ntimes = NT;
    problem.times = times;
    problem.nobservables = NIO;
    problem.observables = observables;
    problem.tolerance = 1e-4;
    check_layouts(&problem, 1e-7); /* steps depend on the layout */
}

static void quadratic(void **state)
{
    (void)state;
    compare((kl_kinetic_problem){
        .momentum = {0.15, 0.2}, .hessian = {{0.05, 0.01}, {0.01, 0.03}}, .width = 0.4});
}

static void one_site(void **state)
{
    (void)state;
    compare((kl_kinetic_problem){.envelope = KL_KINETIC_DELTA});
}

static const struct CMUnitTest spread[] = {cmocka_unit_test(quadratic), cmocka_unit_test(one_site)};
KINETIC_MAIN(spread)
