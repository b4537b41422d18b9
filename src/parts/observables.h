/* Observables J(X,V) = a(X) b(V) of a study: the key `observables`, their names in the tables, and
 * <J,W> of a state. Local unless said otherwise. */
#ifndef KL_PARTS_OBSERVABLES_H
#define KL_PARTS_OBSERVABLES_H

#include "parts/lattice_points.h"
#include "wigner/pairing.h"

/* What kl_observables_read() reads from the top of a study. */
extern const kl_key kl_observables_table[];

typedef struct kl_observables { /* arrays owned by it */
    int n, nquantities;
    kl_observable *observable; /* [n] */
    kl_symbol *symbol;         /* [n]: theirs */
    bool *complex_valued;      /* [n]: two quantities, re and im; else one */
    kl_quantity *quantity;     /* [nquantities]: in the order of the observables */
    int *first;                /* [n]: the first of its quantities */
    int *of;                   /* [nquantities]: the observable of a quantity */
} kl_observables;

/* KL_INPUT, also where a wave or mode does not fit on the lattice of a point. Free on failure too.
 */
kl_status kl_observables_read(kl_node *root, const kl_lattice_points *points, kl_observables *out,
                              kl_error *err);
/* The same, but `position` may be left out: a = 1; energies and velocities are those of
 * hopping * e(V). */
extern const kl_key kl_gas_observables_table[];
kl_status kl_gas_observables_read(kl_node *root, const kl_lattice_points *points, double hopping,
                                  kl_observables *out, kl_error *err);
void kl_observables_free(kl_observables *observables);

/* One map {position, momentum}, without a name; *symbol, which *out refers to, is to be destroyed.
 */
kl_status kl_keys_observable(kl_node *node, const kl_lattice_points *points, kl_observable *out,
                             kl_symbol *symbol, bool *complex_valued, kl_error *err);

/* The same from the key `observable` of the top of a study. */
extern const kl_key kl_observable_map[];
kl_status kl_keys_one_observable(kl_node *root, const kl_lattice_points *points, kl_observable *out,
                                 kl_symbol *symbol, bool *complex_valued, kl_error *err);

/* The observable of a quantity; the name of an observable. */
int kl_observables_of(const kl_observables *observables, int quantity);
const char *kl_observables_name(const kl_observables *observables, int k);

/* sup |b|, at most: |J| <= that, for |a| <= 1. */
double kl_observables_bound(const kl_observables *observables, int k);

/* quantity[nquantities], and as of kl_wigner_evaluate() the norm and the hopping of psi; `pairing`
 * is of all the observables, value[n] is scratch. Collective over the group. */
kl_status kl_observables_measure(const kl_observables *observables, kl_wigner *pairing,
                                 const kl_state *psi, complex double *value, double *quantity,
                                 double *norm, double *hop, kl_error *err);

#endif
