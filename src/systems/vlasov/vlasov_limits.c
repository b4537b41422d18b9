/* The limit of a study, the Vlasov equation (classical/vlasov.h), which knows no wave function. */
#include "systems/vlasov/vlasov_study.h"

#include "base/memory.h"
#include "classical/vlasov.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

enum { REFERENCE, NEXT_ORDER };

typedef struct limit_keys {
    kl_ints limits;
    double accuracy;
} limit_keys;
static const char *const words[] = {[REFERENCE] = "reference", [NEXT_ORDER] = "next_order", NULL};
const kl_key vlasov_limits_table[] = {
    {.name = "limits",
     KL_CHOICES_AT(limit_keys, limits, words),
     .flags = KL_FREE,
     .doc = "which ones are solved; default: reference, in d = 1 next_order too, which in d = 3 is "
            "there where all is radial"},
    {.name = "limit_tolerance",
     KL_REAL_AT(limit_keys, accuracy),
     .flags = KL_FREE,
     KL_RANGE(1e-12, 0.1),
     .doc = "absolute error of the reference, relative above 1; default: 1.0e-9, in d = 2, 3 "
            "1.0e-6"},
    {0}};

static kl_vlasov problem(const vlasov *v, const kl_limit_values *out)
{
    kl_vlasov p = {.potential = &v->potential,
                   .interaction = &v->interaction,
                   .ntimes = v->times.n,
                   .times = v->times.value,
                   .nobservables = v->observables.n,
                   .observable = v->observables.observable,
                   .tolerance = v->tolerance};
    memcpy(p.displacement, v->displacement, sizeof p.displacement);
    if (out) {
        p.stop = out->stop;
        p.stop_context = out->stop_context;
    }
    return p;
}

/* ---- the numbers, which no number of particles changes ---- */

/* Adds factor * (value, error). */
static void add(const vlasov *v, const vlasov_solved *from, double factor, kl_limit_values *out)
{
    for (int t = 0; t < v->times.n; t++)
        for (int k = 0; k < v->observables.n; k++) {
            const int i = t * v->nquantities + k, j = t * v->observables.n + k;
            out->value[i] += factor * from->value[j];
            out->error[i] += factor * from->error[j];
        }
}

/* Of the limit itself: pairs are independent in it, defects are 0, and the hierarchy's terms. */
static void store(const vlasov *v, kl_limit_values *out)
{
    for (int t = 0; t < v->times.n; t++)
        for (int k = 0; k < vlasov_negativity(v); k++)
            out->value[t * v->nquantities + k] = out->error[t * v->nquantities + k] = 0;
    add(v, &v->solved[REFERENCE], 1, out);
}

/* The next order knows nothing of these. */
static void store_next(const vlasov *v, double factor, kl_limit_values *out)
{
    store(v, out);
    add(v, &v->solved[NEXT_ORDER], factor, out);
    for (int t = 0; t < v->times.n; t++)
        for (int k = v->observables.n; k < vlasov_negativity(v); k++)
            out->value[t * v->nquantities + k] = out->error[t * v->nquantities + k] = NAN;
}

static void note(const vlasov *v, const vlasov_solved *of, kl_limit_values *out)
{
    double worst = 0;
    for (int i = 0; i < v->times.n * v->observables.n; i++)
        worst = fmax(worst, isnan(of->error[i]) ? 0 : of->error[i]);
    if (!of->reached)
        snprintf(out->note, sizeof out->note,
                 "the tolerance %g was not reached: the error is up to %.2g", v->tolerance, worst);
}

/* Solved for the first point that asks. */
static kl_status solve_once(const vlasov *v, int which, MPI_Comm comm, const kl_vlasov *equation,
                            kl_error *err)
{
    vlasov_solved *of = (vlasov_solved *)&v->solved[which]; /* remembers the numbers */
    kl_vlasov now = *equation;
    if (of->known)
        return KL_OK;
    if (which == NEXT_ORDER) { /* a factor of hbar^2 goes with it */
        now.tolerance *= 10;
        KL_TRY(kl_vlasov_next_order(comm, &now, of->value, of->error, &of->reached, err));
    } else {
        KL_TRY(kl_vlasov_values(comm, &now, of->value, of->error, &of->reached, err));
    }
    of->known = true;
    return KL_OK;
}

