#include "classical/paths.h"

#include "classical/ode.h"

#include "base/complex.h"

#include <math.h>

enum { PIECES = 128 }; /* of a path, between which zeros of dx/dp are counted */

/* y = (x, p, S, dx/dp, dp/dp) */
enum { X, P, S, JX, JP, STATE };

typedef struct shooting {
    const kl_smooth *potential;
    kl_monomials of_x;
    kl_ode ode;
    double t, y;
} shooting;

static void slope(void *context, const double *z, double *dz)
{
    const shooting *s = context;
    double c[8];
    kl_smooth_taylor(s->potential, &s->of_x, (double[3]){z[X], 0, 0}, c);
    dz[X] = z[P];
    dz[P] = -c[1];
    dz[S] = z[P] * z[P] / 2 - c[0];
    dz[JX] = z[JP];
    dz[JP] = -2 * c[2] * z[JX];
}

/* Where momentum p leads in so many pieces, with the changes of sign of dx/dp between them; false:
 * away. */
static bool shoot(shooting *s, double p, int pieces, double *z, int *zeros)
{
    double before = 1;
    z[X] = s->y;
    z[P] = p;
    z[S] = z[JX] = 0;
    z[JP] = 1;
    *zeros = 0;
    for (int i = 0; i < pieces; i++) {
        if (!kl_ode_advance(&s->ode, s->t / pieces, z))
            return false;
        *zeros += z[JX] * before < 0;
        before = z[JX] != 0 ? z[JX] : before;
    }
    return true;
}

static void add(shooting *s, double p, kl_paths *out)
{
    double z[STATE];
    int zeros;
    if (out->n == KL_MOST_PATHS) {
        out->more = true;
        return;
    }
    if (!shoot(s, p, PIECES, z, &zeros))
        return;
    out->path[out->n++] =
        (kl_path){.momentum = p,
                  .energy = p * p / 2 + kl_smooth_value(s->potential, (double[3]){s->y, 0, 0}),
                  .action = z[S],
                  .slope = z[JX],
                  .maslov = zeros};
}

/* A root between a and b, where the misses are of different signs: Newton's steps, else halves. */
static double root(shooting *s, double x, double a, double b, double miss_a)
{
    double p = (a + b) / 2;
    for (int i = 0; i < 80 && b - a > 1e-15 * (1 + fabs(p)); i++) {
        double z[STATE];
        int zeros;
        if (!shoot(s, p, 1, z, &zeros))
            break;
        const double miss = z[X] - x, next = p - miss / z[JX];
        if (miss == 0)
            break;
        if (miss * miss_a > 0)
            a = p;
        else
            b = p;
        if (fabs(next - p) < 1e-15 * (1 + fabs(p)))
            break;
        p = next > a && next < b ? next : (a + b) / 2;
    }
    return p;
}

static void scan(shooting *s, double x, double most, int starts, kl_paths *out)
{
    double before = NAN, from = -most, z[STATE];
    int zeros;
    for (int i = 0; i <= starts; i++) {
        const double p = most * (2.0 * i / starts - 1);
        const double miss = shoot(s, p, 1, z, &zeros) ? z[X] - x : NAN;
        if (miss == 0)
            add(s, p, out);
        else if (before * miss < 0)
            add(s, root(s, x, from, p, before), out);
        before = miss;
        from = p;
    }
}

kl_status kl_paths_find(const kl_smooth *potential, double t, double y, double x, double most,
                        int starts, bool affine, kl_paths *out, kl_error *err)
{
    shooting s = {.potential = potential, .t = t, .y = y};
    double z[STATE];
    int zeros;
    out->n = 0;
    out->more = false;
    kl_status status = kl_monomials_create(1, KL_SMOOTH_DEGREE, &s.of_x, err);
    if (status == KL_OK)
        status = kl_ode_create(STATE, slope, &s, 3e-14, &s.ode, err);
    if (status == KL_OK && !affine)
        scan(&s, x, most, starts, out);
    if (status == KL_OK && affine && shoot(&s, 0, 1, z, &zeros) && z[JX] != 0)
        add(&s, (x - z[X]) / z[JX], out);
    kl_monomials_destroy(&s.of_x);
    kl_ode_destroy(&s.ode);
    return status;
}

