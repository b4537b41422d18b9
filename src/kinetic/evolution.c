/* The modes as one block-diagonal MPIAIJ matrix and one distributed Vec, advanced
 * by TSRK 8VR. The uncollided part is no unknown: it enters the right-hand side
 * in closed form. Own modes are contiguous; within a mode all Re r, then all Im r. */
#include "kinetic/evolution.h"

#include "base/memory.h"
#include "kinetic/petsc_error.h"

#include <math.h>
#include <petscts.h>
#include <stdlib.h>

struct kl_evolution {
    kl_watch *watch;
    int nchains;
    const kl_chain *chain;
    PetscInt
        *offset; /* [nchains + 1] of the own modes in the local part: Re, then Im if there is one */
    Mat matrix;
    Vec state;
    TS ts;
};

/* The source of one mode, from its uncollided part u(t): rows 0 and 1. */
static void add_source(const kl_chain *chain, double t, PetscScalar *f)
{
    double size = 2 * M_PI * chain->scale * exp(-chain->rate * t),
           angle = 2 * M_PI * chain->frequency * t;
    double c = size * cos(angle), s = size * sin(angle);
    PetscScalar *re = f, *im = f + chain->size;
    re[0] -= chain->frequency * s;
    im[0] -= chain->frequency * c;
    if (chain->size > 1) {
        re[1] -= chain->beta[1] * c;
        im[1] += chain->beta[1] * s;
    }
}

static PetscErrorCode right_hand_side(TS ts, PetscReal t, Vec y, Vec f, void *context)
{
    const kl_evolution *e = context;
    PetscScalar *out;
    (void)ts;
    if (kl_watch_step(e->watch, NULL) != KL_OK)
        return PETSC_ERR_USER; /* ends TSSolve() here */
    PetscErrorCode code = MatMult(e->matrix, y, f);
    if (!code)
        code = VecGetArray(f, &out);
    if (code)
        return code;
    for (int i = 0; i < e->nchains; i++)
        if (!e->chain[i].isotropic && !e->chain[i].matrix)
            add_source(&e->chain[i], t, out + e->offset[i]);
    return VecRestoreArray(f, &out);
}

/* Re r alone, or Re r and Im r. */
static PetscInt parts(const kl_chain *chain)
{
    return chain->isotropic ? 1 : 2;
}

/* The tridiagonal block of one mode, once for each part. */
static PetscErrorCode set_block(Mat matrix, PetscInt first, const kl_chain *chain)
{
    for (PetscInt part = 0; part < parts(chain); part++)
        for (PetscInt k = 0; k < chain->size; k++) {
            PetscInt row = first + part * chain->size + k, column[3], n = 0;
            PetscScalar value[3];
            if (k > 0) {
                column[n] = row - 1;
                value[n++] = 2 * M_PI * chain->beta[k];
            }
            column[n] = row;
            value[n++] = k > 0 ? -chain->rate : 0;
            if (k + 1 < chain->size) {
                column[n] = row + 1;
                value[n++] = -2 * M_PI * chain->beta[k + 1];
            }
            PetscErrorCode code = MatSetValues(matrix, 1, &row, n, column, value, INSERT_VALUES);
            if (code)
                return code;
        }
    return 0;
}

/* The block of y' = -matrix y in Re y and Im y, without its zeros. */
static PetscErrorCode set_full_block(Mat matrix, PetscInt first, const kl_chain *chain)
{
    for (PetscInt i = 0; i < chain->size; i++)
        for (PetscInt k = 0; k < chain->size; k++) {
            const double complex a = chain->matrix[i * chain->size + k];
            const PetscInt row[2] = {first + i, first + chain->size + i};
            const PetscInt column[2] = {first + k, first + chain->size + k};
            const PetscScalar value[4] = {-creal(a), cimag(a), -cimag(a), -creal(a)};
            PetscErrorCode code =
                a == 0 ? 0 : MatSetValues(matrix, 2, row, 2, column, value, INSERT_VALUES);
            if (code)
                return code;
        }
    return 0;
}

static PetscInt widest_row(const kl_evolution *e)
{
    PetscInt widest = 3;
    for (int i = 0; i < e->nchains; i++)
        if (e->chain[i].matrix && 2 * e->chain[i].size > widest)
            widest = 2 * e->chain[i].size;
    return widest;
}

static kl_status create_matrix(MPI_Comm comm, kl_evolution *e, kl_error *err)
{
    PetscInt local = e->offset[e->nchains], first;
    KL_PETSC(MatCreateAIJ(comm, local, local, PETSC_DETERMINE, PETSC_DETERMINE, widest_row(e), NULL,
                          0, NULL, &e->matrix));
    KL_PETSC(MatGetOwnershipRange(e->matrix, &first, NULL));
    for (int i = 0; i < e->nchains; i++) {
        const kl_chain *chain = &e->chain[i];
        KL_PETSC(
            (chain->matrix ? set_full_block : set_block)(e->matrix, first + e->offset[i], chain));
    }
    KL_PETSC(MatAssemblyBegin(e->matrix, MAT_FINAL_ASSEMBLY));
    KL_PETSC(MatAssemblyEnd(e->matrix, MAT_FINAL_ASSEMBLY));
    return KL_OK;
}

static kl_status create_state(kl_evolution *e, kl_error *err)
{
    PetscScalar *y;
    KL_PETSC(MatCreateVecs(e->matrix, &e->state, NULL));
    KL_PETSC(VecSet(e->state, 0));
    KL_PETSC(VecGetArray(e->state, &y));
    for (int i = 0; i < e->nchains; i++)
        y[e->offset[i]] = e->chain[i].scale;
    KL_PETSC(VecRestoreArray(e->state, &y));
    return KL_OK;
}

