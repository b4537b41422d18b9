/* Products of transfer matrices along a strip (d = 2) or a bar (d = 3), periodic across:
 *
 *   psi_(n+1) = (E - V_n - hops within the slice) psi_n - psi_(n-1),
 *
 * psi_n a slice of M or M x M sites, N in all. A product acts on (psi_n, psi_(n-1)), 2N numbers; it
 * is symplectic, so its Lyapunov exponents come in pairs of opposite sign. The vectors are the
 * columns of a matrix that is made orthonormal every few steps; the logarithms of the diagonal
 * factors add up to the exponents, the largest first (G. Benettin et al., Meccanica 15 (1980) 9;
 * A. MacKinnon, B. Kramer, Phys. Rev. Lett. 47 (1981) 1546).
 *
 * Every rank that calls works for itself. The same bits for every instruction set.
 */
#ifndef KL_DYNAMICS_TRANSFER_H
#define KL_DYNAMICS_TRANSFER_H

#include "kinlim/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct kl_transfer {
    int dimension;           /* 2 or 3 */
    int64_t side, slice;     /* M; N = M^(dimension - 1) */
    int64_t columns, length; /* padded: of KL_PANEL columns, of KL_LANES numbers */
    int64_t vectors;         /* columns that are vectors, at most 2N */
    int newest;              /* which half of a column is psi_n: 0 or 1 */
    double *column;          /* [columns][length]: the two halves, of N numbers each */
    double *growth;          /* [columns]: logarithms of the factors taken out */
} kl_transfer;

/* `side` >= 1; with side 1 a slice is one site, without hops. KL_ENVIRONMENT: no memory; free on
 * failure too. Local, as are all of these. */
kl_status kl_transfer_create(int dimension, int64_t side, int64_t vectors, kl_transfer *out,
                             kl_error *err);
void kl_transfer_destroy(kl_transfer *transfer);

/* Orthonormal vectors: the sites of psi_n in their order, then those of psi_(n-1) from the last
 * one on. In this order growth[i] + growth[2N - 1 - i] = 0 at every length, not only in the limit:
 * with J the symplectic form, J takes the complement of the first i vectors to the first 2N - i,
 * and det = 1. */
void kl_transfer_start(kl_transfer *transfer);
/* One slice; diagonal[N]: E - V. */
void kl_transfer_step(kl_transfer *transfer, const double *diagonal);
void kl_transfer_orthonormalise(kl_transfer *transfer);
/* The largest |a.Jb| between the first `slice` vectors, which is 0 in exact arithmetic and
 * measures what rounding has done since the last time they were made orthonormal. */
double kl_transfer_defect(const kl_transfer *transfer);

/* The steps that may go by until vectors have to be made orthonormal, 1 to 8: their condition
 * stays below exp(20) if no step stretches by more than the norm of a factor, for |E - V| up to
 * `most`. */
int kl_transfer_interval(int dimension, double most);

/* The state, to be kept and brought back: how many bytes. */
size_t kl_transfer_bytes(const kl_transfer *transfer);
void kl_transfer_pack(const kl_transfer *transfer, void *bytes);
void kl_transfer_unpack(kl_transfer *transfer, const void *bytes);

/* Seconds of a slice on one rank, roughly. */
double kl_transfer_seconds(int dimension, int64_t side);

#endif
