/* A grid of momenta with windows of energy: what (1) and stationarity are evaluated on. Private. */
#ifndef KL_KINETIC_HARTREE_GRID_H
#define KL_KINETIC_HARTREE_GRID_H

#include "kinetic/hartree_problem.h"

#include <stdint.h>

/* Momenta p_j = (k_j + 1/2)/n, a share of them on each rank; E~ is cut by hat functions
 * phi_k = max(0, 1 - |E~/width - k|). */
typedef struct kl_hartree_grid {
    MPI_Comm comm;
    const kl_hartree_problem *problem;
    int n, windows;    /* windows: hats k = first_window.. */
    double width, low; /* hat k is at low + k width */
    int64_t first, count, all;
    double complex *wave;  /* [v.n][count]: exp(2 pi i p.x) */
    double *bare, *energy; /* [count]: E, E~ */
    double *sum;           /* [2 windows]: of hats, of hats times F; over all ranks */
    double complex gamma[KL_MOST_RANGE];
    bool set; /* gamma and E~ have been found once */
} kl_hartree_grid;

kl_status kl_hartree_grid_create(MPI_Comm comm, const kl_hartree_problem *problem, int n,
                                 double width, kl_hartree_grid *grid, kl_error *err);
void kl_hartree_grid_destroy(kl_hartree_grid *grid);

void kl_hartree_momentum(const kl_hartree_grid *grid, int64_t i, double p[3]);

/* gamma, E~ and the sums over windows of F[count]. Collective. */
void kl_hartree_set(kl_hartree_grid *grid, const double *F);

/* The hats at E~ of momentum i: number of the lower one, and the weight of the upper one. */
static inline int kl_hartree_hat(const kl_hartree_grid *grid, int64_t i, double *upper)
{
    const double at = (grid->energy[i] - grid->low) / grid->width;
    const int k = (int)at;
    *upper = at - k;
    return k;
}

#endif
