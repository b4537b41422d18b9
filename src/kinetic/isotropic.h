/* The response of every energy shell to a start spread evenly over it:
 *
 *   psi_xi(m, t) = int dU exp(2 pi i m.U) f,   f(0) = delta(e(U)-E)/N(E),
 *   df/dT = -(2 pi N + 2 pi i xi.v) f + 2 pi delta(e(U)-E) int f,
 *
 * the real part from cos(2 pi m.U), the imaginary part from sin(2 pi m.U) up to
 * signs (evolution.h, krylov.h). It depends on the orbit of xi only.
 */
#ifndef KL_KINETIC_ISOTROPIC_H
#define KL_KINETIC_ISOTROPIC_H

#include "kinetic/energies.h"
#include "kinetic/plan.h"
#include "kinetic/tables.h"

typedef struct kl_isotropic {
    int nenergies, norbits, ntimes;
    int *steps; /* [ntimes] taken so far */

    kl_tables *tables; /* [nenergies] */
    size_t *offset;    /* [norbits + 1] of an orbit's rows within an energy */
    double *data;      /* [nenergies][offset[norbits] rows][ntimes] */
} kl_isotropic;

/* How finely it is solved; as in kl_resolution. */
typedef struct kl_fineness {
    double krylov, step, shell[2];
} kl_fineness;

/* Collective over comm: all energies at increasing times >= 0, the same numbers
 * on every rank. KL_ENVIRONMENT: memory, PETSc. */
kl_status kl_isotropic_create(MPI_Comm comm, const kl_plan *plan, const kl_energies *energies,
                              const kl_fineness *fineness, int ntimes, const double *times,
                              kl_isotropic *isotropic, kl_error *err);
void kl_isotropic_destroy(kl_isotropic *isotropic);

/* Local. Rows of an orbit: row 0 is the mass, then follow those of cos(2 pi m.U), sin(2 pi m.U)
 * by images m. The row of the cosine for momentum m as mode `mode` sees it: 0 for m = 0, -1 if no
 * observable wants it; int sin(2 pi m.U) f is -i *sign times the row after it. */
int kl_isotropic_row_of(const kl_plan *plan, const kl_isotropic *isotropic, int mode, int m,
                        int *sign);

/* Local. Row `row` [ntimes] of an orbit at one energy. */
const double *kl_isotropic_row(const kl_isotropic *isotropic, int energy, int orbit, int row);

#endif
