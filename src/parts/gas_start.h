/* The start of a gas of fermions: the key `start`, the occupation J(p) of its momenta,
 *
 *   gamma_0(x,y) = g(X) J^(x-y) g(Y),   J^(x) = int dp J(p) exp(2 pi i p.x),   0 <= J <= 1,
 *
 * g = 1 unless there is an envelope, g^2 = exp(-|X - center|^2/(2 width^2)), periodised. Local.
 *
 * T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, (5.12)-(5.18), (5.43). */
#ifndef KL_PARTS_GAS_START_H
#define KL_PARTS_GAS_START_H

#include "kinetic/gas.h"
#include "parts/lattice_points.h"

/* What kl_gas_start_read() reads from the top of a study. */
extern const kl_key kl_gas_start_map[];

typedef enum kl_gas_start_type {
    KL_FERMI_DIRAC, /* 1/(1 + exp(beta (h - mu))), h(p) = sum_j a_j cos 2 pi (p_j - q_j) */
    KL_FERMI_STEP,  /* 1 where h < mu, else 0 */
    KL_FERMI_TABLE  /* numbers on a grid of n^d momenta, linear between them */
} kl_gas_start_type;

typedef struct kl_gas_start {
    int type; /* kl_gas_start_type */
    int dimension;
    double beta, mu, a[3], q[3];
    int n;         /* of the table, per axis */
    double *table; /* [n^d], owned: p_j = k_j/n, the last axis fastest */
    bool envelope;
    double width, center[3];
} kl_gas_start;

/* KL_INPUT: a J outside [0,1], a table that cannot be read. Free on failure too. */
kl_status kl_gas_start_read(kl_node *root, const kl_lattice_points *points, kl_gas_start *out,
                            kl_error *err);
void kl_gas_start_free(kl_gas_start *start);

/* J; refers to `start`. */
kl_occupation kl_gas_start_occupation(const kl_gas_start *start);

/* J at momentum number `index` of the dual lattice, whose last axis is fastest. */
double kl_gas_start_at(const kl_gas_start *start, int64_t sites, int64_t index);

/* g along one axis at a centred coordinate; g is the product over the axes. */
double kl_gas_start_factor(const kl_gas_start *start, const kl_lattice_point *point, int axis,
                           int64_t coordinate);

/* The mean of g^2 over the torus. */
double kl_gas_start_share(const kl_gas_start *start, const kl_lattice_point *point);

#endif
