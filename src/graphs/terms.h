/* Writing a formula down: terms and scalars, each once. Private to the room. All is local. */
#ifndef KL_GRAPHS_TERMS_H
#define KL_GRAPHS_TERMS_H

#include "graphs/formula.h"

/* Each returns the number of the term. */
int kl_term_base(kl_formula *f, kl_term_kind kind, unsigned line, bool reversed);
int kl_term_difference(kl_formula *f, int left, int right);
int kl_term_product(kl_formula *f, int a, int b);
int kl_term_convolution(kl_formula *f, int a, int b);
/* The term at -x; `even`: is itself. */
int kl_term_reversed(kl_formula *f, int term, bool even);

/* Each multiplies graph g by a number. */
void kl_scalar_origin(kl_formula *f, int g, int term);
void kl_scalar_total(kl_formula *f, int g, int term, bool even);
void kl_scalar_tetrahedron(kl_formula *f, int g, const int term[6]);

#endif
