#include "classical/phase_symmetry.h"

#include "base/complex.h"
#include "base/gauss_legendre.h"

#include <math.h>
#include <string.h>

/* ---- what is symmetric ---- */

enum { PROBES = 7 };

/* A point of no symmetry, number i of PROBES. */
static void probe(int i, int n, double *z)
{
    for (int j = 0; j < n; j++)
        z[j] = 1.7 * sin(1 + 2.3 * i + 4.1 * j + 1.3 * i * j);
}

static bool same(double a, double b)
{
    return fabs(a - b) <= 1e-12 * fmax(1, fabs(a));
}

/* Turns the two vectors of z by angles of no symmetry in all planes. */
static void turn_probe(int d, int i, double *z)
{
    for (int a = 0; a < d; a++)
        for (int b = a + 1; b < d; b++) {
            const double c = cos(0.7 + i + a), s = sin(0.7 + i + a);
            for (int v = 0; v < 2; v++) {
                double *x = z + v * d;
                const double xa = x[a], xb = x[b];
                x[a] = c * xa - s * xb;
                x[b] = s * xa + c * xb;
            }
        }
}

static bool even_in(const kl_smooth *f, int axis)
{
    for (int i = 0; i < PROBES; i++) {
        double x[3] = {0};
        probe(i, f->dimension, x);
        const double value = kl_smooth_value(f, x);
        x[axis] = -x[axis];
        if (!same(value, kl_smooth_value(f, x)))
            return false;
    }
    return true;
}

static bool isotropic(const kl_smooth *f)
{
    for (int i = 0; i < PROBES; i++) {
        double x[6] = {0}, turned[6] = {0};
        probe(i, f->dimension, x);
        memcpy(turned, x, sizeof x);
        turn_probe(f->dimension, i, turned);
        if (f->dimension < 3)
            x[2] = turned[2] = 0;
        if (!same(kl_smooth_value(f, x), kl_smooth_value(f, turned)))
            return false;
    }
    return true;
}

kl_phase_symmetry kl_phase_symmetry_find(const kl_smooth *potential, const kl_smooth *interaction,
                                         const double displacement[3])
{
    const int d = potential->dimension;
    kl_phase_symmetry s = {.dimension = d, .radial = d > 1};
    for (int j = 0; j < d; j++) {
        s.mirror[j] = displacement[j] == 0 && even_in(potential, j) && even_in(interaction, j);
        s.radial = s.radial && s.mirror[j];
    }
    s.radial = s.radial && isotropic(potential) && isotropic(interaction);
    return s;
}

bool kl_phase_symmetry_has(const kl_phase_symmetry *s, const kl_phase_observable *o,
                           const kl_smooth *potential)
{
    const int d = s->dimension;
    if (o->energy)
        return true;
    if (!kl_phase_observable_smooth(o))
        return false;
    for (int i = 0; i < PROBES; i++) {
        double z[6], other[6];
        probe(i, 2 * d, z);
        const double value = kl_phase_observable_value(o, potential, z);
        memcpy(other, z, sizeof z);
        turn_probe(d, i, other);
        if (s->radial && !same(value, kl_phase_observable_value(o, potential, other)))
            return false;
        for (int j = 0; j < d; j++) {
            memcpy(other, z, sizeof z);
            other[j] = -z[j];
            other[d + j] = -z[d + j];
            if (s->mirror[j] && !same(value, kl_phase_observable_value(o, potential, other)))
                return false;
        }
    }
    return true;
}

/* ---- images ---- */

typedef void visit_turn(void *context, const double r[3][3], double share);

static void turn_mirrors(const kl_phase_symmetry *s, visit_turn *visit, void *context)
{
    for (int mask = 0; mask < 1 << s->dimension; mask++) {
        double r[3][3] = {{0}}, share = 1;
        bool valid = true;
        for (int j = 0; j < s->dimension; j++) {
            const bool minus = mask >> j & 1;
            valid = valid && (!minus || s->mirror[j]);
            share /= s->mirror[j] ? 2 : 1;
            r[j][j] = minus ? -1 : 1;
        }
        if (valid)
            visit(context, (const double(*)[3])r, share);
    }
}

/* O(2): the turns and the reflections. */
static void turn_plane(int turns, visit_turn *visit, void *context)
{
    for (int i = 0; i < 2 * turns; i++) {
        const double angle = 2 * M_PI * (i / 2 + 0.5) / turns, c = cos(angle), s = sin(angle),
                     sign = i % 2 ? -1 : 1;
        const double r[3][3] = {{c, -s * sign, 0}, {s, c * sign, 0}, {0, 0, 1}};
        visit(context, r, 0.5 / turns);
    }
}

/* SO(3) by Euler's angles, Rz(alpha) Ry(beta) Rz(gamma). */
static void turn_space(int turns, visit_turn *visit, void *context)
{
    const int half = turns / 2;
    double node[64], weight[64];
    kl_gauss_legendre(half, node, weight);
    for (int i = 0; i < turns * half * turns; i++) {
        const double alpha = 2 * M_PI * (i % turns + 0.5) / turns,
                     cb = 2 * node[i / turns % half] - 1,
                     gamma = 2 * M_PI * (i / turns / half + 0.5) / turns;
        const double ca = cos(alpha), sa = sin(alpha), sb = sqrt(1 - cb * cb), cg = cos(gamma),
                     sg = sin(gamma);
        const double r[3][3] = {{ca * cb * cg - sa * sg, -ca * cb * sg - sa * cg, ca * sb},
                                {sa * cb * cg + ca * sg, -sa * cb * sg + ca * cg, sa * sb},
                                {-sb * cg, sb * sg, cb}};
        visit(context, r, weight[i / turns % half] / (turns * turns));
    }
}

