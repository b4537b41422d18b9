/* The limit `diffusion` of an `anderson` study: after long times the Boltzmann equation's density
 * is on each energy shell a heat kernel (kinetic/diffusion.h), and momenta are spread evenly over
 * it:
 *
 *   <J,F_T>  ->  sum over packets of their share of  <b>_E int a(X) (normal density)(X) dX,
 *
 * of variance s^2 + 2 D(E) T about the mean c + w(p) (1 - exp(-g T))/g, which is exact; a start on
 * one site is a sum over the band instead. For S = p.X and gaussians or one site; on the torus,
 * with its images. */
#include "systems/anderson/anderson_private.h"

#include "kinetic/diffusion.h"
#include "kinetic/shell.h"

#include <math.h>
#include <stdio.h>

enum { FINE = 24, SHELL = 64 };

typedef struct kernel {
    const anderson *a;
    const kl_lattice_point *point;
    double share, center[3], variance; /* of the packet */
    double first[3], rate;             /* its velocity, 0 of one site, and 1/(mean free time) */
} kernel;

bool anderson_diffuses(const anderson *a)
{
    if (a->packets.n == 0) /* a file */
        return false;
    const kl_envelope envelope = a->packets.packet[0].envelope;
    return a->points.dimension > 1 && a->packets.linear &&
           (envelope == KL_ENVELOPE_GAUSSIAN || envelope == KL_ENVELOPE_DELTA);
}

/* <exp(2 pi i m.U)>_E, which is real. */
static double shell_mean(const kl_shell *shell, const int mode[3])
{
    double sum = 0, all = 0;
    for (int i = 0; i < shell->npoints; i++) {
        double product = shell->weight[i];
        for (int j = 0; j < shell->dimension; j++)
            product *= cos(mode[j] * acos(fmax(-1, fmin(1, shell->cosine[j][i]))));
        sum += product;
        all += shell->weight[i];
    }
    return sum / all;
}

static complex double symbol_mean(const kl_symbol *symbol, const kl_shell *shell)
{
    complex double sum = 0;
    for (int m = 0; m < symbol->n; m++)
        sum += symbol->coefficient[m] * shell_mean(shell, symbol->mode[m]);
    return sum;
}

/* int a(X) (normal density) along axis j. */
static complex double along(const kl_observable *o, int j, double mean, double variance, double ell)
{
    if (o->position == KL_POSITION_UNIFORM)
        return 1;
    if (o->position == KL_POSITION_WAVE) {
        const double k = 2 * M_PI * o->wave[j] / ell;
        return exp(-0.5 * k * k * variance) * (cos(k * mean) + I * sin(k * mean));
    }
    const double v = o->width * o->width + variance;
    const int range = 1 + (int)(9 * sqrt(v) / ell);
    double sum = 0;
    for (int n = -range; n <= range; n++) {
        const double off = remainder(mean - o->center[j], ell) + n * ell;
        sum += exp(-off * off / (2 * v));
    }
    return o->width / sqrt(v) * sum;
}

/* Adds `weight` of the shell at `energy`, which has this diffusion coefficient, to all values. */
static kl_status add_shell(const kernel *k, double energy, double weight, double coefficient,
                           kl_limit_values *out, kl_error *err)
{
    const kl_observables *o = &k->a->observables;
    const int d = (int)k->a->points.dimension;
    kl_shell shell;
    KL_TRY(kl_shell_create(d, energy, SHELL, &shell, err));
    for (int n = 0; n < o->n; n++) {
        const complex double b = symbol_mean(o->observable[n].symbol, &shell);
        for (int t = 0; t < k->a->times.n; t++) {
            const double T = k->a->times.value[t];
            const double flown = k->rate > 0 ? -expm1(-k->rate * T) / k->rate : 0;
            complex double value = weight * k->share * b;
            for (int j = 0; j < d; j++)
                value *= along(&o->observable[n], j, k->center[j] + flown * k->first[j],
                               k->variance + 2 * coefficient * T, k->point->ell);
            double *to = out->value + t * o->nquantities + o->first[n];
            to[0] += creal(value);
            if (o->complex_valued[n])
                to[1] += cimag(value);
        }
    }
    kl_shell_destroy(&shell);
    return KL_OK;
}

static kl_status add_site(const kernel *k, kl_limit_values *out, kl_error *err)
{
    kl_band band;
    kl_status status = kl_band_create((int)k->a->points.dimension, FINE, true, &band, err);
    for (int i = 0; i < 2 * band.n && status == KL_OK; i++)
        status = add_shell(k, (i % 2 ? -1 : 1) * band.energy[i / 2], 0.5 * band.weight[i / 2],
                           kl_diffusion_coefficient(&band, i / 2), out, err);
    kl_band_destroy(&band);
    return status;
}

static kl_status add_packet(kernel *k, const kl_initial *packet, kl_limit_values *out,
                            kl_error *err)
{
    const int d = (int)k->a->points.dimension;
    double energy = 0, first;
    kl_band band;
    kl_status status = kl_band_at(d, packet->momentum, &band, &first, err);
    for (int j = 0; j < d; j++) {
        energy += 2 * cos(2 * M_PI * packet->momentum[j]);
        k->first[j] = -2 * sin(2 * M_PI * packet->momentum[j]);
    }
    if (status == KL_OK) {
        k->rate = -2 * band.im[0];
        k->variance = packet->width * packet->width;
        status = add_shell(k, energy, 1, kl_diffusion_coefficient(&band, 0), out, err);
    }
    kl_band_destroy(&band);
    return status;
}

kl_status anderson_diffusion(const void *self, int point, MPI_Comm comm, kl_limit_values *out,
                             kl_error *err)
{
    const anderson *a = self;
    const kl_packets *packets = &a->packets;
    double total = 0;
    kl_status status = KL_OK;
    kl_error why = {0};
    (void)comm;
    for (int i = 0; i < a->times.n * a->observables.nquantities; i++)
        out->value[i] = out->error[i] = 0; /* of the limit as such: it has no parameters */
    for (int i = 0; i < packets->n; i++)
        total += packets->packet[i].weight * packets->packet[i].weight;
    for (int i = 0; i < packets->n && status == KL_OK; i++) {
        const kl_initial *p = &packets->packet[i];
        kernel k = {
            .a = a, .point = &a->points.point[point], .share = p->weight * p->weight / total};
        for (int j = 0; j < 3; j++)
            k.center[j] = p->center[j];
        status = p->envelope == KL_ENVELOPE_DELTA ? add_site(&k, out, &why)
                                                  : add_packet(&k, p, out, &why);
    }
    for (int i = 0; status != KL_OK && i < a->times.n * a->observables.nquantities; i++)
        out->value[i] = NAN;
    if (status != KL_INPUT) /* a van Hove energy is no reason to lose the run */
        return status == KL_OK ? KL_OK : kl_fail(err, status, "%s", why.message);
    snprintf(out->note, sizeof out->note, "%.255s", why.message);
    return KL_OK;
}
