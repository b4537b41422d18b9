/* (1) on a grid: delta(E~ - E~') = sum_k phi_k(E~) phi_k(E~')/width, so that
 *
 *   dF/dT(p) = (2 pi/width) sum_k phi_k(E~(p)) (<phi_k F> - F(p) <phi_k>),
 *
 * <.> the mean over the momenta. The sum of F is kept to rounding, errors are of order width^2. By
 * TSRK 5DP. Every PetscScalar is one F(p), real. */
#include "kinetic/hartree.h"

#include "base/complex.h"
#include "base/memory.h"
#include "kinetic/hartree_grid.h"
#include "kinetic/petsc_error.h"
#include "kinetic/watch.h"

#include <math.h>
#include <petscts.h>
#include <stdlib.h>

typedef struct solve_at {
    kl_hartree_grid grid;
    kl_watch watch;
    double *F, *rate; /* [count] */
    Vec state;
    TS ts;
} solve_at;

static void rate_of(solve_at *s)
{
    const kl_hartree_grid *g = &s->grid;
    kl_hartree_set(&s->grid, s->F);
    for (int64_t i = 0; i < g->count; i++) {
        double upper;
        const double *at = g->sum + 2 * kl_hartree_hat(g, i, &upper);
        s->rate[i] = 2 * M_PI / g->width *
                     ((1 - upper) * (at[1] - s->F[i] * at[0]) + upper * (at[3] - s->F[i] * at[2]));
    }
}

static PetscErrorCode right_hand_side(TS ts, PetscReal t, Vec y, Vec f, void *context)
{
    solve_at *s = context;
    const PetscScalar *in;
    PetscScalar *out;
    (void)ts, (void)t;
    if (kl_watch_step(&s->watch, NULL) != KL_OK)
        return PETSC_ERR_USER; /* ends TSSolve() here */
    PetscErrorCode code = VecGetArrayRead(y, &in);
    if (code)
        return code;
    for (int64_t i = 0; i < s->grid.count; i++)
        s->F[i] = PetscRealPart(in[i]);
    code = VecRestoreArrayRead(y, &in);
    if (!code)
        code = VecGetArray(f, &out);
    if (code)
        return code;
    rate_of(s);
    for (int64_t i = 0; i < s->grid.count; i++)
        out[i] = s->rate[i];
    return VecRestoreArray(f, &out);
}

static kl_status create_state(solve_at *s, kl_error *err)
{
    const kl_hartree_problem *p = s->grid.problem;
    PetscScalar *y;
    KL_PETSC(VecCreateMPI(s->grid.comm, (PetscInt)s->grid.count, PETSC_DETERMINE, &s->state));
    KL_PETSC(VecGetArray(s->state, &y));
    for (int64_t i = 0; i < s->grid.count; i++) {
        double at[3];
        kl_hartree_momentum(&s->grid, i, at);
        y[i] = s->F[i] = p->j.value(p->j.context, at);
    }
    KL_PETSC(VecRestoreArray(s->state, &y));
    return KL_OK;
}

static kl_status create_stepper(solve_at *s, kl_error *err)
{
    TSAdapt adapt;
    KL_PETSC(TSCreate(s->grid.comm, &s->ts));
    KL_PETSC(TSSetProblemType(s->ts, TS_NONLINEAR));
    KL_PETSC(TSSetEquationType(s->ts, TS_EQ_ODE_EXPLICIT));
    KL_PETSC(TSSetRHSFunction(s->ts, NULL, right_hand_side, s));
    KL_PETSC(TSSetType(s->ts, TSRK));
    KL_PETSC(TSRKSetType(s->ts, TSRK5DP));
    KL_PETSC(TSGetAdapt(s->ts, &adapt));
    KL_PETSC(TSAdaptSetType(adapt, TSADAPTBASIC));
    KL_PETSC(TSSetTolerances(s->ts, 1e-7, NULL, 1e-12, NULL));
    KL_PETSC(TSSetExactFinalTime(s->ts, TS_EXACTFINALTIME_MATCHSTEP));
    KL_PETSC(TSSetMaxSteps(s->ts, PETSC_MAX_INT));
    KL_PETSC(TSSetMaxSNESFailures(s->ts, -1));
    KL_PETSC(TSSetMaxStepRejections(s->ts, -1));
    KL_PETSC(TSSetTime(s->ts, 0));
    KL_PETSC(TSSetTimeStep(s->ts, 0.05));
    KL_PETSC(TSSetSolution(s->ts, s->state));
    return kl_petsc_options(s->ts, err);
}

static kl_status advance(solve_at *s, double time, kl_error *err)
{
    const PetscScalar *y;
    PetscReal now;
    KL_PETSC(TSGetTime(s->ts, &now));
    if (time > now) {
        KL_PETSC(TSSetMaxTime(s->ts, time));
        PetscErrorCode code = TSSolve(s->ts, NULL);
        KL_TRY(kl_watch_stopped(&s->watch, err));
        KL_PETSC(code);
    }
    KL_PETSC(VecGetArrayRead(s->state, &y));
    for (int64_t i = 0; i < s->grid.count; i++)
        s->F[i] = PetscRealPart(y[i]);
    KL_PETSC(VecRestoreArrayRead(s->state, &y));
    return KL_OK;
}

