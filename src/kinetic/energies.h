/* Interpolation in the energy across the band. N(E) and the kernels on the shell
 * are singular at the van Hove energies, so the band falls into parts between
 * them, each with a variable in which they are analytic up to its ends:
 *
 *   d = 3:  E = m - 2 cos y, m = -4, 0, 4, 0 < y < pi   (square roots at the ends)
 *   d = 2:  E = -+4 exp(-y), 0 < y                      (a logarithm at E = 0)
 *
 * A part is cut into pieces, each with Chebyshev points in y. Local.
 */
#ifndef KL_KINETIC_ENERGIES_H
#define KL_KINETIC_ENERGIES_H

#include "kinlim/status.h"

enum { KL_BAND_PARTS = 3, KL_PIECE_POINTS = 40 };

typedef struct kl_energy_piece {
    int part, first, count; /* its points: first..first+count-1 */
    double low, high;       /* of y */
} kl_energy_piece;

typedef struct kl_energies {
    int dimension, npieces, count;
    kl_energy_piece *piece;
    double *energy;  /* [count] */
    double *density; /* [count] N(E) */
    double *share;   /* [count] the probability of the point's part */
} kl_energies;

/* What of a part of the band matters: a range of y, and its probability. */
typedef struct kl_range {
    double low, high, share;
} kl_range;

int kl_energy_parts(int dimension);
int kl_energy_part(int dimension, double energy);
/* y in the given part; energies closer to E = 0 in d = 2 than 4 exp(-`deepest`) are moved there. */
double kl_energy_variable(int dimension, int part, double energy);
double kl_energy_at(int dimension, int part, double y);
double kl_energy_slope(int dimension, int part, double y); /* |dE/dy| */

/* The energies e(U) = E at which N(E) is singular inside the band; returns how many. */
int kl_energy_cusps(int dimension, double cusp[2]);

/* Points for an error of about `accuracy` of what varies over `last`, a time.
 * KL_ENVIRONMENT: no memory. */
kl_status kl_energies_create(int dimension, const kl_range range[KL_BAND_PARTS], double accuracy,
                             double last, kl_energies *energies, kl_error *err);
void kl_energies_destroy(kl_energies *energies);

/* The piece of an energy in a part; row[count of the piece] interpolates from its points. */
int kl_energies_row(const kl_energies *energies, int part, double energy, double *row);

/* weight[i] = int dE N(E) times the polynomial of point i: 1 in all over the whole band. */
void kl_energies_uniform(const kl_energies *energies, double *weight);

#endif
