/* What the periodic images of a finite box may change, and how large a box must be.
 *
 * F on the torus is the sum of the images of F in infinite space, so
 *   <J,F>_torus - <J,F>_infinite = sum_{n != 0} <J_n, F>,   a_n(X) = a(X - n ell).
 * With H = Delta + eta V on Z^d, for any real V and any l,
 *   ||exp(l X_1/2) exp(-itH) psi|| <= exp(2 t sinh(l mu/2)) ||exp(l X_1/2) psi||
 * (conjugation by the weight leaves V alone and gives the hopping an antisymmetric part of
 * norm 2 sinh(l mu/2): J.-M. Combes, L. Thomas, Commun. Math. Phys. 34 (1973) 251). With
 * exp(-(X-R)^2/2w^2) <= exp(-l (R-X) + l^2 w^2/2), an image at the distance R on an axis has
 *   |<J_n,W>| <= sum_m |b_m| min_l exp(-l R + (4T/mu) sinh(l mu/2) + l^2 (s^2 + w^2)/2)
 * for a Gaussian |h|^2 of standard deviation s, whatever the phase S; mu -> 0 bounds F by
 * the ballistic front |v_j| <= 2: exp(-(R - 2T)^2 / (2 (s^2 + w^2))). Finite mu has the
 * front of the lattice besides, about (2T)^(1/3) mu^(2/3) wide. Not in the bound, as it
 * is about F: the interference of a wave with its own images. Local.
 */
#include "parts/images.h"

#include "parts/boltzmann_limit.h"

#include <math.h>

typedef struct tail {
    double front, scale, square, mu; /* log = -l R + front sinh(l mu/2)/(mu/2) + scale l +
                                      * square l^2/2 */
} tail;

static tail tail_of(const kl_initial *packet, const kl_observable *o, double mu, double time)
{
    const double s = packet->width;
    tail t = {.front = 2 * time, .square = o->width * o->width, .mu = mu};
    if (packet->envelope == KL_ENVELOPE_GAUSSIAN)
        t.square += s * s;
    if (packet->envelope == KL_ENVELOPE_BUMP)
        t.scale = s;
    return t;
}

static double exponent(const tail *t, double distance, double l)
{
    return -l * (distance - t->scale) + t->front * sinh(l * t->mu / 2) / (t->mu / 2) +
           t->square * l * l / 2;
}

/* An image at this distance, with the best l: where -R + front cosh(l mu/2) + scale + square l is
 * zero. It rises and is convex, so Newton's method comes down to it from mu -> 0, which is above.
 */
static double image(const tail *t, double distance)
{
    const double beyond = distance - t->front - t->scale;
    if (beyond <= 0)
        return 1;
    double l = fmin(beyond / t->square, 80 / t->mu), step = l;
    for (int i = 0; i < 60 && step > 1e-9 * l; i++) {
        const double e = exp(l * t->mu / 2);
        const double slope = t->front * ((e + 1 / e) / 2 - 1) + t->square * l - beyond;
        step = slope / (t->front * t->mu * (e - 1 / e) / 4 + t->square);
        l -= fmax(step, 0);
    }
    return exp(fmin(exponent(t, distance, l), 0));
}

/* All images of an observable, as one packet sees them. */
static double all_images(const kl_images *at, const kl_initial *packet, const kl_observable *o,
                         double mu, double ell, double time)
{
    enum { IMAGES = 3 }; /* those beyond are smaller by the square at least */
    const tail t = tail_of(packet, o, mu, time);
    const double row = 1 + sqrt(2 * M_PI) * o->width / ell; /* images side by side */
    double sum = 0;
    for (int j = 0; j < at->packets->dimension; j++)
        for (int n = 1; n <= IMAGES; n++) {
            const double off = o->center[j] - packet->center[j];
            sum += image(&t, fabs(n * ell - off)) + image(&t, fabs(n * ell + off));
        }
    return fmin(sum, row) * pow(row, (double)at->packets->dimension - 1);
}

/* Bound for observable k in a box of side ell; NAN if it has no meaning in infinite space. */
static double effect(const kl_images *at, int k, double mu, double ell, double time)
{
    const kl_observable *o = &at->observables->observable[k];
    const kl_packets *packets = at->packets;
    double sum = 0, weight = 0;
    if (!kl_boltzmann_has_infinite(packets, at->observables, k))
        return NAN;
    if (o->position == KL_POSITION_UNIFORM)
        return 0;
    for (int i = 0; i < packets->n; i++) {
        const double share = packets->packet[i].weight * packets->packet[i].weight;
        sum += share * all_images(at, &packets->packet[i], o, mu, ell, time);
        weight += share;
    }
    return kl_observables_bound(at->observables, k) * sum / weight;
}

