/* Fields of a gas: its momentum distribution by energy and along an axis; the key `fields`.
 *
 *   energy   the density of fermions in windows of E(p) = sum_j cos 2 pi p_j: int over the window
 *   axis     the occupation at each p_j of the dual lattice, the mean over the other momenta
 *
 * Local unless said otherwise.
 */
#ifndef KL_PARTS_MOMENTUM_BINS_H
#define KL_PARTS_MOMENTUM_BINS_H

#include "lattice/lattice.h"
#include "parts/gas_start.h"

#include <complex.h>

/* What kl_bins_read() reads from the top of a study. */
extern const kl_key kl_bins_table[];

enum { KL_MOST_BINS = 8 };

typedef enum kl_bins_type { KL_BINS_ENERGY, KL_BINS_AXIS } kl_bins_type;

typedef struct kl_bins_field {
    int type; /* kl_bins_type */
    const char *name;
    int64_t axis, windows; /* axis from 1 */
    char long_name[128];
} kl_bins_field;

typedef struct kl_bins { /* arrays owned by it */
    int64_t dimension;
    int n;
    kl_bins_field *field; /* [n] */
    kl_field_kind *kind;  /* [n]: for the description */
} kl_bins;

/* KL_INPUT. Free on failure too. */
kl_status kl_bins_read(kl_node *root, int64_t dimension, kl_bins *out, kl_error *err);
void kl_bins_free(kl_bins *bins);

/* As kl_system.axis. */
int kl_bins_axis(const kl_bins *bins, const kl_lattice_point *point, int f, double *coordinate);

/* field[n] -> [cells]: adds factor L^-d |psi^|^2 from psi^[kl_lattice_local()], in a fixed order of
 * momenta. Collective over the group. KL_ENVIRONMENT: no memory. */
kl_status kl_bins_add(const kl_bins *bins, const kl_lattice_point *point, const kl_lattice *lattice,
                      const double complex *psi, double factor, double **field, kl_error *err);

/* field[n] -> [cells]: of F_T of the gas (kinetic/gas.h) at `time`. */
void kl_bins_limit(const kl_bins *bins, const kl_lattice_point *point, const kl_gas *gas,
                   double time, double **field);

#endif
