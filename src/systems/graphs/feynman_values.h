/* What a study of graphs gives, by whatever method: its quantities and their names, counts, and
 * sums over classes. Local. */
#ifndef KL_SYSTEMS_FEYNMAN_VALUES_H
#define KL_SYSTEMS_FEYNMAN_VALUES_H

#include "systems/graphs/feynman_study.h"

enum { FEYNMAN_SIZES = 2 };                   /* classes that vanish in the limit */
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
    kl_derived size[FEYNMAN_SIZES];
    kl_graph_class size_class[FEYNMAN_SIZES];
    kl_description description;
} feynman;

/* Names its quantities, counts and diagrams by its study. */
kl_status feynman_name(feynman *f, kl_error *err);

/* One complex quantity; error: absolute, nothing to be said where a sample has none. */
void feynman_put(kl_sample *out, size_t at, double complex value, double error);
/* Several lines, where those that are connected vanish: the sum of all graphs of one line to the
 * r-th power, for the disconnected ones and, where the study has it, the total. */
void feynman_put_lines(const feynman *f, int station, const double complex *amplitude,
                       const double *error, kl_sample *out);
/* Graphs of one line, their classes and the total at a station; amplitude, error: [n][ntimes];
 * error NULL: there is none. */
void feynman_put_graphs(const feynman *f, int station, const double complex *amplitude,
                        const double *error, kl_sample *out);

#endif
