/* What a study of graphs gives, by whatever method: its quantities and their names, counts, and
 * sums over classes. Local. */
#ifndef KL_SYSTEMS_FEYNMAN_VALUES_H
#define KL_SYSTEMS_FEYNMAN_VALUES_H

#include "systems/graphs/feynman_study.h"

enum { FEYNMAN_SUMS = KL_GRAPH_CLASSES + 1 }; /* the classes and the total */

typedef struct feynman {
    kl_feynman study;
    size_t nsums, nvalues;       /* complex numbers: of the graphs, then of the sums */
    kl_quantity *quantity;       /* [2 nvalues] */
    char (*diagram)[KL_DIAGRAM]; /* [2 nvalues]; of one line */
    char sum[FEYNMAN_SUMS][KL_NAME];
    kl_constant count[FEYNMAN_SUMS];
    uint64_t counts[FEYNMAN_SUMS];
    int ncounts;
    kl_description description;
} feynman;

/* ---- as in kl_system ---- */

kl_status feynman_open(kl_node *root, const kl_stations *stations, void **self, kl_error *err);
void feynman_close(void **self);
const kl_description *feynman_describe(const void *self);
kl_status feynman_constants(const void *self, int point, double *value, kl_error *err);

/* One complex quantity; error: absolute, nothing to be said where a sample has none. */
void feynman_put(kl_sample *out, size_t at, double complex value, double error);
/* Graphs of one line, their classes and the total at a station; amplitude, error: [n][ntimes];
 * error NULL: there is none. */
void feynman_put_graphs(const feynman *f, int station, const double complex *amplitude,
                        const double *error, kl_sample *out);

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
    .open = feynman_open, .close = feynman_close, .describe = feynman_describe,                    \
    .constants = feynman_constants

#endif