static kl_status create_stepper(MPI_Comm comm, kl_evolution *e, double tolerance, kl_error *err)
{
    PetscInt n;
    PetscReal norm;
    TSAdapt adapt;
    KL_PETSC(VecGetSize(e->state, &n));
    KL_PETSC(MatNorm(e->matrix, NORM_INFINITY, &norm));
    KL_PETSC(TSCreate(comm, &e->ts));
    KL_PETSC(TSSetProblemType(e->ts, TS_LINEAR));
    KL_PETSC(TSSetEquationType(e->ts, TS_EQ_ODE_EXPLICIT));
    KL_PETSC(TSSetRHSFunction(e->ts, NULL, right_hand_side, e));
    KL_PETSC(TSSetType(e->ts, TSRK));
    KL_PETSC(TSRKSetType(e->ts, TSRK8VR));
    KL_PETSC(TSGetAdapt(e->ts, &adapt));
    KL_PETSC(TSAdaptSetType(adapt, TSADAPTBASIC));
    KL_PETSC(TSSetTolerances(e->ts, tolerance / sqrt((double)n), NULL, 1e-15, NULL));
    KL_PETSC(TSSetExactFinalTime(e->ts, TS_EXACTFINALTIME_MATCHSTEP));
    KL_PETSC(TSSetMaxSteps(e->ts, PETSC_MAX_INT));
    KL_PETSC(TSSetMaxSNESFailures(e->ts, -1));
    KL_PETSC(TSSetMaxStepRejections(e->ts, -1));
    KL_PETSC(TSSetTime(e->ts, 0));
    KL_PETSC(TSSetTimeStep(e->ts, 2 / (1 + norm)));
    KL_PETSC(TSSetSolution(e->ts, e->state));
    return kl_petsc_options(e->ts, err);
}

kl_status kl_evolution_create(kl_watch *watch, int nchains, const kl_chain *chain, double tolerance,
                              kl_evolution **evolution, kl_error *err)
{
    kl_evolution *e;
    PetscBool started = PETSC_FALSE;
    MPI_Comm comm = watch->comm;
    *evolution = NULL;
    if (PetscInitialized(&started) || !started)
        return kl_fail(err, KL_BUG, "Boltzmann reference: PETSc has not been started");
    kl_status status = kl_alloc(1, sizeof *e, "Boltzmann modes", evolution, err);
    e = *evolution;
    if (status == KL_OK) {
        *e = (kl_evolution){.watch = watch, .nchains = nchains, .chain = chain};
        status =
            kl_alloc((size_t)nchains + 1, sizeof *e->offset, "Boltzmann modes", &e->offset, err);
    }
    KL_GOTO(kl_agree(comm, status, err));
    for (int i = 0; i < nchains; i++)
        e->offset[i + 1] = e->offset[i] + parts(&chain[i]) * chain[i].size;
    KL_GOTO(kl_agree(comm, create_matrix(comm, e, err), err));
    KL_GOTO(kl_agree(comm, create_state(e, err), err));
    KL_GOTO(kl_agree(comm, create_stepper(comm, e, tolerance, err), err));
    return KL_OK;
done:
    kl_evolution_destroy(evolution);
    return status;
}

void kl_evolution_destroy(kl_evolution **evolution)
{
    kl_evolution *e = *evolution;
    if (!e)
        return;
    (void)TSDestroy(&e->ts);
    (void)VecDestroy(&e->state);
    (void)MatDestroy(&e->matrix);
    free(e->offset);
    free(e);
    *evolution = NULL;
}

kl_status kl_evolution_advance(kl_evolution *e, double time, kl_error *err)
{
    PetscReal now, left;
    TSConvergedReason reason;
    KL_PETSC(TSGetTime(e->ts, &now));
    if (!(time > now))
        return KL_OK;
    KL_PETSC(TSSetMaxTime(e->ts, time));
    PetscErrorCode code = TSSolve(e->ts, NULL);
    KL_TRY(kl_watch_stopped(e->watch, err));
    KL_PETSC(code);
    KL_PETSC(TSGetConvergedReason(e->ts, &reason));
    KL_PETSC(TSGetTime(e->ts, &left));
    if (reason < 0 || fabs(left - time) > 1e-12 * time)
        return kl_fail(err, KL_ENVIRONMENT, "PETSc: TSSolve stops at T = %g before %g: %s",
                       (double)left, time, TSConvergedReasons[reason]);
    return KL_OK;
}

kl_status kl_evolution_steps(const kl_evolution *e, int *steps, kl_error *err)
{
    PetscInt n;
    KL_PETSC(TSGetStepNumber(e->ts, &n));
    *steps = (int)n;
    return KL_OK;
}

kl_status kl_evolution_get(const kl_evolution *e, int i, double *re, double *im, kl_error *err)
{
    const PetscScalar *y;
    int size = e->chain[i].size;
    KL_PETSC(VecGetArrayRead(e->state, &y));
    for (int k = 0; k < size; k++) {
        re[k] = PetscRealPart(y[e->offset[i] + k]) / e->chain[i].scale;
        if (!e->chain[i].isotropic)
            im[k] = PetscRealPart(y[e->offset[i] + size + k]) / e->chain[i].scale;
    }
    KL_PETSC(VecRestoreArrayRead(e->state, &y));
    return KL_OK;
}

double kl_evolution_pace(void)
{
    return sizeof(PetscScalar) > sizeof(PetscReal) ? 4.5 : 1.5;
}
