/* The limits of a study (classical/liouville.h), which know nothing of wave functions. */
#include "systems/semiclassical/semiclassical_private.h"

#include "base/memory.h"
#include "classical/husimi_flow.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { REFERENCE, NEXT_ORDER, HUSIMI_FLOW };

typedef struct limit_keys {
    kl_ints limits;
    double accuracy;
} limit_keys;
static const char *const words[] = {
    [REFERENCE] = "reference", [NEXT_ORDER] = "next_order", [HUSIMI_FLOW] = "husimi", NULL};
const kl_key semiclassical_limits_table[] = {
    {.name = "limits",
     KL_CHOICES_AT(limit_keys, limits, words),
     .flags = KL_FREE,
     .doc = "which ones are solved; default: those that are cheap: reference, in d = 1 and 2 "
            "next_order, in d = 1 husimi"},
    {.name = "limit_tolerance",
     KL_REAL_AT(limit_keys, accuracy),
     .flags = KL_FREE,
     KL_RANGE(1e-13, 0.1),
     .fallback = "1.0e-10",
     .doc = "absolute error of the limits, relative above 1"},
    {0}};

static void note_missed(kl_limit_values *out, double tolerance, const double *error, int n)
{
    double worst = 0;
    for (int i = 0; i < n; i++)
        worst = fmax(worst, isnan(error[i]) ? 0 : error[i]);
    snprintf(out->note, sizeof out->note,
             "the tolerance %g was not reached: the error is up to %.2g", tolerance, worst);
}

static kl_liouville problem(const semiclassical *s, const kl_limit_values *out)
{
    kl_liouville l = semiclassical_liouville(s);
    l.stop = out->stop;
    l.stop_context = out->stop_context;
    return l;
}

/* ---- the transported densities beside the pictures ---- */

static kl_status solve_field(MPI_Comm comm, const void *liouville, const kl_liouville_grid *grid,
                             double **field, kl_error *err)
{
    return kl_liouville_field(comm, liouville, grid, field, err);
}

static kl_status fill_picture(const semiclassical *s, int point, int f, MPI_Comm comm,
                              kl_limit_values *out, kl_error *err)
{
    const kl_liouville l = problem(s, out);
    return kl_phase_picture_transported(&s->pictures, &s->point[point], f, comm, solve_field, &l,
                                        s->times.n, out->field[f], err);
}

/* ---- the numbers ---- */

/* Into out's rows of nquantities from those of the observables. */
static void store(const semiclassical *s, const double *value, const double *error, double factor,
                  bool add, kl_limit_values *out)
{
    for (int t = 0; t < s->times.n; t++)
        for (int k = 0; k < s->observables.n; k++) {
            const int from = t * s->observables.n + k, to = t * s->nquantities + k;
            out->value[to] = (add ? out->value[to] : 0) + factor * value[from];
            out->error[to] = (add ? out->error[to] : 0) + factor * error[from];
        }
}

/* The reference, or the coefficient of its next order: solved for the first point that asks. */
static kl_status solve_once(const semiclassical *s, int which, MPI_Comm comm, kl_limit_values *out,
                            kl_error *err)
{
    semiclassical_solved *solved = &s->solved[which];
    kl_liouville l = problem(s, out);
    if (solved->known)
        return KL_OK;
    if (which == REFERENCE) {
        KL_TRY(
            kl_liouville_reference(comm, &l, solved->value, solved->error, &solved->reached, err));
    } else { /* a factor of eps^2 goes with it */
        l.tolerance *= 1e3;
        KL_TRY(
            kl_liouville_next_order(comm, &l, solved->value, solved->error, &solved->reached, err));
    }
    solved->known = true;
    return KL_OK;
}

static kl_status add(const semiclassical *s, int which, double factor, MPI_Comm comm,
                     kl_limit_values *out, kl_error *err)
{
    const semiclassical_solved *solved = &s->solved[which];
    KL_TRY(solve_once(s, which, comm, out, err));
    store(s, solved->value, solved->error, factor, which != REFERENCE, out);
    if (!solved->reached)
        note_missed(out, s->tolerance, solved->error, s->times.n * s->observables.n);
    return KL_OK;
}

static kl_status solve_reference(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                                 kl_error *err)
{
    const semiclassical *s = self;
    KL_TRY(add(s, REFERENCE, 1, comm, out, err));
    for (int f = 0; f < s->pictures.n; f++)
        if (s->pictures.picture[f].type == KL_PICTURE_HUSIMI ||
            s->pictures.picture[f].type == KL_PICTURE_DENSITY)
            KL_TRY(fill_picture(s, point, f, comm, out, err));
    return KL_OK;
}

