#include "continuum/split_control.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { BITS = 40, PAIRS = 4 }; /* pairs for one that is checked */

static const double rounding_floor = 4e-15; /* a difference that tells nothing */

kl_status kl_split_control_create(kl_split_control *control, double tolerance, double last,
                                  kl_error *err)
{
    const kl_box_grid *grid = control->steps.grid;
    control->tolerance = tolerance;
    control->last = last;
    control->spare = NULL;
    KL_TRY(kl_split_create(&control->steps, err));
    if (control->steps.method == KL_SPLIT_HARMONIC)
        return KL_OK;
    return kl_agree(grid->comm, kl_box_array(grid, &control->spare, err), err);
}

void kl_split_control_destroy(kl_split_control *control)
{
    kl_split_destroy(&control->steps);
    free(control->spare);
    control->spare = NULL;
}

/* A pair to begin with: of the harmonic oscillator the one that is used. */
static double first_pair(const kl_split_control *c)
{
    const double small = c->tolerance * c->steps.grid->eps;
    double omega = 0;
    for (int j = 0; j < 3; j++)
        omega = fmax(omega, c->steps.omega[j]);
    if (c->steps.method == KL_SPLIT_HARMONIC)
        return omega > 0 ? 1 / omega : INFINITY;
    return c->steps.method == KL_SPLIT_STRANG ? sqrt(small) : pow(small, 0.25);
}

void kl_split_control_start(kl_split_control *control)
{
    control->progress = (kl_split_progress){.pair = first_pair(control)};
}

/* The number of halvings of the interval whose pieces are at most a pair. */
static int level_of(double interval, double pair)
{
    int level = 0;
    while (level < BITS && interval > pair * (1 + 1e-9)) {
        interval /= 2;
        level++;
    }
    return level;
}

static void count(kl_split_control *c, double steps)
{
    c->progress.transforms += steps * kl_split_transforms(c->steps.method);
}

/* One pair of steps on psi, and the error of it. */
static double checked_pair(kl_split_control *c, complex double *psi)
{
    const kl_box_grid *g = c->steps.grid;
    const double order = kl_split_order(c->steps.method);
    memcpy(c->spare, psi, g->local * sizeof *psi);
    kl_split_run(&c->steps, 1, 1, c->spare);
    kl_split_run(&c->steps, 0, 2, psi);
    count(c, 3);
    const double distance = sqrt(kl_box_distance(g, psi, c->spare));
    return distance / (pow(2, order) - 1);
}

/* Some pairs; *error is that of each. False: the first was too long, and nothing is done. */
static bool pass(kl_split_control *c, int64_t pairs, double allowed, complex double *psi,
                 double *error)
{
    *error = 0;
    if (c->steps.method != KL_SPLIT_HARMONIC) {
        *error = checked_pair(c, psi);
        if (*error > fmax(allowed, rounding_floor)) {
            kl_split_undo(&c->steps, 0, 2, psi);
            return false;
        }
        pairs--;
        c->progress.error += *error;
    }
    kl_split_run(&c->steps, 0, 2 * pairs, psi);
    count(c, 2 * (double)pairs);
    c->progress.error += (double)pairs * *error;
    return true;
}

/* Pairs that may go now: until the end, or a place where they may become longer. */
static int64_t pairs_at(int64_t position, int64_t unit)
{
    const int64_t left = (((int64_t)1 << BITS) - position) / unit,
                  aligned = PAIRS - position / unit % PAIRS;
    return left < aligned ? left : aligned;
}

kl_status kl_split_control_advance(kl_split_control *c, double from, double to, complex double *psi,
                                   bool *reached, kl_error *err)
{
    const double interval = to - from, order = kl_split_order(c->steps.method);
    double work = 1e8 / kl_box_points(c->steps.grid);
    kl_split_progress *p = &c->progress;
    while (interval > 0 && p->position < (int64_t)1 << BITS && work > 0) {
        const int level = level_of(interval, p->pair);
        const int64_t unit = (int64_t)1 << (BITS - level);
        const double pair = ldexp(interval, -level), share = pair / c->last,
                     allowed = share * c->tolerance / 2;
        double error;
        if (level > 30)
            return kl_fail(err, KL_INPUT,
                           "propagator.tolerance: %g cannot be reached: steps of %.2g are too long",
                           c->tolerance, pair);
        const int64_t pairs = pairs_at(p->position, unit);
        kl_split_set(&c->steps, pair / 2);
        if (!pass(c, pairs, allowed, psi, &error)) {
            p->pair = pair / 2;
            continue;
        }
        p->position += pairs * unit;
        work -= 8 * (double)pairs;
        if (c->steps.method != KL_SPLIT_HARMONIC)
            p->pair = error < allowed / (1.5 * pow(2, order)) && p->position / unit % 2 == 0
                          ? 2 * pair
                          : pair;
    }
    *reached = interval <= 0 || p->position == (int64_t)1 << BITS;
    if (*reached)
        p->position = 0;
    return KL_OK;
}

double kl_split_rounding(const kl_box_grid *grid, double transforms)
{
    return 2e-16 * log2(kl_box_points(grid)) * sqrt(1 + transforms);
}

double kl_split_control_rounding(const kl_split_control *control)
{
    return kl_split_rounding(control->steps.grid, control->progress.transforms);
}
