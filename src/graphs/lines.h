/* Contractions on r particle lines of v vertices each, as they make up the r-th moment of <J, W>.
 *
 * disconnected: every block lies on one line (E[X]^r). 2-connected: no line is contracted within
 * itself alone (E[(X - E X)^r], the r-th central moment). connected: the lines hang together (the
 * r-th cumulant). Connected graphs of r >= 2 lines are 2-connected, and all graphs of one line are
 * connected and disconnected both.
 *
 * All functions are local.
 *
 * T. Chen, RIMS Kokyuroku Bessatsu B21 (2010) 63, (3.17)-(3.21). */
#ifndef KL_GRAPHS_LINES_H
#define KL_GRAPHS_LINES_H

#include "kinlim/status.h"

#include <stdbool.h>
#include <stdint.h>

typedef struct kl_lines {
    bool disconnected, two_connected, connected;
} kl_lines;

/* block[l * vertices + j] is the block of vertex j on line l; at most 16 lines. */
kl_lines kl_lines_classify(int lines, int vertices, const int *block);

typedef struct kl_lines_counts {
    uint64_t total, disconnected, two_connected, connected;
} kl_lines_counts;

/* How many there are of each, of pairs or of even blocks. With T(n) the number of contractions of n
 * vertices, (n-1)!! or T(n) = sum_j C(n-1, 2j-1) T(n-2j):
 *   total T(rv), disconnected T(v)^r,
 *   2-connected sum_j (-1)^j C(r,j) T(v)^j T((r-j)v),
 *   connected C_r, from T(rv) = sum_j C(r-1, j-1) C_j T((r-j)v).
 * KL_INPUT: they do not fit into 64 bits. */
kl_status kl_lines_count(int lines, int vertices, bool pairs, kl_lines_counts *counts,
                         kl_error *err);

#endif