static kl_status solve_next_order(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                                  kl_error *err)
{
    const semiclassical *s = self;
    const double eps = s->point[point].eps, factor = s->start.packet[0].coherent ? eps : eps * eps;
    KL_TRY(add(s, REFERENCE, 1, comm, out, err));
    KL_TRY(add(s, NEXT_ORDER, factor, comm, out, err));
    for (int k = 0; k < s->observables.n; k++)
        if (!kl_phase_observable_smooth(&s->observables.observable[k]))
            snprintf(out->note, sizeof out->note,
                     "observables that are not smooth have no next order");
    return KL_OK;
}

static kl_status solve_husimi(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                              kl_error *err)
{
    const semiclassical *s = self;
    const kl_liouville l = problem(s, out);
    const size_t n = (size_t)(s->times.n * s->observables.n);
    bool reached;
    double *value;
    KL_TRY(kl_agree(comm, kl_alloc(2 * n, sizeof *value, "limit", &value, err), err));
    const kl_status status =
        kl_liouville_husimi(comm, &l, s->point[point].eps, value, value + n, &reached, err);
    if (status == KL_OK)
        store(s, value, value + n, 1, false, out);
    if (status == KL_OK && !reached)
        note_missed(out, s->tolerance, value + n, (int)n);
    free(value);
    return status;
}

/* The limit does not know eps; pictures do. */
static int first_point(const void *self, int point)
{
    const semiclassical *s = self;
    return s->pictures.n > 0 ? point : 0;
}

static double seconds(const void *self, int point)
{
    static const double of[] = {0, 0.05, 1, 20};
    const semiclassical *s = self;
    (void)point;
    return of[s->dimension] * (1 + s->times.value[s->times.n - 1]) * s->start.n;
}

static double seconds_of_jets(const void *self, int point)
{
    const semiclassical *s = self;
    return 10 * s->observables.n * s->times.n * seconds(self, point);
}

static double seconds_of_husimi(const void *self, int point)
{
    const semiclassical *s = self;
    return (s->dimension == 1 ? 5 : 20) * seconds(self, point);
}

static const kl_limit limits[] = {
    [REFERENCE] = {.name = "reference",
                   .long_name = "Liouville equation",
                   .fields = true,
                   .solve = solve_reference,
                   .same_as = first_point,
                   .seconds = seconds},
    [NEXT_ORDER] = {.name = "next_order",
                    .long_name = "Liouville equation and its next order in eps",
                    .solve = solve_next_order,
                    .seconds = seconds_of_jets},
    [HUSIMI_FLOW] = {.name = "husimi",
                     .long_name = "flow of the Husimi function of the start",
                     .solve = solve_husimi,
                     .seconds = seconds_of_husimi}};

static kl_status allocate(semiclassical *s, kl_error *err)
{
    const size_t n = (size_t)(s->times.n * s->observables.n);
    KL_TRY(kl_alloc(2, sizeof *s->solved, "limits", &s->solved, err));
    for (int i = 0; i < 2; i++) {
        KL_TRY(kl_alloc(n, sizeof *s->solved->value, "limits", &s->solved[i].value, err));
        KL_TRY(kl_alloc(n, sizeof *s->solved->error, "limits", &s->solved[i].error, err));
    }
    return KL_OK;
}

void semiclassical_free_limits(semiclassical *s)
{
    for (int i = 0; s->solved && i < 2; i++) {
        free(s->solved[i].value);
        free(s->solved[i].error);
    }
    free(s->solved);
}

kl_status semiclassical_choose_limits(semiclassical *s, kl_node *root, kl_error *err)
{
    limit_keys keys = {0};
    bool wanted[MOST_LIMITS] = {true, s->dimension < 3, s->dimension == 1};
    KL_TRY(kl_config_read(root, semiclassical_limits_table, &keys, err));
    KL_TRY(allocate(s, err));
    s->tolerance = keys.accuracy;
    for (int i = 0; i < MOST_LIMITS && keys.limits.n > 0; i++)
        wanted[i] = false;
    for (int i = 0; i < keys.limits.n; i++)
        wanted[keys.limits.v[i]] = true;
    for (int i = 0; i < MOST_LIMITS; i++)
        if (wanted[i])
            s->limit[s->description.nlimits++] = limits[i];
    return KL_OK;
}