static kl_status solve_field(MPI_Comm comm, const void *equation, const kl_liouville_grid *grid,
                             double **field, kl_error *err)
{
    return kl_vlasov_field(comm, equation, grid, field, err);
}

static kl_status solve(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                       kl_error *err)
{
    const vlasov *v = self;
    const kl_vlasov equation = problem(v, out);
    KL_TRY(solve_once(v, REFERENCE, comm, &equation, err));
    store(v, out);
    note(v, &v->solved[REFERENCE], out);
    for (int f = 0; f < v->pictures.n; f++)
        if (v->pictures.picture[f].type != KL_PICTURE_MOMENTUM)
            KL_TRY(kl_phase_picture_transported(&v->pictures, &v->point[point], f, comm,
                                                solve_field, &equation, v->times.n, out->field[f],
                                                err));
    return KL_OK;
}

static kl_status solve_next_order(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                                  kl_error *err)
{
    const vlasov *v = self;
    const kl_vlasov equation = problem(v, out);
    const double hbar = v->point[point].eps;
    KL_TRY(solve_once(v, REFERENCE, comm, &equation, err));
    KL_TRY(solve_once(v, NEXT_ORDER, comm, &equation, err));
    store_next(v, hbar * hbar, out);
    note(v, &v->solved[NEXT_ORDER], out);
    return KL_OK;
}

static int same_as(const void *self, int point)
{
    return ((const vlasov *)self)->pictures.n > 0 ? point : 0;
}

static double seconds(const void *self, int point)
{
    const kl_vlasov equation = problem(self, NULL);
    (void)point;
    return kl_vlasov_seconds(&equation, false);
}

static double seconds_of_next_order(const void *self, int point)
{
    const kl_vlasov equation = problem(self, NULL);
    return point > 0 ? 1e-6 : seconds(self, point) + kl_vlasov_seconds(&equation, true);
}

static const kl_limit all[] = {[REFERENCE] = {.name = "reference",
                                              .long_name = "Vlasov equation",
                                              .fields = true,
                                              .solve = solve,
                                              .same_as = same_as,
                                              .seconds = seconds},
                               [NEXT_ORDER] = {.name = "next_order",
                                               .long_name = "Vlasov equation and Hartree's next "
                                                            "order in hbar",
                                               .solve = solve_next_order,
                                               .seconds = seconds_of_next_order}};

static kl_status choose(vlasov *v, kl_node *root, const kl_ints *asked, kl_error *err)
{
    bool wanted[] = {asked->n == 0, asked->n == 0 && v->dimension == 1};
    for (int i = 0; i < asked->n; i++)
        wanted[asked->v[i]] = true;
    const kl_vlasov equation = problem(v, NULL);
    if (wanted[NEXT_ORDER] && v->dimension == 3 && !kl_vlasov_radial(&equation))
        return kl_config_fail(root, "limits", err,
                              "next_order is not allowed in dimension 3 where potential, "
                              "interaction and displacement are not the same under rotations");
    for (int i = 0; i < 2; i++)
        if (wanted[i])
            v->limit[v->nlimits++] = all[i];
    return KL_OK;
}

kl_status vlasov_read_limits(vlasov *v, kl_node *root, kl_error *err)
{
    const size_t n = (size_t)(v->times.n * v->observables.n);
    limit_keys keys = {.accuracy = v->dimension == 1 ? 1e-9 : 1e-6};
    KL_TRY(kl_config_read(root, vlasov_limits_table, &keys, err));
    v->tolerance = keys.accuracy;
    KL_TRY(choose(v, root, &keys.limits, err));
    for (int i = 0; i < 2; i++) {
        KL_TRY(kl_alloc(n, sizeof *v->solved[i].value, "limit", &v->solved[i].value, err));
        KL_TRY(kl_alloc(n, sizeof *v->solved[i].error, "limit", &v->solved[i].error, err));
    }
    return KL_OK;
}
