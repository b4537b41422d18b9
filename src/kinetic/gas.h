/* A gas of fermions in its kinetic limit, on the energy shells of the lattice:
 *
 *   E(p) = sum_j cos(2 pi p_j) (hopping 1/2),   0 <= J <= 1,   T = eta^2 t
 *   F_T(p) = <J>_E + exp(-2 pi N_E T) (J(p) - <J>_E),   E = E(p)                          (1)
 *
 * <.>_E the average over the shell, N_E(E) its density of states: the solution of the linear
 * Boltzmann equation dF/dT = 2 pi int du delta(E(u)-E(p)) (F(u)-F(p)), which every realization
 * of the potential has in the limit (T. Chen, I. Sasaki, arXiv 0711.0959; T. Chen, RIMS
 * Kokyuroku Bessatsu B21 (2010) 63, (5.23)-(5.24), (6.31)-(6.32)). Averages are those of
 * kinetic/shell.h at e = 2 E, N_E(E) = 2 N(2E). Dimension 2 or 3. Functions are local unless said
 * otherwise.
 */
#ifndef KL_KINETIC_GAS_H
#define KL_KINETIC_GAS_H

#include "kinetic/energies.h"
#include "kinetic/problem.h"
#include "kinlim/status.h"

#include <complex.h>
#include <mpi.h>

typedef struct kl_occupation { /* J */
    double (*value)(const void *context, const double p[3]);
    const void *context;
} kl_occupation;

/* Averages over the shells of a set of energies, from which integrals over all p follow. */
typedef struct kl_gas {
    int dimension, nsymbols;
    kl_occupation j;
    kl_energies energies; /* of e = 2 E */
    double *weight;       /* [energies.count]: int dp = sum of weights */
    double *occupation;   /* [count]: <J>_E */
    double complex *b;    /* [count][nsymbols]: <b>_E */
    double complex *bj;   /* [count][nsymbols]: <b J>_E */
} kl_gas;

/* For b = the momentum parts of the observables. `rung` 0, 1, ...: finer and finer; the change from
 * one to the next is the error. KL_ENVIRONMENT: no memory. Free with destroy, on failure too. */
kl_status kl_gas_create(int dimension, kl_occupation j, int nsymbols,
                        const kl_kinetic_observable *symbol, int rung, kl_gas *out, kl_error *err);
void kl_gas_destroy(kl_gas *gas);

/* value[nsymbols] = int dp b F_T. */
void kl_gas_means(const kl_gas *gas, double time, double complex *value);

/* <J>_E and N_E at an energy E of the gas, interpolated. */
void kl_gas_shell(const kl_gas *gas, double energy, double *occupation, double *density);
/* F_T(p). */
double kl_gas_distribution(const kl_gas *gas, double time, const double p[3]);

/* shift[nsymbols]: the coefficient of eta^2 by which <b> leaves its start,
 *
 *   - int int dE dE' N N' (<b>_E - <b>_E') (<J>_E - <J>_E') / (E - E')^2,                 (2)
 *
 * second order of perturbation theory in V at times long against 1, without T: exact where b or J
 * depends on E alone. Of b the real part. KL_ENVIRONMENT: no memory. */
kl_status kl_gas_shift(const kl_gas *gas, double *shift, kl_error *err);

#endif
