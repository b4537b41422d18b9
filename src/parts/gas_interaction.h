/* The interaction of a gas: the key `interaction`, an even v(x) of short range and its strength
 * lambda. Local. */
#ifndef KL_PARTS_GAS_INTERACTION_H
#define KL_PARTS_GAS_INTERACTION_H

#include "kinetic/hartree.h"
#include "parts/lattice_points.h"

/* What kl_gas_interaction_read() reads from the top of a study. */
extern const kl_key kl_gas_interaction_map[];

typedef struct kl_gas_interaction {
    int n; /* x = 0, then one of each x and -x */
    int at[KL_MOST_RANGE][3];
    double value[KL_MOST_RANGE]; /* v(x) */
    kl_reals strength;           /* lambda: one, or one per point; n = 0: */
    double per_eta2;             /* lambda/eta^2 */
} kl_gas_interaction;

/* KL_INPUT: v that is not even, x that do not fit on the lattice. */
kl_status kl_gas_interaction_read(kl_node *root, const kl_lattice_points *points,
                                  kl_gas_interaction *out, kl_error *err);

/* lambda at a point. */
double kl_gas_interaction_strength(const kl_gas_interaction *interaction,
                                   const kl_lattice_points *points, int point);

/* In the kinetic room's words; refers to `interaction`. */
kl_interaction kl_gas_interaction_kinetic(const kl_gas_interaction *interaction);

#endif
