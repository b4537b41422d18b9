/* The limit of a study, the Vlasov equation (classical/vlasov.h), which knows no wave function. */
#include "systems/vlasov/vlasov_study.h"

#include "base/memory.h"
#include "classical/vlasov.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

typedef struct limit_keys {
    double accuracy;
} limit_keys;
const kl_key vlasov_limits_table[] = {
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

/* Pairs are independent in the limit: defects are 0, and the hierarchy's terms. */
static void store(const vlasov *v, kl_limit_values *out)
{
    for (int t = 0; t < v->times.n; t++) {
        for (int k = 0; k < v->observables.n; k++) {
            out->value[t * v->nquantities + k] = v->value[t * v->observables.n + k];
            out->error[t * v->nquantities + k] = v->error[t * v->observables.n + k];
        }
        for (int k = v->observables.n; k < vlasov_negativity(v); k++)
            out->value[t * v->nquantities + k] = out->error[t * v->nquantities + k] = 0;
    }
}

static void note(const vlasov *v, kl_limit_values *out)
{
    double worst = 0;
    for (int i = 0; i < v->times.n * v->observables.n; i++)
        worst = fmax(worst, isnan(v->error[i]) ? 0 : v->error[i]);
    snprintf(out->note, sizeof out->note,
             "the tolerance %g was not reached: the error is up to %.2g", v->tolerance, worst);
}

static kl_status solve_field(MPI_Comm comm, const void *equation, const kl_liouville_grid *grid,
                             double **field, kl_error *err)
{
    return kl_vlasov_field(comm, equation, grid, field, err);
}

static kl_status solve(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                       kl_error *err)
{
    vlasov *v = (vlasov *)self; /* remembers the numbers */
    const kl_vlasov equation = problem(v, out);
    if (!v->solved)
        KL_TRY(kl_vlasov_values(comm, &equation, v->value, v->error, &v->reached, err));
    v->solved = true;
    store(v, out);
    if (!v->reached)
        note(v, out);
    for (int f = 0; f < v->pictures.n; f++)
        if (v->pictures.picture[f].type != KL_PICTURE_MOMENTUM)
            KL_TRY(kl_phase_picture_transported(&v->pictures, &v->point[point], f, comm,
                                                solve_field, &equation, v->times.n, out->field[f],
                                                err));
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
    return kl_vlasov_seconds(&equation);
}

kl_status vlasov_read_limits(vlasov *v, kl_node *root, kl_error *err)
{
    const size_t n = (size_t)(v->times.n * v->observables.n);
    limit_keys keys = {v->dimension == 1 ? 1e-9 : 1e-6};
    KL_TRY(kl_config_read(root, vlasov_limits_table, &keys, err));
    v->tolerance = keys.accuracy;
    v->limit[0] = (kl_limit){.name = "reference",
                             .long_name = "Vlasov equation",
                             .fields = true,
                             .solve = solve,
                             .same_as = same_as,
                             .seconds = seconds};
    KL_TRY(kl_alloc(n, sizeof *v->value, "limit", &v->value, err));
    return kl_alloc(n, sizeof *v->error, "limit", &v->error, err);
}
