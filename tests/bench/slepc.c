/* Contender: exp(-i t H) psi by SLEPc's MFN (restarted Krylov; M. Eiermann,
 * O. Ernst, SIAM J. Numer. Anal. 44 (2006) 2481), complex scalars, with H as a
 * shell matrix (a vectorised stencil) or assembled (AIJ). MFN's tolerance is
 * not the error of the result: the settings are tried and the error is measured.
 */
#include "bench.h"

#include "base/memory.h"
#include "base/stop.h"

#include <math.h>
#include <slepcmfn.h>
#include <stdlib.h>

/* What the solvers of one matrix share. */
typedef struct matrix {
    const bench_problem *problem;
    Mat h;
    Vec start, psi;
    FN exponential;
    int solvers;
} matrix;

typedef struct setting {
    int dimension;
    double tolerance;
    const char *basis;
} setting;

typedef struct krylov {
    matrix *m;
    MFN mfn;
    int dimension; /* products with H of one restart */
    int *terms;
} krylov;

static void check(PetscErrorCode code)
{
    kl_error err;
    if (code)
        bench_check(kl_fail(&err, KL_ENVIRONMENT, "SLEPc failed with code %d", (int)code), &err);
}

bool bench_slepc_built(void)
{
    return true;
}

void bench_slepc_begin(void)
{
    PETSC_COMM_WORLD = MPI_COMM_SELF;
    check(SlepcInitializeNoArguments());
    check(PetscPopSignalHandler());
}

void bench_slepc_end(void)
{
    check(SlepcFinalize());
}

#if defined(__x86_64__) && defined(__GNUC__) && !defined(__clang__)
#define BENCH_WIDEST __attribute__((target_clones("avx512f", "avx2", "default")))
#else
#define BENCH_WIDEST
#endif

/* One row of interleaved complex numbers; n of them. */
BENCH_WIDEST
static void apply_row(int64_t n, double eta, const float *restrict omega, const double *restrict c,
                      const double *restrict y0, const double *restrict y1,
                      const double *restrict z0, const double *restrict z1, double *restrict out)
{
    for (int part = 0; part < 2; part++) {
        const int64_t e = 2 * (n - 1) + part;
        out[part] = c[e] + c[2 + part];
        out[e] = c[e - 2] + c[part];
    }
    for (int64_t i = 2; i < 2 * n - 2; i++)
        out[i] = c[i - 2] + c[i + 2];
    for (int64_t i = 0; i < n; i++) {
        const double v = eta * (double)omega[i];
        const int64_t a = 2 * i, b = 2 * i + 1;
        out[a] += (y0[a] + y1[a]) + (z0[a] + z1[a]) + v * c[a];
        out[b] += (y0[b] + y1[b]) + (z0[b] + z1[b]) + v * c[b];
    }
}

static PetscErrorCode apply(Mat h, Vec x, Vec y)
{
    matrix *m;
    const PetscScalar *in;
    PetscScalar *out;
    check(MatShellGetContext(h, &m));
    check(VecGetArrayRead(x, &in));
    check(VecGetArrayWrite(y, &out));
    const double *a = (const double *)in;
    double *b = (double *)out;
    const int64_t n = m->problem->alone.sites, row = 2 * n, plane = row * n;
    for (int64_t z = 0; z < n; z++)
        for (int64_t r = 0; r < n; r++) {
            const int64_t at = z * plane + r * row;
            apply_row(n, m->problem->eta, m->problem->omega_alone + at / 2, a + at,
                      a + z * plane + (r + n - 1) % n * row, a + z * plane + (r + 1) % n * row,
                      a + (z + n - 1) % n * plane + r * row, a + (z + 1) % n * plane + r * row,
                      b + at);
        }
    check(VecRestoreArrayWrite(y, &out));
    check(VecRestoreArrayRead(x, &in));
    return 0;
}

static void assemble(matrix *m)
{
    const int64_t n = m->problem->alone.sites, plane = n * n, sites = n * plane;
    check(MatCreateSeqAIJ(PETSC_COMM_SELF, (PetscInt)sites, (PetscInt)sites, 7, NULL, &m->h));
    for (int64_t z = 0; z < n; z++)
        for (int64_t y = 0; y < n; y++)
            for (int64_t x = 0; x < n; x++) {
                const int64_t i = z * plane + y * n + x;
                const PetscInt row = (PetscInt)i;
                const PetscInt columns[7] = {(PetscInt)((z + n - 1) % n * plane + y * n + x),
                                             (PetscInt)(z * plane + (y + n - 1) % n * n + x),
                                             (PetscInt)(z * plane + y * n + (x + n - 1) % n),
                                             row,
                                             (PetscInt)(z * plane + y * n + (x + 1) % n),
                                             (PetscInt)(z * plane + (y + 1) % n * n + x),
                                             (PetscInt)((z + 1) % n * plane + y * n + x)};
                const double v = m->problem->eta * (double)m->problem->omega_alone[i];
                const PetscScalar values[7] = {1, 1, 1, v, 1, 1, 1};
                check(MatSetValues(m->h, 1, &row, 7, columns, values, INSERT_VALUES));
            }
    check(MatAssemblyBegin(m->h, MAT_FINAL_ASSEMBLY));
    check(MatAssemblyEnd(m->h, MAT_FINAL_ASSEMBLY));
    check(MatSetOption(m->h, MAT_HERMITIAN, PETSC_TRUE));
}