static complex double amplitude(double hbar, double slope_of_p, double action, int maslov)
{
    const double size = 1 / sqrt(2 * M_PI * hbar * fabs(slope_of_p));
    const double phase = fmod(action / hbar, 2 * M_PI) - M_PI / 4 - M_PI / 2 * (maslov % 4);
    return CMPLX(size * cos(phase), size * sin(phase));
}

complex double kl_path_term(const kl_path *path, double hbar)
{
    return amplitude(hbar, path->slope, path->action, path->maslov);
}

double kl_energy_cut(double energy, double E)
{
    return exp(-pow(energy / E, 16));
}

/* ---- time slices ---- */

typedef struct slices {
    const kl_smooth *potential;
    double dt, y;
    int n;
} slices;

static double curvature(const kl_smooth *potential, double x)
{
    double above[3], below[3];
    const double h = 1e-5 * (1 + fabs(x)); /* for Newton's steps alone */
    kl_smooth_gradient(potential, (double[3]){x + h, 0, 0}, above);
    kl_smooth_gradient(potential, (double[3]){x - h, 0, 0}, below);
    return (above[0] - below[0]) / (2 * h);
}

/* From y and x_1 on: x_n, and dx_n/dx_1. */
static double follow(const slices *s, double first, double *derivative)
{
    double before = s->y, x = first, j_before = 0, j = 1, g[3];
    for (int k = 1; k < s->n; k++) {
        kl_smooth_gradient(s->potential, (double[3]){x, 0, 0}, g);
        const double next = 2 * x - before - s->dt * s->dt * g[0],
                     j_next = 2 * j - j_before - s->dt * s->dt * curvature(s->potential, x) * j;
        before = x;
        x = next;
        j_before = j;
        j = j_next;
    }
    *derivative = j;
    return x;
}

/* Actions, and det M by its minors, whose changes of sign count the negative eigenvalues. */
static void measure(const slices *s, double first, const kl_monomials *of_x, kl_sliced_path *out)
{
    double before = s->y, x = first, j_before = 0, j = 1, c[8];
    *out = (kl_sliced_path){0};
    for (int k = 0; k < s->n; k++) { /* the slice from x_k = before to x */
        const double here = kl_smooth_value(s->potential, (double[3]){before, 0, 0}),
                     there = kl_smooth_value(s->potential, (double[3]){x, 0, 0}),
                     kinetic = (x - before) * (x - before) / (2 * s->dt);
        out->lie += kinetic - s->dt * here;
        out->strang += kinetic - s->dt * (here + there) / 2;
        if (k == s->n - 1)
            break;
        kl_smooth_taylor(s->potential, of_x, (double[3]){x, 0, 0}, c);
        const double next = 2 * x - before - s->dt * s->dt * c[1],
                     j_next = (2 - s->dt * s->dt * 2 * c[2]) * j - j_before;
        out->negative += j * j_next < 0;
        before = x;
        x = next;
        j_before = j;
        j = j_next;
    }
    out->determinant = j;
}

bool kl_sliced_path_find(const kl_smooth *potential, double t, int n, double y, double x,
                         double momentum, kl_sliced_path *out)
{
    const slices s = {potential, t / n, y, n};
    double g[3], derivative, first = x;
    kl_monomials of_x;
    kl_smooth_gradient(potential, (double[3]){y, 0, 0}, g);
    if (n > 1)
        first = y + momentum * s.dt - s.dt * s.dt * g[0] / 2;
    for (int i = 0; i < 60 && n > 1; i++) {
        const double miss = follow(&s, first, &derivative) - x, step = miss / derivative;
        if (!isfinite(step))
            return false;
        first -= step;
        if (fabs(step) < 1e-15 * (1 + fabs(first)))
            break;
        if (i == 59 && fabs(step) > 1e-12 * (1 + fabs(first)))
            return false;
    }
    if (kl_monomials_create(1, KL_SMOOTH_DEGREE, &of_x, NULL) != KL_OK)
        return false;
    measure(&s, first, &of_x, out);
    kl_monomials_destroy(&of_x);
    return isfinite(out->determinant);
}
