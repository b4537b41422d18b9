#include "continuum/split_control.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

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
    control->progress = (kl_step_progress){.pair = first_pair(control)};
}

/* ---- psi, as a scheme of steps ---- */

typedef struct moved {
    kl_split_control *control;
    complex double *psi;
} moved;

static void set(void *state, double dt)
{
    kl_split_control *c = ((moved *)state)->control;
    kl_split_set(&c->steps, dt);
    if (c->follower)
        kl_split_set(c->follower, dt);
}

static void run(void *state, int64_t count)
{
    const moved *m = state;
    kl_split_run(&m->control->steps, 0, count, m->psi);
    if (m->control->follower)
        kl_split_run(m->control->follower, 0, count, m->control->followed);
}

static void undo(void *state, int64_t count)
{
    const moved *m = state;
    kl_split_undo(&m->control->steps, 0, count, m->psi);
    if (m->control->follower)
        kl_split_undo(m->control->follower, 0, count, m->control->followed);
}

static double compare(void *state)
{
    const moved *m = state;
    const kl_split_steps *steps = &m->control->steps;
    memcpy(m->control->spare, m->psi, steps->grid->local * sizeof *m->psi);
    kl_split_run(steps, 1, 1, m->control->spare);
    run(state, 2);
    return sqrt(kl_box_distance(steps->grid, m->psi, m->control->spare));
}

kl_status kl_split_control_advance(kl_split_control *c, double from, double to, complex double *psi,
                                   bool *reached, kl_error *err)
{
    const kl_split_method method = c->steps.method;
    moved state = {c, psi};
    const kl_step_scheme scheme = {.state = &state,
                                   .order =
                                       method == KL_SPLIT_HARMONIC ? 0 : kl_split_order(method),
                                   .transforms = kl_split_transforms(method),
                                   .work = 8 * kl_box_points(c->steps.grid),
                                   .set = set,
                                   .run = run,
                                   .undo = undo,
                                   .compare = compare};
    const kl_step_goal goal = {c->tolerance, c->last};
    return kl_step_advance(&scheme, &goal, from, to, &c->progress, reached, err);
}

double kl_split_rounding(const kl_box_grid *grid, double transforms)
{
    const kl_step_progress done = {.transforms = transforms};
    return kl_step_rounding(&done, kl_box_points(grid));
}

double kl_split_control_rounding(const kl_split_control *control)
{
    return kl_step_rounding(&control->progress, kl_box_points(control->steps.grid));
}