void kl_phase_symmetry_turns(const kl_phase_symmetry *s, int turns, visit_turn *visit,
                             void *context)
{
    if (!s->radial)
        turn_mirrors(s, visit, context);
    else if (s->dimension == 2)
        turn_plane(turns, visit, context);
    else
        turn_space(turns, visit, context);
}

typedef struct images {
    int d, turns;
    bool once; /* turns around the first vector change nothing that matters */
    void (*visit)(void *context, const double *z, double share);
    void *context;
    const double *z;
} images;

/* d = 2, or mirrors */
static void visit_image(void *context, const double r[3][3], double share)
{
    const images *m = context;
    double image[6] = {0};
    for (int i = 0; i < m->d; i++)
        for (int j = 0; j < m->d; j++) {
            image[i] += r[i][j] * m->z[j];
            image[m->d + i] += r[i][j] * m->z[m->d + j];
        }
    m->visit(m->context, image, share);
}

/* Rz(alpha) Ry(beta) of v, which lies as Rz(gamma) left it. */
static void turn(double ca, double sa, double cb, double sb, const double v[3], double out[3])
{
    const double x = cb * v[0] + sb * v[2];
    out[0] = ca * x - sa * v[1];
    out[1] = sa * x + ca * v[1];
    out[2] = -sb * v[0] + cb * v[2];
}

/* SO(3) by Euler's angles, the first vector (x, or p with `swap`) on the axis of the first of
 * them: (0, 0, |x|), and p beside it (across, 0, along). */
static void visit_space(const images *m, bool swap, const double *z)
{
    const double *first = z + (swap ? 3 : 0), *second = z + (swap ? 0 : 3);
    const double length = hypot(first[0], first[1]), safe = fmax(length, 1e-300);
    const double along = (first[0] * second[0] + first[1] * second[1]) / safe,
                 across = length > 0 ? (first[0] * second[1] - first[1] * second[0]) / safe
                                     : hypot(second[0], second[1]);
    const int n = m->turns, half = n / 2, last = m->once ? 1 : n;
    double node[64], weight[64];
    kl_gauss_legendre(half, node, weight);
    for (int i = 0; i < n * half * last; i++) {
        const double alpha = 2 * M_PI * (i % n + 0.5) / n, cb = 2 * node[i / n % half] - 1,
                     gamma = 2 * M_PI * (i / n / half + 0.5) / n;
        const double ca = cos(alpha), sa = sin(alpha), sb = sqrt(1 - cb * cb);
        const double v[3] = {0, 0, length},
                     w[3] = {across * cos(gamma), across * sin(gamma), along};
        double image[6];
        turn(ca, sa, cb, sb, v, image + (swap ? 3 : 0));
        turn(ca, sa, cb, sb, w, image + (swap ? 0 : 3));
        m->visit(m->context, image, weight[i / n % half] / (n * last));
    }
}

void kl_phase_symmetry_images(const kl_phase_symmetry *s, int turns, const double *z,
                              void (*visit)(void *context, const double *z, double share),
                              void *context)
{
    images m = {s->dimension, turns, false, visit, context, z};
    if (s->radial && s->dimension == 3)
        visit_space(&m, false, z);
    else
        kl_phase_symmetry_turns(s, turns, visit_image, &m);
}

typedef struct mean {
    int d;
    const kl_phase_observable *o;
    double sum;
} mean;

static void add_image(void *context, const double *z, double share)
{
    mean *m = context;
    double x[3] = {0}, p[3] = {0};
    memcpy(x, z, (size_t)m->d * sizeof *x);
    memcpy(p, z + m->d, (size_t)m->d * sizeof *p);
    const double value = kl_window_value(&m->o->x, m->d, x);
    if (value != 0)
        m->sum += share * value * kl_window_value(&m->o->p, m->d, p);
}

double kl_phase_symmetry_mean(const kl_phase_symmetry *s, const kl_phase_observable *o, int turns,
                              const double *z)
{
    mean m = {s->dimension, o, 0};
    const bool no_p = o->p.shape == KL_WINDOW_UNIFORM, no_x = o->x.shape == KL_WINDOW_UNIFORM;
    const images of = {s->dimension, turns, no_p || no_x, add_image, &m, z};
    if (s->radial && s->dimension == 3)
        visit_space(&of, no_x, z);
    else
        kl_phase_symmetry_images(s, turns, z, add_image, &m);
    return m.sum;
}

/* ---- moments ---- */

double kl_phase_symmetry_power(const kl_phase_symmetry *s, const int power[3], const double x[3])
{
    double value = 1, below = 1;
    int degree = 0;
    for (int j = 0; j < s->dimension; j++) {
        if (s->mirror[j] && power[j] % 2)
            return 0;
        for (int i = 0; i < power[j]; i++)
            value *= s->radial ? (i % 2 ? i : 1) : x[j]; /* (n - 1)!! */
        degree += power[j];
    }
    if (!s->radial)
        return value;
    for (int i = 0; i < degree; i += 2) /* of the unit sphere: over d (d + 2) .. */
        below *= s->dimension + i;
    return value / below * pow(x[0] * x[0] + x[1] * x[1] + x[2] * x[2], degree / 2);
}

void kl_phase_symmetry_wave(const kl_phase_symmetry *s, const double a[3], const double x[3],
                            double *cosine, double *sine)
{
    complex double product = 1;
    for (int j = 0; j < s->dimension; j++)
        product *= s->mirror[j] ? cos(a[j] * x[j]) : cexp(CMPLX(0, a[j] * x[j]));
    *cosine = creal(product);
    *sine = cimag(product);
}
