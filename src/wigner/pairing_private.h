/* Shared by the files of the pairing only: weights and modes (pairing.c), sums (pairing_sum.c). */
#ifndef KL_WIGNER_PAIRING_PRIVATE_H
#define KL_WIGNER_PAIRING_PRIVATE_H

#include "wigner/pairing.h"

/* One a(mu (y + m/2)) on the lattice: a product over axes. */
typedef struct weight {
    int mode[3];              /* m, the first non-zero entry positive */
    kl_observable observable; /* symbol unused */
    complex double *axis[3];  /* [L] by index of y; owned */
    double *row_re, *row_im;  /* [row]: the last axis (1 if d = 1), apart; row_im NULL if it is
                               * real; owned */
} weight;

/* A mode m whose products conj(psi(y)) psi(y+m) are wanted, once for all. */
typedef struct sweep {
    int mode[3];
    int64_t row, site; /* in the plane, y + m is this many rows and sites further, on the torus */
    int first, last;   /* its weights: first..last-1 */
    int total;         /* column of the unweighted sum (norm or hopping), or -1 */
} sweep;

struct kl_wigner {
    kl_lattice lattice;
    double mu;
    int nobservables, nweights, nsweeps;
    kl_observable *observable;
    weight *weight; /* sorted by mode */
    sweep *sweep;   /* sorted by mode: one shift of planes serves a run of them */
    double *ones;   /* [row]: the weights of an unweighted sum */
    int **use;      /* [observable][symbol term]: index into weight, ~index if m is reversed */
};

/* Columns of the per-plane table: 4 per weight (two complex: the pairing as it is, and with psi
 * conjugated), then |psi|^2, then the hopping along each axis. Each belongs to one sweep. */
static inline int columns(const kl_wigner *pairing)
{
    return 4 * pairing->nweights + 1 + pairing->lattice.dimension;
}

#endif