double kl_images_effect(const kl_images *at, int k, int point, double time)
{
    const kl_lattice_point *p = &at->points->point[point];
    return effect(at, k, p->unit, p->ell, time);
}

/* The largest effect of all observables; *which (may be NULL) has it. */
static double worst(const kl_images *at, double mu, double ell, int *which)
{
    double most = 0;
    for (int k = 0; k < at->observables->n; k++) {
        const double e = effect(at, k, mu, ell, at->time);
        if (e > most) {
            most = e;
            if (which)
                *which = k;
        }
    }
    return most;
}

/* The smallest side, `low` or more, at which observable k is off by at most `error`. */
static double least_side_of(const kl_images *at, int k, double mu, double error, double low)
{
    double high = fmax(low, 1);
    while (effect(at, k, mu, high, at->time) > error && high < 1e7)
        high *= 2;
    for (int i = 0; i < 50; i++) {
        const double middle = 0.5 * (low + high);
        if (effect(at, k, mu, middle, at->time) > error)
            low = middle;
        else
            high = middle;
    }
    return high;
}

/* The same for all. In a scattered order few observables need a larger side than all before. */
static double least_side(const kl_images *at, double mu, double error)
{
    const int n = at->observables->n;
    double side = 0;
    unsigned size = 1;
    while (size < (unsigned)n)
        size *= 2;
    for (unsigned i = 0; i < size; i++) {
        const int k = (int)(i * 0x9E3779B1u % size); /* odd: each once */
        if (k < n && (side == 0 || effect(at, k, mu, side, at->time) > error))
            side = least_side_of(at, k, mu, error, side);
    }
    return side;
}

static void print_images(const kl_images *at, int point, FILE *out)
{
    enum { LISTED = 20 };
    const kl_lattice_point *p = &at->points->point[point];
    int found = 0;
    if (point > 0 && at->points->point[point - 1].eta == p->eta &&
        at->points->point[point - 1].ell == p->ell)
        return; /* another distribution of the disorder */
    fprintf(out, "%12g %12g ", p->eta, p->ell);
    for (int k = 0; k < at->observables->n && found <= LISTED; k++) {
        const double e = effect(at, k, p->unit, p->ell, at->time);
        if (e > at->tolerance && found++ < LISTED)
            fprintf(out, "%s %s %.1e", found > 1 ? "," : "",
                    kl_observables_name(at->observables, k), e);
    }
    fprintf(out, found > LISTED ? " and others\n" : found ? "\n" : " none\n");
}

kl_status kl_images_warn(const kl_images *at, kl_warnings *warnings, kl_error *err)
{
    for (int k = 0; k < at->observables->n; k++)
        if (!kl_boltzmann_has_infinite(at->packets, at->observables, k))
            KL_TRY(kl_warnings_add(warnings, err,
                                   "observable %s has no reference in infinite space: %s",
                                   kl_observables_name(at->observables, k),
                                   at->observables->observable[k].position == KL_POSITION_WAVE
                                       ? "its position is a wave of the torus"
                                       : "a plane wave fills all of it"));
    for (int p = 0; p < at->points->n; p++) {
        const kl_lattice_point *point = &at->points->point[p];
        int k = 0;
        const double e = worst(at, point->unit, point->ell, &k);
        if (e > 1e-3 && (p == 0 || point[-1].ell != point->ell))
            KL_TRY(kl_warnings_add(
                warnings, err,
                "at eta %g the box %.4g is not infinite space: its images may change %s by up to "
                "%.1g (a box of %.4g: by 1e-3)",
                point->eta, point->ell, kl_observables_name(at->observables, k), e,
                least_side(at, point->unit, 1e-3)));
    }
    return KL_OK;
}

void kl_images_advise(const kl_images *at, FILE *out)
{
    const double error[] = {1e-2, 1e-3, 1e-4, at->tolerance};
    const int n = sizeof error / sizeof *error;
    if (worst(at, at->points->point[0].unit, 1e-3, NULL) == 0)
        return; /* nothing sees the box */
    fprintf(out, "\nbox in which periodic images change no observable by more than\n%12s", "eta");
    for (int i = 0; i < n; i++)
        fprintf(out, " %12g", error[i]);
    for (int p = 0; p < at->points->n; p++) {
        if (p > 0 && at->points->point[p].eta == at->points->point[p - 1].eta)
            continue;
        fprintf(out, "\n%12g", at->points->point[p].eta);
        for (int i = 0; i < n; i++)
            fprintf(out, " %12.2f", least_side(at, at->points->point[p].unit, error[i]));
    }
    fprintf(out, "\n\n%12s %12s  observables that images may change at T = %g, by at most\n", "eta",
            "box", at->time);
    for (int p = 0; p < at->points->n; p++)
        print_images(at, p, out);
}
