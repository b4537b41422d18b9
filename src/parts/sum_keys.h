/* Keys of sums of monomials and waves (classical/phase.h): phases and potentials. Local; failures
 * are KL_INPUT and name the key, or KL_ENVIRONMENT: no memory. */
#ifndef KL_PARTS_SUM_KEYS_H
#define KL_PARTS_SUM_KEYS_H

#include "classical/phase.h"
#include "kinlim/config.h"

/* What the functions below read from the maps of a list `terms`, a list `waves`. */
extern const kl_key kl_term_table[], kl_wave_table[];

/* Fills sum->term with the terms, behind `room` others, which are left zero; sum->wave with the
 * waves. Owned by *sum; free on failure too. */
kl_status kl_keys_terms(const kl_nodes *terms, int64_t dimension, int room, kl_phase_sum *sum,
                        kl_error *err);
kl_status kl_keys_waves(const kl_nodes *waves, int64_t dimension, kl_phase_sum *sum, kl_error *err);
void kl_keys_sum_free(kl_phase_sum *sum);

/* The keys `hessian`, `terms` and `waves` of a phase S; `momentum` is the caller's. */
extern const kl_key kl_phase_table[];
/* Reads them, `room` as above; where there is no hessian, it stays. *bent: one of them that is
 * there, NULL: S = p.X. Free *sum on failure too. */
kl_status kl_keys_phase(kl_node *node, int64_t dimension, int room, double hessian[3][3],
                        kl_phase_sum *sum, const char **bent, kl_error *err);

/* The amplitude of one packet of several. */
typedef struct kl_weight_keys {
    double weight, angle;
} kl_weight_keys;
extern const kl_key kl_weight_table[];

#endif
