/* A study of graphs as kl_system has it, by whatever method. Local. */
#ifndef KL_SYSTEMS_FEYNMAN_OPEN_H
#define KL_SYSTEMS_FEYNMAN_OPEN_H

#include "systems/graphs/feynman_values.h"

kl_status feynman_open(kl_node *root, const kl_stations *stations, void *self, kl_error *err);
void feynman_close(void *self);
kl_status feynman_constants(const void *self, int point, double *value, kl_error *err);

/* What the two ways have in common: members of kl_system. */
#define FEYNMAN_COMMON                                                                             \
    .name = "graphs", .summary = "Feynman graphs of the expansion in the disorder, one by one",    \
    .model =                                                                                       \
        "psi^(n) is the n-th order in eta of exp(-itH) psi_0, H = Delta + eta V on a torus. "      \
        "The mean of <J, W^(n,m)>, which pairs conj(psi^(n)) with psi^(m), is a sum over the "     \
        "contractions of n + m vertices. Each is named by its blocks, vertices counted along "     \
        "conj(psi_0) .. J .. psi_0, and has a class: basic (the ladder), decorated, nesting, "     \
        "crossing, blocks (cumulants of higher order). In the kinetic limit ladders with "         \
        "immediate recollisions remain.",                                                          \
    .source =                                                                                      \
        "T. Chen, lecture notes on semiclassical scaling limits, University of Texas (2011), "     \
        "sections 5.3 to 5.6; RIMS Kokyuroku Bessatsu B21 (2010) 63, sections 2.3 and 3.2",        \
    .stations = {"times", "time", "T", "1", "macroscopic time"}, .keys = kl_feynman_keys,          \
    .columns = kl_lattice_columns, KL_STUDY(feynman), .open = feynman_open,                        \
    .close = feynman_close, .constants = feynman_constants

#endif
