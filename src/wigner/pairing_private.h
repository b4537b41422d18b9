/* Shared by the files of the pairing only: weights and modes (pairing.c), rows (pairing_rows.c),
 * sums (pairing_sum.c), those of a node's ranks together (pairing_node.c). */
#ifndef KL_WIGNER_PAIRING_PRIVATE_H
#define KL_WIGNER_PAIRING_PRIVATE_H

#include "base/lanes.h"
#include "wigner/pairing.h"

/* One a(mu (y + m/2)) on the lattice: a product over axes. */
typedef struct weight {
    int mode[3];              /* m, the first non-zero entry positive */
    kl_observable observable; /* symbol unused */
    complex double *axis[3];  /* [L] by index of y; owned */
    double *row_re, *row_im;  /* [row]: the last axis (1 if d = 1), apart; row_im NULL if it is
                               * real; owned */
} weight;

/* A mode m whose products conj(psi(y)) psi(y+m) are wanted, once for all. */
typedef struct sweep {
    int mode[3];
    int64_t row, site; /* in the plane, y + m is this many rows and sites further, on the torus */
    int first, last;   /* its weights: first..last-1 */
    int total;         /* column of the unweighted sum (norm or hopping), or -1 */
} sweep;

struct kl_wigner {
    kl_lattice lattice;
    double mu;
    int nobservables, nweights, nsweeps;
    kl_observable *observable;
    weight *weight; /* sorted by mode */
    sweep *sweep;   /* sorted by mode: one shift of planes serves a run of them */
    double *ones;   /* [row]: the weights of an unweighted sum */
    int **use;      /* [observable][symbol term]: index into weight, ~index if m is reversed */
};

/* Columns of the per-plane table: 4 per weight (two complex: the pairing as it is, and with psi
 * conjugated), then |psi|^2, then the hopping along each axis. Each belongs to one sweep. */
static inline int columns(const kl_wigner *pairing)
{
    return 4 * pairing->nweights + 1 + pairing->lattice.dimension;
}

/* What the rows of a plane need. A weight takes part in a row where it is not negligible. */
typedef struct part {
    int column;                /* the first of the weight's four */
    bool real, wave;           /* a is real; the row's factor is complex */
    double outer_re, outer_im; /* the weight's factors of the other axes */
} part;

typedef struct row_work {
    double *p_re, *p_im; /* [row] conj(psi(y)) psi(y+m) */
    part *part;          /* [nweights] */
    const double **x;    /* [2 nweights + 1] rows to multiply p with: row_re (, row_im) of */
    double *lane;        /* of one row and mode */
    double *node_lane;   /* of the rows of a plane that this rank has of its node, or NULL */
    double *sum;         /* [columns][KL_LANES] over the plane */
    bool totals;         /* the unweighted sums too */
    int nsweeps;
    const sweep **sweep; /* [nsweeps]: those with anything to sum */
} row_work;

/* A row of a plane and the row of psi(y + m) that it is paired with, which begins `site` sites
 * before. */
typedef struct row_pair {
    int64_t z, y;                    /* of the first */
    const char *re, *im;             /* psi */
    const char *other_re, *other_im; /* the row of the other, of psi itself if `same` */
    bool same;
} row_pair;

/* ---- rows (pairing_rows.c), all local ---- */

kl_status kl_pairing_work(const kl_wigner *pairing, bool totals, row_work *w, kl_error *err);
void kl_pairing_work_free(row_work *w);

/* The lanes of a row for one mode, lane[kl_pairing_lanes()]; and what they add to w->sum. */
void kl_pairing_row(const kl_wigner *pairing, const sweep *s, kl_precision precision,
                    const row_pair *row, row_work *w, double *lane);
void kl_pairing_add(const kl_wigner *pairing, const sweep *s, const row_pair *row, row_work *w,
                    const double *lane);

/* ---- the rows of a node's planes, shared by its ranks (pairing_node.c) ---- */

/* Whether nodes do so with such a state. Collective. */
bool kl_pairing_shares(const kl_state *psi);
/* The sweeps first..last-1 of psi with itself, of one shift of planes: table[count][columns].
 * Collective. */
void kl_pairing_add_node(const kl_wigner *pairing, const kl_state *psi, int first, int last,
                         row_work *w, double *table);

/* Of the real parts, then of the imaginary ones. */
static inline int64_t kl_pairing_lanes(const sweep *s)
{
    return 2 * (2 * (int64_t)(s->last - s->first) + 1) * KL_LANES;
}

#endif
