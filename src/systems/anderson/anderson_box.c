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
#include "systems/anderson/anderson_private.h"

#include <math.h>

bool anderson_has_infinite(const anderson *a, int k)
{
    const kl_position position = a->observable[k].position;
    return position == KL_POSITION_UNIFORM ||
           (position == KL_POSITION_GAUSSIAN && a->packet[0].envelope != KL_ENVELOPE_UNIFORM);
}

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

/* An image at this distance: the best l by golden section, for the exponent is convex. */
static double image(const tail *t, double distance)
{
    const double golden = 0.6180339887498949;
    if (distance <= t->front + t->scale)
        return 1;
    double low = 0, high = fmin(distance / t->square, 80 / t->mu);
    for (int i = 0; i < 60; i++) {
        const double a = high - golden * (high - low), b = low + golden * (high - low);
        if (exponent(t, distance, a) < exponent(t, distance, b))
            high = b;
        else
            low = a;
    }
    return exp(fmin(exponent(t, distance, low), 0));
}

/* sup |J| without its position. */
static double symbol_size(const kl_symbol *s)
{
    double size = 0;
    for (int i = 0; i < s->n; i++)
        size += cabs(s->coefficient[i]);
    return size;
}

/* All images of an observable, as one packet sees them. */
static double images(const anderson *a, const kl_initial *packet, const kl_observable *o, double mu,
                     double ell, double time)
{
    enum { IMAGES = 3 }; /* those beyond are smaller by the square at least */
    const tail t = tail_of(packet, o, mu, time);
    const double row = 1 + sqrt(2 * M_PI) * o->width / ell; /* images side by side */
    double sum = 0;
    for (int j = 0; j < a->dimension; j++)
        for (int n = 1; n <= IMAGES; n++) {
            const double off = o->center[j] - packet->center[j];
            sum += image(&t, fabs(n * ell - off)) + image(&t, fabs(n * ell + off));
        }
    return fmin(sum, row) * pow(row, (double)a->dimension - 1);
}

/* Bound for observable k in a box of side ell; NAN if it has no meaning in infinite space. */
static double effect(const anderson *a, int k, double mu, double ell, double time)
{
    const kl_observable *o = &a->observable[k];
    double sum = 0, weight = 0;
    if (!anderson_has_infinite(a, k))
        return NAN;
    if (o->position == KL_POSITION_UNIFORM)
        return 0;
    for (int i = 0; i < a->npackets; i++) {
        const double share = a->packet[i].weight * a->packet[i].weight;
        sum += share * images(a, &a->packet[i], o, mu, ell, time);
        weight += share;
    }
    return symbol_size(o->symbol) * sum / weight;
}

static int observable_of(const anderson *a, int quantity)
{
    int k = 0;
    for (int q = 0; (q += 1 + a->complex_valued[k]) <= quantity;)
        k++;
    return k;
}

double anderson_size_effect(const void *self, int point, int time, int quantity)
{
    const anderson *a = self;
    const kl_lattice_point *p = &a->point[point];
    return effect(a, observable_of(a, quantity), p->unit, p->ell, a->times.value[time]);
}

/* The largest effect of all observables; *which (may be NULL) has it. */
static double worst(const anderson *a, double mu, double ell, int *which)
{
    double most = 0;
    for (int k = 0; k < a->nobservables; k++) {
        const double e = effect(a, k, mu, ell, a->times.value[a->times.n - 1]);
        if (e > most) {
            most = e;
            if (which)
                *which = k;
        }
    }
    return most;
}

/* The smallest side at which every observable is off by at most `error`. */
static double least_side(const anderson *a, double mu, double error)
{
    double low = 0, high = 1;
    while (worst(a, mu, high, NULL) > error && high < 1e7)
        high *= 2;
    for (int i = 0; i < 50; i++) {
        const double middle = 0.5 * (low + high);
        if (worst(a, mu, middle, NULL) > error)
            low = middle;
        else
            high = middle;
    }
    return high;
}

static const char *name_of(const anderson *a, int k)
{
    int q = 0;
    while (observable_of(a, q) != k)
        q++;
    return a->description.quantity[q].observable;
}

static void print_images(const anderson *a, int point, FILE *out)
{
    const kl_lattice_point *p = &a->point[point];
    int listed = 0;
    if (point > 0 && a->point[point - 1].eta == p->eta && a->point[point - 1].ell == p->ell)
        return; /* another distribution of the disorder */
    fprintf(out, "%12g %12g ", p->eta, p->ell);
    for (int k = 0; k < a->nobservables; k++) {
        const double e = effect(a, k, p->unit, p->ell, a->times.value[a->times.n - 1]);
        if (e > a->boltzmann_tolerance)
            fprintf(out, "%s %s %.1e", listed++ ? "," : "", name_of(a, k), e);
    }
    fprintf(out, listed ? "\n" : " none\n");
}

void anderson_warn_of_box(anderson *a)
{
    kl_description *d = &a->description;
    for (int k = 0; a->infinite && k < a->nobservables; k++)
        if (!anderson_has_infinite(a, k))
            snprintf(d->warning[d->nwarnings++], sizeof *d->warning,
                     "observable %s has no reference in infinite space: %s", name_of(a, k),
                     a->observable[k].position == KL_POSITION_WAVE
                         ? "its position is a wave of the torus"
                         : "a plane wave fills all of it");
    for (int p = 0; a->infinite && p < a->npoints; p++) {
        const kl_lattice_point *at = &a->point[p];
        int k = 0;
        const double e = worst(a, at->unit, at->ell, &k);
        if (e > 1e-3 && (p == 0 || at[-1].ell != at->ell))
            snprintf(d->warning[d->nwarnings++], sizeof *d->warning,
                     "at eta %g the box %.4g is not infinite space: its images may change %s by up "
                     "to %.1g (a box of %.4g: by 1e-3)",
                     at->eta, at->ell, name_of(a, k), e, least_side(a, at->unit, 1e-3));
    }
}

void anderson_advise(const void *self, FILE *out)
{
    const anderson *a = self;
    const double error[] = {1e-2, 1e-3, 1e-4, a->boltzmann_tolerance};
    const int n = sizeof error / sizeof *error;
    if (worst(a, a->point[0].unit, 1e-3, NULL) == 0)
        return; /* nothing sees the box */
    fprintf(out, "\nbox in which periodic images change no observable by more than\n%12s", "eta");
    for (int i = 0; i < n; i++)
        fprintf(out, " %12g", error[i]);
    for (int p = 0; p < a->npoints; p++) {
        if (p > 0 && a->point[p].eta == a->point[p - 1].eta)
            continue;
        fprintf(out, "\n%12g", a->point[p].eta);
        for (int i = 0; i < n; i++)
            fprintf(out, " %12.2f", least_side(a, a->point[p].unit, error[i]));
    }
    fprintf(out, "\n\n%12s %12s  observables that images may change at T = %g, by at most\n", "eta",
            "box", a->times.value[a->times.n - 1]);
    for (int p = 0; p < a->npoints; p++)
        print_images(a, p, out);
}
