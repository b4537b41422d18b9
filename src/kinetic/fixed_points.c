/* Fixed points of the renormalised energy: gamma_x = int dp cos(2 pi p.x) phi(E~_gamma(p)) for the
 * x != 0 of v, E~ = E - 2 lambda sum_x v(x) gamma_x cos(2 pi p.x). Sums over a grid of momenta
 * converge exponentially for smooth phi. Newton's method with line search by PETSc's SNES, from
 * starts spread evenly over [-1/2, 1/2]^n by an additive sequence. */
#include "kinetic/hartree.h"

#include "base/memory.h"
#include "kinetic/petsc_error.h"

#include <math.h>
#include <petscsnes.h>
#include <stdlib.h>
#include <string.h>

typedef struct search {
    const kl_hartree_problem *problem;
    double (*phi)(const void *context, double energy);
    const void *context;
    int n;                 /* unknowns: v.n - 1 */
    size_t count;          /* momenta */
    double *bare, *cosine; /* [count], [n][count] */
} search;

static kl_status create(const kl_hartree_problem *p, search *s, kl_error *err)
{
    const int L = p->dimension == 3 ? 40 : 96;
    const size_t count = (size_t)llround(pow(L, p->dimension));
    s->problem = p;
    s->n = p->v.n - 1;
    s->count = count;
    KL_TRY(kl_alloc(count, sizeof *s->bare, "momenta", &s->bare, err));
    KL_TRY(kl_alloc(count * (size_t)s->n, sizeof *s->cosine, "momenta", &s->cosine, err));
    for (size_t i = 0; i < count; i++) {
        double at[3] = {0};
        size_t index = i;
        for (int j = p->dimension - 1; j >= 0; j--, index /= (size_t)L) {
            at[j] = (double)(index % (size_t)L) / L;
            s->bare[i] += cos(2 * M_PI * at[j]);
        }
        for (int k = 0; k < s->n; k++) {
            const int *x = p->v.at[k + 1];
            s->cosine[(size_t)k * count + i] =
                cos(2 * M_PI * (at[0] * x[0] + at[1] * x[1] + at[2] * x[2]));
        }
    }
    return KL_OK;
}

/* sum[0] = int F, sum[1 + k] = int F cos(2 pi p.x_k), *energy = int F E, of gamma[n]. */
static void sums_of(const search *s, const double *gamma, double *sum, double *energy)
{
    memset(sum, 0, ((size_t)s->n + 1) * sizeof *sum);
    *energy = 0;
    for (size_t i = 0; i < s->count; i++) {
        double e = s->bare[i];
        for (int k = 0; k < s->n; k++)
            e -= 2 * s->problem->lambda * s->problem->v.value[k + 1] * gamma[k] *
                 s->cosine[(size_t)k * s->count + i];
        const double F = s->phi(s->context, e) / (double)s->count;
        sum[0] += F;
        *energy += F * s->bare[i];
        for (int k = 0; k < s->n; k++)
            sum[k + 1] += F * s->cosine[(size_t)k * s->count + i];
    }
}

static PetscErrorCode residual(SNES snes, Vec x, Vec f, void *context)
{
    const search *s = context;
    const PetscScalar *in;
    PetscScalar *out;
    double gamma[KL_MOST_RANGE], sum[KL_MOST_RANGE], energy;
    (void)snes;
    PetscErrorCode code = VecGetArrayRead(x, &in);
    if (code)
        return code;
    for (int k = 0; k < s->n; k++)
        gamma[k] = PetscRealPart(in[k]);
    code = VecRestoreArrayRead(x, &in);
    if (!code)
        code = VecGetArray(f, &out);
    if (code)
        return code;
    sums_of(s, gamma, sum, &energy);
    for (int k = 0; k < s->n; k++)
        out[k] = gamma[k] - sum[k + 1];
    return VecRestoreArray(f, &out);
}

typedef struct solver {
    Vec x, f;
    Mat jacobian;
    SNES snes;
} solver;

static kl_status create_solver(const search *s, solver *w, kl_error *err)
{
    KL_PETSC(VecCreateSeq(PETSC_COMM_SELF, s->n, &w->x));
    KL_PETSC(VecDuplicate(w->x, &w->f));
    KL_PETSC(MatCreateSeqDense(PETSC_COMM_SELF, s->n, s->n, NULL, &w->jacobian));
    KL_PETSC(SNESCreate(PETSC_COMM_SELF, &w->snes));
    KL_PETSC(SNESSetType(w->snes, SNESNEWTONLS));
    KL_PETSC(SNESSetFunction(w->snes, w->f, residual, (void *)s));
    KL_PETSC(SNESSetJacobian(w->snes, w->jacobian, w->jacobian, SNESComputeJacobianDefault, NULL));
    KL_PETSC(SNESSetTolerances(w->snes, 1e-12, 1e-13, 1e-13, 60, 2000));
    return KL_OK;
}

