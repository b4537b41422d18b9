/* What a study is told of packets of a superposition that interfere: the limit is the sum of those
 * of the packets. Local. */
#ifndef KL_PARTS_INTERFERING_H
#define KL_PARTS_INTERFERING_H

#include "kinlim/config.h"
#include "parts/warnings.h"

/* Packets i < k of `initial.packets`, how much of them interferes, of 1: in the limit, and at most
 * at a point, where the parameter `small` is `at`. */
typedef struct kl_interfering {
    int i, k;
    double weight[2]; /* their amplitudes */
    double limit, most;
    const char *small;
    double at;
} kl_interfering;

/* KL_INPUT: more than 1e-3 of their weight in the limit. Warns of more than that at a point, or of
 * more than 1e-6 in the limit. */
kl_status kl_interfering_tell(const kl_interfering *pair, kl_node *root, kl_warnings *warnings,
                              kl_error *err);

#endif
