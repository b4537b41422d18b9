/* Sums of monomials and waves: phases beyond p.X + X.A.X/2, X unwrapped and from the origin, and
 * potentials:
 *
 *   S(X) = ... + sum_t c_t prod_j X_j^(n_tj)
 *              + sum_w (sine_w sin(2 pi q_w.X) + cosine_w cos(2 pi q_w.X))
 *
 * Local, double precision.
 */
#ifndef KL_CLASSICAL_PHASE_H
#define KL_CLASSICAL_PHASE_H

enum { KL_PHASE_DEGREE = 8 }; /* most of n_1 + n_2 + n_3 */

typedef struct kl_phase_term {
    int power[3]; /* n, >= 0; 0 beyond the dimension */
    double coefficient;
} kl_phase_term;

typedef struct kl_phase_wave {
    double wave[3]; /* q, in waves per macroscopic length; 0 beyond the dimension */
    double sine, cosine;
} kl_phase_wave;

typedef struct kl_phase_sum {
    int nterms, nwaves;
    const kl_phase_term *term; /* [nterms], not owned */
    const kl_phase_wave *wave; /* [nwaves], not owned */
} kl_phase_sum;

/* The sums at X. */
double kl_phase_value(const kl_phase_sum *phase, const double x[3]);

/* Adds their gradient to v. */
void kl_phase_gradient(const kl_phase_sum *phase, const double x[3], double v[3]);

/* Adds their second derivatives to a. */
void kl_phase_hessian(const kl_phase_sum *phase, const double x[3], double a[3][3]);

#endif
