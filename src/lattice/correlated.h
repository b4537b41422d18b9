/* Random potentials with a correlation length: the same for any layout.
 *
 * A normal field is the white noise w of kl_disorder (gaussian) smoothed along every axis of the
 * torus,
 *
 *   G(x) = sum_m g(m_1) ... g(m_d) w(x + m),   g(m) ~ exp(-m^2/s^2),   sum_m g(m)^2 = 1,
 *
 * so that E G(x) G(y) = prod_j c(x_j - y_j), c(n) = sum_m g(m) g(m + n): for s of a site or more
 * exp(-|x - y|^2/(2 s^2)) to a part in 1e3. Every sum is in a fixed order, whoever has which
 * planes. The potential has mean 0 and variance 1:
 *
 *   gaussian   V = G
 *   speckle    V = |E|^2 - 1, E = (G_1 + i G_2)/sqrt 2 of two independent fields: the intensity of
 * laser light behind a diffuser (J. W. Goodman, Speckle Phenomena in Optics, 2007), with E V(x)
 * V(y) = (E G(x) G(y))^2
 */
#ifndef KL_LATTICE_CORRELATED_H
#define KL_LATTICE_CORRELATED_H

#include "lattice/disorder.h"

typedef enum kl_random_field { KL_FIELD_GAUSSIAN, KL_FIELD_SPECKLE } kl_random_field;
extern const char *const kl_random_field_names[]; /* NULL-terminated */

typedef struct kl_correlation {
    double length; /* s, in sites */
    int field;     /* kl_random_field */
} kl_correlation;

/* How far g reaches, in sites: 1e-9 of it at most lies beyond. A lattice needs more than twice that
 * per side. */
int64_t kl_correlated_reach(double length);

/* c(0..2 reach) of E V(x) V(y) = prod_j c(|x_j - y_j|), exactly that of kl_correlated_fill() on a
 * lattice that is large enough. covariance[2 kl_correlated_reach() + 1]. Local. */
void kl_correlated_covariance(const kl_correlation *correlation, double *covariance);

/* Bytes of scratch, and seconds per site, roughly. Local. */
double kl_correlated_bytes(const kl_correlation *correlation, int dimension, int64_t sites);
double kl_correlated_seconds(const kl_correlation *correlation, int dimension);

/* Fills omega[kl_lattice_local()], the potential on this rank's planes. The distribution of
 * `disorder` is not looked at. Local. KL_ENVIRONMENT: no memory. */
kl_status kl_correlated_fill(const kl_disorder *disorder, const kl_correlation *correlation,
                             const kl_lattice *lattice, float *omega, kl_error *err);

#endif