static void destroy_solver(solver *w)
{
    (void)SNESDestroy(&w->snes);
    (void)MatDestroy(&w->jacobian);
    (void)VecDestroy(&w->f);
    (void)VecDestroy(&w->x);
}

/* From start number i; *good: a fixed point was found. */
static kl_status solve_from(const search *s, solver *w, int i, double *gamma, bool *good,
                            kl_error *err)
{
    PetscScalar *x;
    double sum[KL_MOST_RANGE], energy;
    KL_PETSC(VecGetArray(w->x, &x));
    for (int k = 0; k < s->n; k++) { /* the first start is 0 */
        const double step = pow(1 / 1.3247179572447460, k + 1);
        x[k] = i == 0 ? 0 : fmod(0.5 + i * step, 1) - 0.5;
    }
    KL_PETSC(VecRestoreArray(w->x, &x));
    if (SNESSolve(w->snes, NULL, w->x) != 0)
        return KL_OK;
    KL_PETSC(VecGetArray(w->x, &x));
    for (int k = 0; k < s->n; k++)
        gamma[k] = PetscRealPart(x[k]);
    KL_PETSC(VecRestoreArray(w->x, &x));
    sums_of(s, gamma, sum, &energy);
    *good = true;
    for (int k = 0; k < s->n; k++)
        *good = *good && fabs(gamma[k] - sum[k + 1]) < 1e-9;
    return KL_OK;
}

static kl_fixed_point describe(const search *s, const double *gamma)
{
    const kl_hartree_problem *p = s->problem;
    kl_fixed_point point = {.a = {1, 1, 1}};
    double sum[KL_MOST_RANGE], energy;
    sums_of(s, gamma, sum, &energy);
    point.energy = energy - p->lambda / 2 * p->v.value[0] * sum[0] * sum[0];
    point.gamma[0] = sum[0];
    for (int k = 0; k < s->n; k++) {
        const int *x = p->v.at[k + 1];
        point.gamma[k + 1] = gamma[k];
        point.energy -= p->lambda * p->v.value[k + 1] * gamma[k] * gamma[k];
        for (int j = 0; j < 3; j++)
            if (abs(x[0]) + abs(x[1]) + abs(x[2]) == 1 && x[j] != 0)
                point.a[j] = 1 - 2 * p->lambda * p->v.value[k + 1] * gamma[k];
    }
    point.energy = round(1e12 * point.energy) / 1e12; /* mirror images have the same */
    return point;
}

/* Keeps `all` sorted by energy, ties by gamma; what is known is not added. */
static void insert(const search *s, kl_fixed_point point, kl_fixed_point *all, int *found)
{
    for (int i = 0; i < *found; i++) {
        double apart = 0;
        for (int k = 0; k <= s->n; k++)
            apart = fmax(apart, fabs(all[i].gamma[k] - point.gamma[k]));
        if (apart < 1e-7)
            return;
    }
    int at = *found;
    if (at == KL_MOST_BRANCHES && point.energy >= all[at - 1].energy)
        return;
    at = at == KL_MOST_BRANCHES ? at - 1 : at;
    *found = at + 1;
    for (; at > 0; at--) {
        const kl_fixed_point *before = &all[at - 1];
        if (point.energy > before->energy ||
            (point.energy == before->energy && point.a[0] >= before->a[0]))
            break;
        all[at] = all[at - 1];
    }
    all[at] = point;
}

kl_status kl_hartree_fixed_points(const kl_hartree_problem *problem,
                                  double (*phi)(const void *context, double energy),
                                  const void *context, int starts, kl_fixed_point *point,
                                  int *found, kl_error *err)
{
    search s = {.phi = phi, .context = context};
    solver w = {0};
    *found = 0;
    kl_status status = create(problem, &s, err);
    if (status == KL_OK && s.n == 0) { /* nothing to solve for */
        insert(&s, describe(&s, NULL), point, found);
        starts = 0;
    }
    if (status == KL_OK && starts > 0)
        status = create_solver(&s, &w, err);
    for (int i = 0; status == KL_OK && i < starts; i++) {
        double gamma[KL_MOST_RANGE];
        bool good = false;
        status = solve_from(&s, &w, i, gamma, &good, err);
        if (good)
            insert(&s, describe(&s, gamma), point, found);
    }
    destroy_solver(&w);
    free(s.bare);
    free(s.cosine);
    return status;
}
