/* The Chebyshev evolution against SLEPc's Krylov matrix exponential (MFN), on
 * lattices beyond dense diagonalisation. Skipped without SLEPc with complex
 * scalars; the build defines KINLIM_TESTS_SLEPC where it links one.
 */
#include "dynamics/dense.h"

#ifdef KINLIM_TESTS_SLEPC
#include <slepcmfn.h>
#endif

#if defined(KINLIM_TESTS_SLEPC) && defined(PETSC_USE_COMPLEX)

/* H from its definition, as an assembled sparse matrix. */
static Mat assemble(const problem *p)
{
    Mat H;
    MatCreateSeqAIJ(PETSC_COMM_SELF, (PetscInt)p->n, (PetscInt)p->n, 7, NULL, &H);
    for (int64_t x = 0; x < p->n; x++) {
        MatSetValue(H, (PetscInt)x, (PetscInt)x, p->h.eta * (double)p->omega[x], ADD_VALUES);
        for (int j = 0; j < p->lattice.dimension; j++)
            for (int step = -1; step <= 1; step += 2) {
                int64_t index[3];
                index_of(&p->lattice, x, index);
                index[j] += step;
                MatSetValue(H, (PetscInt)x, (PetscInt)site_of(&p->lattice, index), 1, ADD_VALUES);
            }
    }
    MatAssemblyBegin(H, MAT_FINAL_ASSEMBLY);
    MatAssemblyEnd(H, MAT_FINAL_ASSEMBLY);
    return H;
}

static void krylov_exponential(const problem *p, const complex double *psi, double t,
                               complex double *out)
{
    Mat H = assemble(p);
    Vec from, to;
    MFN solver;
    FN exponential;
    MFNConvergedReason reason;
    VecCreateSeqWithArray(PETSC_COMM_SELF, 1, (PetscInt)p->n, psi, &from);
    VecCreateSeqWithArray(PETSC_COMM_SELF, 1, (PetscInt)p->n, out, &to);
    MFNCreate(PETSC_COMM_SELF, &solver);
    MFNSetOperator(solver, H);
    MFNGetFN(solver, &exponential);
    FNSetType(exponential, FNEXP);
    FNSetScale(exponential, -I * t, 1);
    MFNSetTolerances(solver, 1e-13, 10000);
    MFNSetDimensions(solver, 60);
    MFNSolve(solver, from, to);
    MFNGetConvergedReason(solver, &reason);
    assert_true(reason > 0);
    MFNDestroy(&solver);
    VecDestroy(&from);
    VecDestroy(&to);
    MatDestroy(&H);
}

static void against_slepc(void **state)
{
    static const struct {
        int d;
        int64_t L;
    } lattices[] = {{1, 501}, {2, 40}, {3, 15}, {3, 16}};
    (void)state;
    for (int i = 0; i < 4; i++)
        for (int k = KL_GAUSSIAN; k <= KL_LAPLACE; k++) {
            problem *p = problem_create(MPI_COMM_SELF, lattices[i].d, lattices[i].L,
                                        (kl_distribution)k, 0.4, 90);
            complex double *psi = calloc(3 * (size_t)p->n, sizeof *psi), *krylov = psi + p->n,
                           *found = krylov + p->n;
            random_vector(p->n, 91, psi);
            krylov_exponential(p, psi, 12, krylov);
            for (int digits = 3; digits <= 10; digits++) {
                evolve(p, KL_DOUBLE, pow(10, -digits), psi, 12, found);
                assert_at_most(distance(p->n, found, krylov), pow(10, -digits) + 2e-12);
            }
            evolve(p, KL_SINGLE, 1e-5, psi, 12, found);
            assert_at_most(distance(p->n, found, krylov),
                           1e-5 + kl_chebyshev_rounding(KL_SINGLE, radius_of(p, KL_SINGLE), 12));
            free(psi);
            problem_destroy(p);
        }
}

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(against_slepc)};
    if (SlepcInitialize(&argc, &argv, NULL, NULL))
        return 1;
    int failed = cmocka_run_group_tests(tests, NULL, NULL);
    SlepcFinalize();
    return failed != 0;
}

#else

int main(void)
{
    printf("skipped: no SLEPc with complex scalars\n");
    return 77;
}

#endif