/* value[nsymbols] of the F that was reached. */
static void find_means(const solve_at *s, double complex *value)
{
    const kl_hartree_problem *p = s->grid.problem;
    for (int k = 0; k < p->nsymbols; k++)
        value[k] = 0;
    for (int64_t i = 0; i < s->grid.count; i++) {
        double at[3];
        kl_hartree_momentum(&s->grid, i, at);
        for (int k = 0; k < p->nsymbols; k++) {
            const kl_kinetic_observable *o = &p->symbol[k];
            for (int n = 0; n < o->nmodes; n++) {
                const double turns =
                    at[0] * o->mode[n][0] + at[1] * o->mode[n][1] + at[2] * o->mode[n][2];
                const double c = cos(2 * M_PI * turns), sine = sin(2 * M_PI * turns);
                const double re = o->coefficient[n][0], im = o->coefficient[n][1];
                value[k] += CMPLX(s->F[i] * (re * c - im * sine), s->F[i] * (re * sine + im * c));
            }
        }
    }
    MPI_Allreduce(MPI_IN_PLACE, value, p->nsymbols, MPI_C_DOUBLE_COMPLEX, MPI_SUM, s->grid.comm);
    for (int k = 0; k < p->nsymbols; k++)
        value[k] /= (double)s->grid.all;
}

static kl_status create(MPI_Comm comm, const kl_hartree_problem *p, int n, double width,
                        solve_at *s, kl_error *err)
{
    const kl_kinetic_problem asked = {.stop = p->stop, .stop_context = p->stop_context};
    *s = (solve_at){.watch = kl_watch_begin(comm, &asked)};
    KL_TRY(kl_hartree_grid_create(comm, p, n, width, &s->grid, err));
    const size_t count = (size_t)s->grid.count;
    kl_status status = kl_alloc(count, sizeof *s->F, "momenta", &s->F, err);
    if (status == KL_OK)
        status = kl_alloc(count, sizeof *s->rate, "momenta", &s->rate, err);
    KL_TRY(kl_agree(comm, status, err));
    KL_TRY(kl_agree(comm, create_state(s, err), err));
    return kl_agree(comm, create_stepper(s, err), err);
}

static void destroy(solve_at *s)
{
    (void)TSDestroy(&s->ts);
    (void)VecDestroy(&s->state);
    kl_hartree_grid_destroy(&s->grid);
    free(s->F);
    free(s->rate);
}

static kl_status solve_on(MPI_Comm comm, const kl_hartree_problem *p, int n, double width,
                          double complex *value, kl_error *err)
{
    solve_at s;
    kl_status status = create(comm, p, n, width, &s, err);
    for (int t = 0; status == KL_OK && t < p->ntimes; t++) {
        status = advance(&s, p->times[t], err);
        if (status == KL_OK)
            find_means(&s, value + t * p->nsymbols);
    }
    destroy(&s);
    return status;
}

kl_status kl_hartree_solve(MPI_Comm comm, const kl_hartree_problem *p, double complex *value,
                           double *error, kl_error *err)
{
    const int sides[2] = {p->dimension == 3 ? 48 : 192, p->dimension == 3 ? 72 : 288};
    const double width[2] = {0.24, 0.16};
    const int n = p->ntimes * p->nsymbols;
    double complex *coarse;
    KL_TRY(kl_agree(comm, kl_alloc((size_t)n, sizeof *coarse, "reference", &coarse, err), err));
    kl_status status = solve_on(comm, p, sides[0], width[0], coarse, err);
    if (status == KL_OK)
        status = solve_on(comm, p, sides[1], width[1], value, err);
    for (int i = 0; status == KL_OK && i < n; i++) { /* of order width^2 */
        const double complex correction = (value[i] - coarse[i]) / (1.5 * 1.5 - 1);
        value[i] += correction;
        error[i] = cabs(correction) + 1e-7;
    }
    free(coarse);
    return status;
}

kl_status kl_hartree_residual(const kl_hartree_problem *p, double *residual, kl_error *err)
{
    kl_hartree_grid g;
    double *F = NULL;
    *residual = 0;
    kl_status status =
        kl_hartree_grid_create(MPI_COMM_SELF, p, p->dimension == 3 ? 64 : 512, 0.06, &g, err);
    if (status == KL_OK)
        status = kl_alloc((size_t)g.count, sizeof *F, "momenta", &F, err);
    for (int64_t i = 0; status == KL_OK && i < g.count; i++) {
        double at[3];
        kl_hartree_momentum(&g, i, at);
        F[i] = p->j.value(p->j.context, at);
    }
    if (status == KL_OK)
        kl_hartree_set(&g, F);
    for (int64_t i = 0; status == KL_OK && i < g.count; i++) {
        double upper;
        const double *at = g.sum + 2 * kl_hartree_hat(&g, i, &upper);
        const double mean =
            (1 - upper) * at[1] / fmax(at[0], 1e-300) + upper * at[3] / fmax(at[2], 1e-300);
        *residual = fmax(*residual, fabs(F[i] - mean));
    }
    free(F);
    kl_hartree_grid_destroy(&g);
    return status;
}
