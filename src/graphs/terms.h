/* Writing a formula down: terms and scalars, each once. Private to the room. All is local. */
#ifndef KL_GRAPHS_TERMS_H
#define KL_GRAPHS_TERMS_H

#include <stdbool.h>

typedef enum kl_term_kind {
    KL_TERM_FREE,        /* 1/(z - e) */
    KL_TERM_OBSERVED,    /* b/(z - e) */
    KL_TERM_STARTED,     /* |psi_0^|^2/(z - e) */
    KL_TERM_ENDS,        /* |psi_0^|^2 b exp(it e)/(z - e)^2 */
    KL_TERM_WAVE,        /* |psi_0^|^2 */
    KL_TERM_DIFFERENCE,  /* [of[0] - of[1]]/(z - w) */
    KL_TERM_PRODUCT,     /* of[0](x) of[1](x) */
    KL_TERM_CONVOLUTION, /* of[0]^(p) of[1]^(p) */
} kl_term_kind;

enum { KL_LINE_LEFT = 1, KL_LINE_RIGHT = 2 }; /* depends on w, on z */

typedef struct kl_term {
    kl_term_kind kind;
    unsigned lines;
    bool reversed; /* taken at -x */
    int of[2];
    bool position, momentum; /* where it is needed */
} kl_term;

typedef enum kl_scalar_kind {
    KL_SCALAR_ORIGIN,       /* of[0](x = 0) */
    KL_SCALAR_TOTAL,        /* sum_x of[0](x) */
    KL_SCALAR_DOT,          /* sum_x of[0](x) of[1](x) */
    KL_SCALAR_DOT_MOMENTUM, /* L^-d sum_p of[0]^(p) of[1]^(p) */
    KL_SCALAR_TETRAHEDRON   /* see kl_tetrahedron_sum() */
} kl_scalar_kind;

typedef struct kl_scalar {
    kl_scalar_kind kind;
    unsigned lines;
    int of[6];
} kl_scalar;

enum { KL_FORMULA_FACTORS = 16 };

typedef struct kl_formula {
    int nterms, nscalars, ngraphs;
    int room;                          /* for terms */
    bool full;                         /* it did not suffice: the terms are wrong */
    kl_term *term;                     /* children before parents */
    kl_scalar *scalar;                 /* [nscalars] */
    int *nfactors;                     /* [ngraphs]; -1: does not reduce */
    int (*factor)[KL_FORMULA_FACTORS]; /* a graph is the product of these scalars */
} kl_formula;

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