static void make_shell(matrix *m)
{
    const PetscInt n = (PetscInt)kl_lattice_local(&m->problem->alone);
    check(MatCreateShell(PETSC_COMM_SELF, n, n, n, n, m, &m->h));
    check(MatShellSetOperation(m->h, MATOP_MULT, (void (*)(void))apply));
    check(MatSetOption(m->h, MAT_HERMITIAN, PETSC_TRUE));
}

static matrix *new_matrix(const bench_problem *problem, bool assembled)
{
    matrix *m;
    kl_error err;
    const int64_t from = kl_lattice_origin(&problem->alone);
    PetscScalar *values;
    PetscInt n;
    bench_check(kl_alloc(1, sizeof *m, "SLEPc", &m, &err), &err);
    m->problem = problem;
    if (assembled)
        assemble(m);
    else
        make_shell(m);
    check(MatCreateVecs(m->h, &m->psi, &m->start));
    check(VecGetLocalSize(m->start, &n));
    check(VecGetArrayWrite(m->start, &values));
    for (PetscInt i = 0; i < n; i++)
        values[i] = ((double *)problem->start.re)[from + i] +
                    PETSC_i * ((double *)problem->start.im)[from + i];
    check(VecRestoreArrayWrite(m->start, &values));
    check(FNCreate(PETSC_COMM_SELF, &m->exponential));
    check(FNSetType(m->exponential, FNEXP));
    check(FNSetScale(m->exponential, -PETSC_i * problem->t, 1));
    return m;
}

static void make_solver(krylov *k, const setting *s)
{
    BV basis;
    if (k->mfn)
        check(MFNDestroy(&k->mfn));
    k->dimension = s->dimension;
    check(MFNCreate(PETSC_COMM_SELF, &k->mfn));
    check(MFNSetOperator(k->mfn, k->m->h));
    check(MFNSetFN(k->mfn, k->m->exponential));
    check(MFNSetDimensions(k->mfn, s->dimension));
    check(MFNSetTolerances(k->mfn, s->tolerance, 100000));
    check(MFNSetErrorIfNotConverged(k->mfn, PETSC_TRUE));
    check(MFNGetBV(k->mfn, &basis));
    check(BVSetType(basis, s->basis));
    check(MFNSetUp(k->mfn));
}

static bench_time turn(void *self, int repeats)
{
    krylov *k = self;
    PetscInt restarts;
    const double start = kl_clock();
    for (int r = 0; r < repeats; r++)
        check(MFNSolve(k->mfn, k->m->start, k->m->psi));
    const double seconds = (kl_clock() - start) / repeats;
    check(MFNGetIterationNumber(k->mfn, &restarts));
    *k->terms = (int)restarts * k->dimension;
    return (bench_time){seconds, 0};
}

static void plane(void *self, int64_t p, double *re, double *im)
{
    const matrix *m = ((krylov *)self)->m;
    const int64_t n = m->problem->alone.plane;
    const PetscScalar *psi;
    check(VecGetArrayRead(m->psi, &psi));
    for (int64_t i = 0; i < n; i++) {
        re[i] = PetscRealPart(psi[p * n + i]);
        im[i] = PetscImaginaryPart(psi[p * n + i]);
    }
    check(VecRestoreArrayRead(m->psi, &psi));
}

static void destroy(void *self)
{
    krylov *k = self;
    check(MFNDestroy(&k->mfn));
    if (--k->m->solvers == 0) {
        check(FNDestroy(&k->m->exponential));
        check(MatDestroy(&k->m->h));
        check(VecDestroy(&k->m->start));
        check(VecDestroy(&k->m->psi));
        free(k->m);
    }
    free(k);
}

static krylov *add_solver(matrix *m, bench_contender *contender)
{
    krylov *k;
    kl_error err;
    bench_check(kl_alloc(1, sizeof *k, "SLEPc", &k, &err), &err);
    k->m = m;
    m->solvers++;
    k->terms = &contender->terms;
    contender->self = k;
    contender->turn = turn;
    contender->plane = plane;
    contender->destroy = destroy;
    return k;
}

void bench_slepc(const bench_problem *problem, bool assembled, double target,
                 bench_contender *fastest, bench_contender *usual)
{
    static const setting usual_setting = {10, 1e-3, "vecs"};
    /* Basis vectors in one array are fastest; from 2^24 sites on SLEPc 3.18 fails on large ones. */
    const char *basis = problem->alone.sites < 256 ? "mat" : "vecs";
    const setting settings[] = {
        {4, 1e-6, basis}, {5, 1e-5, basis}, {6, 1e-6, basis}, {10, 1e-3, basis}};
    matrix *m = new_matrix(problem, assembled);
    krylov *k = add_solver(m, fastest);
    const setting *best = &usual_setting;
    double least = INFINITY;
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++) {
        make_solver(k, &settings[i]);
        const double seconds = turn(k, 1).seconds;
        if (seconds < least && bench_error(problem, fastest) <= target) {
            least = seconds;
            best = &settings[i];
        }
    }
    make_solver(k, best);
    snprintf(fastest->note, sizeof fastest->note, "dimension %d, tolerance %g, basis %s",
             best->dimension, best->tolerance, best->basis);
    make_solver(add_solver(m, usual), &usual_setting);
}
